"""Segment-wise colour matching: a photorealistic first guess, in closed form.

Source: Pitie and Kokaram, "The Linear Monge-Kantorovitch Linear Colour Mapping for Example-Based
Colour Transfer", 2007.
"""

import numpy as np

from dpst.segmentation import Pairing
from matting import fit_local_affine

_RIDGE = 1e-4  # of the colour covariances: keeps flat segments from being stretched to noise
_RADIUS_SHARE = 0.03  # of the image's shorter side: how far maps of segments blend into each other


def monge_kantorovich_map(covariance: np.ndarray, target_covariance: np.ndarray) -> np.ndarray:
    """The symmetric positive definite T with T covariance T = target_covariance.

    Of all linear maps that do so, it moves colours least.

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
    content_image: np.ndarray, style_image: np.ndarray, pairing: Pairing
) -> np.ndarray:
    """Give each segment of the content image its style segment's mean and covariance of colour.

    The maps of the segments are blended by a local affine fit, so that no seam shows.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [height, width, 3], RGB in [0, 1].
        pairing: segments of both, of these sizes.

    Returns:
        float32 [height, width, 3], locally affine in the content image, in [0, 1].
    """
    matched = np.empty_like(content_image)
    for segment, style_label in enumerate(pairing.style_index):
        inside = pairing.content_labels == segment
        colors = content_image[inside].astype(np.float64)
        style_colors = style_image[pairing.style_labels == style_label].astype(np.float64)
        matrix = monge_kantorovich_map(_covariance(colors), _covariance(style_colors))
        matched[inside] = (colors - colors.mean(0)) @ matrix + style_colors.mean(0)
    radius = max(round(_RADIUS_SHARE * min(content_image.shape[:2])), 1)
    local_map = fit_local_affine(content_image, np.clip(matched, 0, 1), radius, epsilon=1e-3)
    return np.clip(local_map.apply(content_image), 0, 1)


def _covariance(colors: np.ndarray) -> np.ndarray:
    centred = colors - colors.mean(0)
    return centred.T @ centred / len(colors) + _RIDGE * np.eye(colors.shape[1])


def _symmetric_power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(eigenvalues, 1e-12) ** exponent) @ vectors.T
