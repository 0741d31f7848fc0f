"""False structure: halos, smoke, patches and noise in places where the content photo is smooth."""

from collections.abc import Iterator

import cv2
import numpy as np

from dpst.images.checks import check_labels
from dpst.images.given_image import given_pair
from dpst.metrics.color import rgb_to_lab

SMOOTH_SLOPES = {1: 1.0, 2: 0.7, 4: 0.5, 8: 0.35}
"""Delta E a pixel up to which a place of the content image is smooth, by scale in pixels."""

_LEAST_GAIN = 1.5  # of contrast, which any segment may have
_ALLOWANCE = 2.0  # times the gain: what a soft change of light may add to a slope
_NAMES = "output_image", "content_image"


def false_structure(
    output_image: np.ndarray, content_image: np.ndarray, content_labels: np.ndarray | None = None
) -> float:
    """Return how much structure the output has where the content image has none.

    The mean over four scales, and over the places that are smooth at each, of the output's slope in
    CIE Lab beyond what is allowed: the slope up to which a place is smooth, plus twice the
    content's slope times the gain in contrast of its segment.

    Args:
        output_image: float32 [height, width, 3], RGB in [0, 1].
        content_image: the same shape.
        content_labels: int [height, width], segments of both; None for a single one.

    Returns:
        Hundredths of a Delta E per pixel, at least 0. A value above 0.1 can be seen.

    Raises:
        ValueError: the shapes differ, or an image is not RGB in [0, 1].
    """
    found = []
    for excess, is_smooth in _excesses(output_image, content_image, content_labels):
        found.append(excess[is_smooth].mean() if is_smooth.any() else 0.0)
    return float(100 * np.mean(found))


def false_structure_map(
    output_image: np.ndarray, content_image: np.ndarray, content_labels: np.ndarray | None = None
) -> np.ndarray:
    """Map where the output has structure that the content image lacks, see `false_structure`.

    Args:
        output_image: float32 [height, width, 3], RGB in [0, 1].
        content_image: the same shape.
        content_labels: int [height, width], segments of both; None for a single one.

    Returns:
        float32 [height, width], Delta E per pixel, the mean over the scales; 0 where the content
        image is not smooth.

    Raises:
        ValueError: the shapes differ, or an image is not RGB in [0, 1].
    """
    excesses = _excesses(output_image, content_image, content_labels)
    values = [np.where(is_smooth, excess, 0) for excess, is_smooth in excesses]
    return np.mean(values, axis=0).astype(np.float32)


def _excesses(
    output_image: np.ndarray, content_image: np.ndarray, content_labels: np.ndarray | None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the slope beyond what is allowed, and where the content is smooth, for each scale."""
    output_image, content_image = given_pair(output_image, content_image, _NAMES)
    check_labels(content_labels, output_image, "content_labels")
    output, content = rgb_to_lab(output_image), rgb_to_lab(content_image)
    gain = _gains(output, content, content_labels)
    for scale, bound in SMOOTH_SLOPES.items():
        before, after = _slopes(content, scale), _slopes(output, scale)
        is_smooth = _blur(before, scale) < bound
        yield np.maximum(after - _ALLOWANCE * gain * before - bound, 0), is_smooth


def _gains(
    output: np.ndarray, content: np.ndarray, content_labels: np.ndarray | None
) -> np.ndarray:
    """Return the gain in contrast of each pixel's segment, in Lab, at least `_LEAST_GAIN`."""
    if content_labels is None:
        content_labels = np.zeros(content.shape[:2], np.int32)
    gains = np.empty(content.shape[:2], np.float32)
    for label in np.unique(content_labels):
        inside = content_labels == label
        spreads = [image[inside].var(0, np.float64).sum() for image in (output, content)]
        gains[inside] = max(_LEAST_GAIN, float(np.sqrt(spreads[0] / (spreads[1] + 1))))
    return gains


def _slopes(image: np.ndarray, scale: int) -> np.ndarray:
    """Return the length of the gradient of a blurred image, 0 across its border."""
    blurred = _blur(image, scale)
    down, across = np.zeros_like(blurred), np.zeros_like(blurred)
    down[1:-1] = (blurred[2:] - blurred[:-2]) / 2
    across[:, 1:-1] = (blurred[:, 2:] - blurred[:, :-2]) / 2
    return np.sqrt(np.square(down).sum(-1) + np.square(across).sum(-1))


def _blur(values: np.ndarray, scale: int) -> np.ndarray:
    """Blur by a Gaussian of this standard deviation, cut off at three, with mirrored borders."""
    side = 2 * (3 * scale) + 1
    return cv2.GaussianBlur(values, (side, side), scale, borderType=cv2.BORDER_REFLECT)
