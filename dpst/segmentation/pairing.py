"""Pairing: which segment of the style image serves which segment of the content image.

Two label maps rarely agree: one has labels that the other lacks, or specks of a few pixels.
Whatever they hold, each pixel of the content image ends up in a segment with a style segment large
enough to have a look of its own; each decision that a user may want to know of is told in one line.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from dpst import images
from dpst.segmentation.label_map import LabelMap

MINIMUM_AREA_SHARE = 0.0005  # Of the image; below this a segment is a speck.
MINIMUM_AREA_PIXELS = 16  # In small images the share alone would let single pixels pass.


@dataclass(frozen=True)
class Pairing:
    """Segments of a content and a style image, and who serves whom.

    Attributes:
        content_labels: int32 [height, width], 0 ... K-1; every pixel belongs to a segment and no
            segment is empty.
        style_labels: int32 [style_height, style_width], 0 ... J-1; likewise.
        style_index: K integers: the style label that serves each content segment. Several segments
            may share one; a style label may serve none.
        names: K names of the content segments: hex colours, or numbers.
        notes: One line for each decision taken: orphans, specks merged, style labels left unused.
    """

    content_labels: npt.NDArray[np.int32]
    style_labels: npt.NDArray[np.int32]
    style_index: tuple[int, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def pair_segments(
    content_map: LabelMap,
    style_map: LabelMap,
    content_image: npt.ArrayLike,
    style_image: npt.ArrayLike,
) -> Pairing:
    """Pairs the segments of two label maps.

    A content label is served by the style label of the same name. An orphan, whose label is missing
    from the style map or too small there to have statistics, takes the remaining style label whose
    part of the style image is closest in mean colour (CIE Lab) to the orphan's part of the content
    image. Specks of the content map join the segment nearest in space; specks of the style map
    serve nobody.

    Args:
        content_map: Labels of the content image.
        style_map: Labels of the style image, with the same `colors`.
        content_image: float32 [height, width, 3], sRGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], sRGB in [0, 1].

    Returns:
        The pairing.

    Raises:
        ValueError: If the maps differ in `colors`, or a map and its image differ in size.
    """
    content_photo = np.asarray(content_image, np.float32)
    style_photo = np.asarray(style_image, np.float32)
    if content_map.colors != style_map.colors:
        raise ValueError(
            f"the label maps have the colors {content_map.colors} and {style_map.colors}, they "
            "must share one tuple: decode the two together."
        )
    _check_photo(content_map, content_photo, "content")
    _check_photo(style_map, style_photo, "style")

    merged_labels, speck_notes = _merge_specks(content_map)
    content_ids, content_labels = _consecutive(merged_labels)
    style_ids, style_labels = _consecutive(style_map.labels)
    content_areas = np.bincount(content_labels.ravel())
    style_areas = np.bincount(style_labels.ravel())
    is_usable = style_areas >= _minimum_area(style_labels)
    content_colors = mean_lab(content_photo, content_labels)
    style_colors = mean_lab(style_photo, style_labels)

    style_index = []
    orphan_notes = []
    for k, label in enumerate(content_ids):
        same_label = np.flatnonzero((style_ids == label) & is_usable)
        if same_label.size:
            style_index.append(int(same_label[0]))
            continue
        distances = np.linalg.norm(style_colors - content_colors[k], axis=-1)
        closest = int(np.where(is_usable, distances, np.inf).argmin())
        style_index.append(closest)
        found = int(style_areas[style_ids == label].sum())
        fate = f"covers only {found} px in" if found else "is missing from"
        orphan_notes.append(
            f"label {content_map.colors[label]} ({_percent(content_areas[k], content_labels)} of "
            f"the content image) {fate} the style labels: it takes label "
            f"{style_map.colors[style_ids[closest]]}, the closest in colour"
        )
    unused_notes = [
        f"label {style_map.colors[label]} ({_percent(style_areas[j], style_labels)} of the style "
        "image) serves no segment of the content image"
        for j, label in enumerate(style_ids)
        if j not in style_index
    ]
    return Pairing(
        content_labels=content_labels,
        style_labels=style_labels,
        style_index=tuple(style_index),
        names=tuple(content_map.colors[label] for label in content_ids),
        notes=(*speck_notes, *orphan_notes, *unused_notes),
    )


def single_segment(content_size: images.Size, style_size: images.Size) -> Pairing:
    """Pairs the whole content image with the whole style image, for work without label maps.

    Args:
        content_size: (height, width) of the content image.
        style_size: (height, width) of the style image.

    Returns:
        A pairing of one segment.
    """
    return Pairing(
        content_labels=np.zeros(content_size, np.int32),
        style_labels=np.zeros(style_size, np.int32),
        style_index=(0,),
        names=("all",),
    )


def mean_lab(
    image: npt.NDArray[np.float32], labels: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Mean colour of each segment.

    Args:
        image: float32 [height, width, 3], sRGB in [0, 1].
        labels: int32 [height, width], 0 ... K-1, none empty.

    Returns:
        float64 [K, 3], CIE Lab.
    """
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    areas = np.bincount(labels.ravel())
    return np.stack([np.bincount(labels.ravel(), lab[:, c]) / areas for c in range(3)], axis=-1)


def _merge_specks(label_map: LabelMap) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Gives the pixels of labels below the minimum area to the label nearest in space."""
    labels = label_map.labels
    areas = np.bincount(labels.ravel(), minlength=len(label_map.colors))
    is_speck = (areas > 0) & (areas < _minimum_area(labels))
    if not is_speck.any():
        return labels, []
    nearest = ndimage.distance_transform_edt(
        is_speck[labels], return_distances=False, return_indices=True
    )
    notes = [
        f"label {label_map.colors[label]} ({_percent(areas[label], labels)} of the content image, "
        f"{areas[label]} px) is too small to be a segment: it joins its neighbours"
        for label in np.flatnonzero(is_speck)
    ]
    return labels[tuple(nearest)], notes


def _minimum_area(labels: npt.NDArray[np.int32]) -> int:
    """Least pixels of a segment that is no speck."""
    # Never more than the largest segment has, so that one always remains.
    wanted = max(MINIMUM_AREA_PIXELS, round(MINIMUM_AREA_SHARE * labels.size))
    return min(wanted, int(np.bincount(labels.ravel()).max()))


def _consecutive(
    labels: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The labels that occur, ascending, and the map renumbered 0, 1, 2 ... in that order."""
    occurring, renumbered = np.unique(labels, return_inverse=True)
    return occurring, renumbered.reshape(labels.shape).astype(np.int32)


def _percent(area: int, labels: npt.NDArray[np.int32]) -> str:
    return f"{100 * area / labels.size:.2g} %"


def _check_photo(label_map: LabelMap, image: npt.NDArray[np.float32], name: str) -> None:
    if image.shape != (*label_map.labels.shape, 3):
        raise ValueError(
            f"the {name} image has the shape {list(image.shape)} and its labels "
            f"{list(label_map.labels.shape)}, these must be [height, width, 3] and [height, "
            "width]: decode the labels to the size of the image."
        )
