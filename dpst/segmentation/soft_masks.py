"""Soft masks: segments whose borders follow the image's own edges, and ranges of lightness."""

import numpy as np

from dpst.images.luma import LUMA
from dpst.segmentation.guidance import segment_masks
from matting import fit_local_affine

_RADIUS_SHARE = 0.1  # of the shorter side: how far masks of flat areas blend into each other
_EPSILON = 2e-3  # ridge on the slopes: how faint an edge a border still follows
_TAILS = 1e-3  # share of pixels beyond the darkest and the lightest range's centre
_LEAST_RANGE = 1e-3  # of luma, for an image of one colour


def soft_segment_masks(image: np.ndarray, labels: np.ndarray, num_segments: int) -> np.ndarray:
    """Return the segments' masks, refined to an image's edges by a guided filter.

    Source: He, Sun and Tang, "Guided Image Filtering", 2013, guided feathering.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].
        labels: integer [height, width], values from 0 to `num_segments` - 1.
        num_segments: number of masks; a segment that does not occur gets an empty one.

    Returns:
        float32 [num_segments, height, width] in [0, 1], summing to 1 at every position.

    Raises:
        ValueError: `labels` is not an integer map with values in that range.
    """
    masks = segment_masks(labels, num_segments)
    if num_segments == 1:
        return masks
    radius = max(round(_RADIUS_SHARE * min(labels.shape)), 1)
    fit = fit_local_affine(image, np.moveaxis(masks, 0, -1), radius, _EPSILON)
    soft = np.moveaxis(fit.apply(image), -1, 0)
    soft = np.clip(soft, 0, 1)
    return soft / soft.sum(0)


def lightness_masks(image: np.ndarray, num_ranges: int) -> np.ndarray:
    """Return masks of evenly spaced, overlapping ranges of luma, from the darkest to the lightest.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].
        num_ranges: number of masks, at least 2.

    Returns:
        float32 [num_ranges, height, width] in [0, 1], summing to 1 at every position: tents over
        the image's own range of luma.
    """
    luma = image @ LUMA.astype(image.dtype)
    darkest, lightest = np.quantile(luma, (_TAILS, 1 - _TAILS))
    place = (luma - darkest) / max(lightest - darkest, _LEAST_RANGE)
    place = np.clip(place, 0, 1) * (num_ranges - 1)
    distances = np.abs(place - np.arange(num_ranges)[:, None, None])
    return np.maximum(1 - distances, 0).astype(np.float32)
