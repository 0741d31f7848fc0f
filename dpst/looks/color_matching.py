"""Segment-wise colour matching: a photorealistic first guess, in closed form.

Source: Pitié and Kokaram, "The Linear Monge-Kantorovitch Linear Colour Mapping for Example-Based
Colour Transfer", 2007.
"""

from collections.abc import Sequence

import numpy as np

from dpst import images
from dpst.images.luma import LUMA
from dpst.segmentation import Pairing, resize_labels
from matting import LocalAffineMap, fit_local_affine

STRENGTH = 0.75  # share of the way: a full match looks overdone, and tears edges and skies
_RIDGE = 1e-4  # on the colour covariances: keeps flat segments from being stretched to noise
_LUMA_SCALES = 0.6, 1.6  # least and most of `hue_keeping_map`: what retouching would do
_CHROMA_SCALES = 0.7, 1.3
_SIZE = 200  # longer side in pixels of the copies that the map is fitted on
BLEND_EPSILON = 2e-3  # ridge on the slopes of the local affine fit that blends segments
_RADIUS_SHARE = 0.1  # of the image's shorter side: how far maps of segments blend into each other


def monge_kantorovich_map(covariance: np.ndarray, target_covariance: np.ndarray) -> np.ndarray:
    """Return the symmetric positive definite T with T covariance T = target_covariance.

    It is the linear map with that property which moves colours least.

    Args:
        covariance: float64 [channels, channels], symmetric positive definite.
        target_covariance: the same.

    Returns:
        float64 [channels, channels].
    """
    root = _symmetric_power(covariance, 0.5)
    inverse_root = _symmetric_power(covariance, -0.5)
    return inverse_root @ _symmetric_power(root @ target_covariance @ root, 0.5) @ inverse_root


def match_colors(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    pairing: Pairing,
    strength: float = STRENGTH,
) -> LocalAffineMap:
    """Give each segment of the content image its style segment's mean and covariance of colour.

    The maps of the segments are blended by a local affine fit, so that no seam shows. It is fitted
    on small copies of the images, so it takes well under a second for photos of any size.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [height, width, 3], RGB in [0, 1].
        pairing: segments of both, of these sizes.
        strength: share of the way to go, in [0, 1].

    Returns:
        The map, to be applied to the content image at any size.
    """
    content, labels = small_copy(content_image, pairing.content_labels)
    style, style_labels = small_copy(style_image, pairing.style_labels)
    matched = recolor_segments(content, style, labels, style_labels, pairing.style_index)
    target = within_colors_of(style, content + strength * (matched - content))
    return fit_local_affine(content, target, blend_radius(labels.shape), BLEND_EPSILON)


def recolor_segments(
    image: images.FloatImage,
    reference: images.FloatImage,
    labels: np.ndarray,
    reference_labels: np.ndarray,
    served_by: Sequence[int],
) -> images.FloatImage:
    """Give each segment the mean and covariance of its reference's colours, in full, with seams.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].
        reference: float32 [reference_height, reference_width, 3], RGB in [0, 1].
        labels: int [height, width], 0 ... K-1.
        reference_labels: int [reference_height, reference_width].
        served_by: the reference label of each of the K labels; a segment without pixels in either
            image stays as it is.

    Returns:
        float32 [height, width, 3], clipped to [0, 1].
    """
    recolored = image.copy()
    for segment, label in enumerate(served_by):
        inside, reference_inside = labels == segment, reference_labels == label
        if inside.any() and reference_inside.any():
            colors = image[inside].astype(np.float64)
            goal = reference[reference_inside].astype(np.float64)
            slopes, offset = moment_map(colors, goal)
            recolored[inside] = colors @ slopes + offset
    return np.clip(recolored, 0, 1)


def moment_map(colors: np.ndarray, goal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the affine map that gives colours the mean and covariance of a goal.

    Args:
        colors: float64 [n, 3], n at least 1.
        goal: float64 [m, 3], m at least 1.

    Returns:
        Slopes, float64 [3, 3], and offset, float64 [3]: colors @ slopes + offset.
    """
    slopes = monge_kantorovich_map(_covariance(colors), _covariance(goal))
    return slopes, goal.mean(0) - colors.mean(0) @ slopes


def hue_keeping_map(colors: np.ndarray, goal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the affine map to a goal's mean, and towards its contrast and colourfulness.

    It scales luma by 0.6 to 1.6 and chroma by 0.7 to 1.3, and shifts both. Colours keep their hues
    relative to the mean, so what is grey among them takes the cast of the whole and no tint of its
    own, which `moment_map` may give it where the goal's lights are tinted.

    Args:
        colors: float64 [n, 3], n at least 1.
        goal: float64 [m, 3], m at least 1.

    Returns:
        Slopes, float64 [3, 3], and offset, float64 [3]: colors @ slopes + offset.
    """
    (luma, chroma), (goal_luma, goal_chroma) = (
        _luma_and_chroma_std(each) for each in (colors, goal)
    )
    luma_scale = np.clip(goal_luma / max(luma, 1e-6), *_LUMA_SCALES)
    chroma_scale = np.clip(goal_chroma / max(chroma, 1e-6), *_CHROMA_SCALES)
    slopes = chroma_scale * np.eye(3) + (luma_scale - chroma_scale) * np.outer(LUMA, np.ones(3))
    return slopes, goal.mean(0) - colors.mean(0) @ slopes


def small_copy(image: images.FloatImage, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an image and its labels at the size that colour maps are fitted on."""
    size = images.fit_area(image.shape[:2], _SIZE)
    return images.resize(image, size), resize_labels(labels, size)


def within_colors_of(style_image: images.FloatImage, image: images.FloatImage) -> np.ndarray:
    """Return an image without the colours that the style cannot have: a tint, if it is grey."""
    colors = images.ColorSubspace.of_images([style_image])
    return image if colors is None else colors.project(image)


def blend_radius(size: images.Size) -> int:
    """Return half the side of the windows that blend the segments of an image, in pixels."""
    return max(round(_RADIUS_SHARE * min(size)), 1)


def _luma_and_chroma_std(colors: np.ndarray) -> tuple[float, float]:
    luma = colors @ LUMA
    chroma = colors - luma[:, None]
    return float(luma.std()), float(np.sqrt(chroma.var(0).sum()))


def _covariance(colors: np.ndarray) -> np.ndarray:
    centred = colors - colors.mean(0)
    return centred.T @ centred / len(colors) + _RIDGE * np.eye(colors.shape[1])


def _symmetric_power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(eigenvalues, 1e-12) ** exponent) @ vectors.T
