"""Guidance: the masks of the segments at any resolution.

A layer of an extractor sees the image at a size of its own, rarely an integer fraction of the
image's. There a segment's mask is the share of each position's area that the segment covers, so the
masks of all segments sum to one everywhere.
"""

from __future__ import annotations

import cv2
import numpy as np

from dpst import images
from dpst.config import GUIDANCE_KINDS
from dpst.segmentation.label_maps.label_arrays import resize_labels


def segment_masks(labels: np.ndarray, num_segments: int) -> np.ndarray:
    """Return one-hot masks of the segments.

    Args:
        labels: integer [height, width], values from 0 to `num_segments` - 1.
        num_segments: number of masks; a segment that does not occur gets an empty one.

    Returns:
        float32 [num_segments, height, width], 0 or 1, summing to 1 at every position.

    Raises:
        ValueError: `labels` is not an integer map with values in that range.
    """
    labels = np.asarray(labels)
    if labels.ndim != 2 or labels.size == 0 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels are {labels.dtype} of the shape {list(labels.shape)}, they must be integer "
            "[height, width]: decode the label map first."
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= num_segments:
        raise ValueError(
            f"labels range from {low} to {high}, with num_segments={num_segments} they must range "
            f"within 0 and {num_segments - 1}: pass num_segments={high + 1} or renumber them."
        )
    return (labels[np.newaxis] == np.arange(num_segments)[:, np.newaxis, np.newaxis]).astype(
        np.float32
    )


def resize_masks(labels: np.ndarray, num_segments: int, size: images.Size) -> np.ndarray:
    """Return the masks of the segments at another resolution, averaged by area.

    The weights are the exact overlaps of old and new pixels, so the masks still sum to one.

    Args:
        labels: integer [height, width], values from 0 to `num_segments` - 1.
        num_segments: number of masks; a segment that does not occur gets an empty one.
        size: (height, width) of the result, smaller or larger, divisible or not.

    Returns:
        float32 [num_segments, *size] in [0, 1], summing to 1 at every position.

    Raises:
        ValueError: `labels` is not an integer map with values in that range, or a side of `size` is
            below 1.
    """
    if min(size) < 1:
        raise ValueError(f"size is {tuple(size)}, each side must be at least 1.")
    return average_masks(segment_masks(labels, num_segments), size)


def layer_guidance(
    labels: np.ndarray,
    num_segments: int,
    size: images.Size,
    image_size: images.Size,
    reach: float = 0.0,
    kind: str = "simple",
) -> np.ndarray:
    """Return the masks of the segments for a layer, each position of which sees a field around it.

    Source: Gatys et al. 2017, "Controlling perceptual factors in neural style transfer", section 4:
    "simple" averages the masks; "inside" keeps positions whose receptive field lies within the
    segment, so that no other segment's look comes in; "all" takes those whose receptive field
    touches it.

    Args:
        labels: integer [height, width], values from 0 to `num_segments` - 1.
        num_segments: number of masks.
        size: (height, width) of the layer.
        image_size: (height, width) of the image that the extractor sees.
        reach: half the side of the layer's receptive field, in pixels of that image.
        kind: one of those above.

    Returns:
        float32 [num_segments, *size] in [0, 1]. Those of "simple" sum to 1 at every position. A
        segment with no position inside keeps its simple mask.

    Raises:
        ValueError: the kind is unknown, or as for `resize_masks`.
    """
    if kind not in GUIDANCE_KINDS:
        raise ValueError(f"guidance is {kind!r}, must be one of {', '.join(GUIDANCE_KINDS)}.")
    simple = resize_masks(labels, num_segments, size)
    if kind == "simple" or reach < 1:
        return simple
    change = cv2.erode if kind == "inside" else cv2.dilate
    window = np.ones((2 * round(reach) + 1,) * 2, np.uint8)
    full = segment_masks(resize_labels(np.asarray(labels), image_size), num_segments)
    changed = average_masks(np.stack([change(mask, window) for mask in full]), size)
    is_empty = changed.max((1, 2), keepdims=True) == 0
    return np.where(is_empty, simple, changed)


def average_masks(full: np.ndarray, size: images.Size) -> np.ndarray:
    """Return masks at another resolution, by the exact overlaps of old and new pixels.

    Args:
        full: float32 [num_masks, height, width] in [0, 1].
        size: (height, width) of the result.

    Returns:
        float32 [num_masks, *size] in [0, 1].
    """
    if full.shape[1:] == tuple(size):
        return full
    row_weights = images.area_weights(full.shape[1], size[0])
    column_weights = images.area_weights(full.shape[2], size[1])
    resized = np.stack([(column_weights @ (row_weights @ mask).T).T for mask in full])
    return np.clip(resized, 0.0, 1.0).astype(np.float32)
