"""Segments of an output image, each with the segment of the style image that it takes."""

from collections.abc import Iterator, Sequence

import numpy as np

from dpst import images

MINIMUM_SEGMENT_PIXELS = 200  # statistics of fewer are not reliable


def paired_segments(
    content_labels: np.ndarray | None,
    style_labels: np.ndarray | None,
    style_index: Sequence[int] | None,
    size: images.Size,
    style_size: images.Size,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the masks of the segments that can be compared.

    Args:
        content_labels: int [height, width]; None for both maps means one segment of any size.
        style_labels: int [style_height, style_width].
        style_index: the style label that each content label 0 ... K-1 takes; None takes the label
            of the same number.
        size: (height, width) of the one segment if there are no labels.
        style_size: (height, width) of the style's one segment if there are no labels.

    Yields:
        bool [height, width] and bool [style_height, style_width], for every content label that has
        `MINIMUM_SEGMENT_PIXELS` in both maps.

    Raises:
        ValueError: only one map is given, one does not hold integers, or a content label has no
            entry in `style_index`.
    """
    if content_labels is None and style_labels is None:
        yield np.ones(size, bool), np.ones(style_size, bool)
        return
    if content_labels is None or style_labels is None:
        missing = "content_labels" if content_labels is None else "style_labels"
        raise ValueError(f"{missing} is missing, must be given if the other is; give both or none.")
    for name, labels in (("content_labels", content_labels), ("style_labels", style_labels)):
        if labels.ndim != 2 or labels.dtype.kind not in "iu":
            raise ValueError(
                f"{name} are {labels.dtype} of shape {labels.shape}, must be integers [height, "
                "width]; decode the label map first."
            )
    occurring = np.unique(content_labels)
    if style_index is not None and not 0 <= occurring[0] <= occurring[-1] < len(style_index):
        raise ValueError(
            f"content_labels range from {occurring[0]} to {occurring[-1]}, must be in [0, "
            f"{len(style_index)}), the length of style_index; give it one entry a content label."
        )
    for label in occurring:
        inside = content_labels == label
        style_inside = style_labels == (label if style_index is None else style_index[label])
        areas = np.count_nonzero(inside), np.count_nonzero(style_inside)
        if min(areas) >= MINIMUM_SEGMENT_PIXELS:
            yield inside, style_inside
