"""Pairing: which segment of the style image serves which segment of the content image.

Two label maps rarely agree: one has labels that the other lacks, or specks of a few pixels.
Whatever they hold, each pixel of the content image ends up in a segment with a style segment large
enough to have a look of its own, or in one that the user wants kept as photographed; each decision
that a user may want to know of is told in one line.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from dpst import images
from dpst.config import ORPHAN_POLICIES, TransferConfig
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.pairing.orphans import closest_label, neighboring_label
from dpst.segmentation.pairing.segment_map import KEPT, resolve_segment_map
from dpst.segmentation.pairing.segment_rows import SegmentRow, map_notes, row_notes, segment_rows

MINIMUM_AREA_SHARE = 0.0005  # Of the image; below this a segment is a speck.
MINIMUM_AREA_PIXELS = 16  # In small images the share alone would let single pixels pass.


@dataclass(frozen=True)
class Pairing:
    """Segments of a content and a style image, and who serves whom.

    Attributes:
        content_labels: int32 [height, width], 0 ... K-1; every pixel belongs to a segment and no
            segment is empty.
        style_labels: int32 [style_height, style_width], 0 ... J-1; likewise.
        style_index: K integers: the style label that serves each content segment, or `KEPT` for one
            that is kept as photographed. Several segments may share one; a style label may serve
            none.
        names: K names of the content segments: hex colours, numbers, or names of masks.
        notes: One line for each thing that is messy and what was done: sizes, colours, orphans,
            specks merged, style labels left unused.
        segments: A row for each label of either map, also those that were merged away.
    """

    content_labels: npt.NDArray[np.int32]
    style_labels: npt.NDArray[np.int32]
    style_index: tuple[int, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    segments: tuple[SegmentRow, ...] = ()


def pair_segments(
    content_map: LabelMap,
    style_map: LabelMap,
    content_image: npt.ArrayLike,
    style_image: npt.ArrayLike,
    orphan_policy: str = TransferConfig.orphan_policy,
    segment_map: str = TransferConfig.segment_map,
) -> Pairing:
    """Pairs the segments of two label maps.

    A content label is served by the style label of the same name, unless the segment map says
    otherwise. An orphan, whose label is missing from the style map or too small there to have
    statistics, takes the first of its relatives that is not, see `LabelMap`. One without relatives
    goes by the policy:

    * nearest: it takes the remaining style label whose part of the style image is closest in mean
      colour (CIE Lab) to the orphan's part of the content image;
    * merge: it joins the segment with which it shares the longest border, of those that are no
      orphans; where there are none, it takes the nearest style label;
    * content: it is kept as photographed;
    * error: it is an error.

    Specks of the content map that the segment map does not name join the segment nearest in space;
    specks of the style map serve nobody but by the segment map.

    Args:
        content_map: Labels of the content image.
        style_map: Labels of the style image, with the same `names`.
        content_image: float32 [height, width, 3], sRGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], sRGB in [0, 1].
        orphan_policy: One of those above.
        segment_map: Which style label serves which content label, see `parse_segment_map`.

    Returns:
        The pairing.

    Raises:
        ValueError: If the maps differ in `names`, a map and its image differ in size, the policy
            is unknown or forbids an orphan that there is, the segment map is malformed or names a
            label that does not occur, or nothing is left to be styled.
    """
    content_photo = np.asarray(content_image, np.float32)
    style_photo = np.asarray(style_image, np.float32)
    if content_map.names != style_map.names:
        raise ValueError(
            f"the label maps have the names {content_map.names} and {style_map.names}, they "
            "must share one tuple: decode the two together."
        )
    _check_photo(content_map, content_photo, "content")
    _check_photo(style_map, style_photo, "style")
    if orphan_policy not in ORPHAN_POLICIES:
        raise ValueError(
            f"orphan_policy is {orphan_policy!r}, must be one of {', '.join(ORPHAN_POLICIES)}."
        )

    names = content_map.names
    occurring = np.unique(content_map.labels).tolist()
    style_ids, style_labels = _consecutive(style_map.labels)
    is_usable = np.bincount(style_labels.ravel()) >= _minimum_area(style_labels)
    by_hand = resolve_segment_map(segment_map, names, occurring, style_ids.tolist())
    labels, specks = _merge_specks(content_map, by_hand)
    content_ids, content_labels = _consecutive(labels)

    same = set(style_ids[is_usable].tolist())
    served = {label: label for label in content_ids.tolist() if label in same} | by_hand
    adopted = _adopted(content_map, set(content_ids.tolist()) - set(served), same)
    served |= adopted
    orphans = [label for label in content_ids.tolist() if label not in served]
    hosts: dict[int, int] = {}
    if not orphans:
        pass
    elif orphan_policy == "error":
        raise ValueError(_orphans_message([names[label] for label in orphans]))
    elif orphan_policy == "content":
        served |= dict.fromkeys(orphans, KEPT)
    elif orphan_policy == "merge" and set(served.values()) - {KEPT}:
        hosts = {label: neighboring_label(labels, label, served) for label in orphans}
    else:
        colors = dict(
            zip(content_ids.tolist(), mean_lab(content_photo, content_labels), strict=True)
        )
        style_colors = mean_lab(style_photo, style_labels)
        for label in orphans:
            served[label] = int(style_ids[closest_label(colors[label], style_colors, is_usable)])
    if set(served.values()) == {KEPT}:
        raise ValueError(
            f"every segment ({', '.join(names[label] for label in served)}) would be kept as "
            "photographed, at least one must be styled: change segment_map or orphan_policy."
        )

    actions = {label: _service(names, server) for label, server in served.items()}
    for label in by_hand:
        actions[label] += ", by hand"
    for label in adopted:
        actions[label] += ", its relative"
    for label in orphans:
        if label in hosts:
            actions[label] = f"joins segment {names[hosts[label]]}, its neighbour"
        elif served[label] != KEPT:
            actions[label] += ", the closest in colour"
    actions |= dict.fromkeys(specks, "joins its neighbours")
    rows = segment_rows(
        content_map, style_map, actions, {*orphans, *adopted}, specks, served.values()
    )

    table = np.arange(len(names), dtype=np.int32)
    table[list(hosts)] = list(hosts.values())
    content_ids, content_labels = _consecutive(table[labels])
    positions = {label: j for j, label in enumerate(style_ids.tolist())} | {KEPT: KEPT}
    return Pairing(
        content_labels=content_labels,
        style_labels=style_labels,
        style_index=tuple(positions[served[label]] for label in content_ids.tolist()),
        names=tuple(names[label] for label in content_ids),
        notes=(
            *map_notes(content_map, "content"),
            *map_notes(style_map, "style"),
            *row_notes(rows),
        ),
        segments=rows,
    )


def single_segment(
    content_size: images.Size,
    style_size: images.Size,
    segment_map: str = TransferConfig.segment_map,
) -> Pairing:
    """Pairs the whole content image with the whole style image, for work without label maps.

    Args:
        content_size: (height, width) of the content image.
        style_size: (height, width) of the style image.
        segment_map: Empty: there are no labels to name.

    Returns:
        A pairing of one segment.

    Raises:
        ValueError: If there is a segment map.
    """
    if segment_map:
        raise ValueError(
            f"segment_map is {segment_map!r} and there are no label maps, it must name labels of "
            "both: give content_labels and style_labels, and leave segmentation at labels."
        )
    pixels = math.prod(content_size), math.prod(style_size)
    action = "takes the whole style image"
    return Pairing(
        content_labels=np.zeros(content_size, np.int32),
        style_labels=np.zeros(style_size, np.int32),
        style_index=(0,),
        names=("all",),
        segments=(SegmentRow("all", "", pixels[0], 1.0, pixels[1], 1.0, 0, 0, "", action),),
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


def _merge_specks(
    label_map: LabelMap, kept: Collection[int]
) -> tuple[npt.NDArray[np.int32], list[int]]:
    """Gives labels below the minimum area, but those in `kept`, to the label nearest in space.

    Returns the new labels and the labels that vanished.
    """
    labels = label_map.labels
    areas = np.bincount(labels.ravel(), minlength=len(label_map.names))
    is_speck = (areas > 0) & (areas < _minimum_area(labels))
    is_speck[list(kept)] = False
    if not is_speck.any():
        return labels, []
    nearest = ndimage.distance_transform_edt(
        is_speck[labels], return_distances=False, return_indices=True
    )
    return labels[tuple(nearest)], np.flatnonzero(is_speck).tolist()


def _minimum_area(labels: npt.NDArray[np.int32]) -> int:
    """Least pixels of a segment that is no speck."""
    # Never more than the largest segment has, so that one always remains.
    wanted = max(MINIMUM_AREA_PIXELS, round(MINIMUM_AREA_SHARE * labels.size))
    return min(wanted, int(np.bincount(labels.ravel()).max()))


def _adopted(
    content_map: LabelMap, orphans: Collection[int], usable: Collection[int]
) -> dict[int, int]:
    """The usable style label that serves each orphan as the first of its relatives, if any does."""
    by_name = {content_map.names[label]: label for label in usable}
    found = {}
    for label in sorted(orphans) if content_map.relatives else ():
        servers = [by_name[name] for name in content_map.relatives[label] if name in by_name]
        if servers:
            found[label] = servers[0]
    return found


def _consecutive(
    labels: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The labels that occur, ascending, and the map renumbered 0, 1, 2 ... in that order."""
    occurring, renumbered = np.unique(labels, return_inverse=True)
    return occurring, renumbered.reshape(labels.shape).astype(np.int32)


def _service(names: Sequence[str], server: int) -> str:
    return "is kept as photographed" if server == KEPT else f"takes label {names[server]}"


def _orphans_message(orphans: Sequence[str]) -> str:
    return (
        f"orphan_policy is 'error' and the content labels {', '.join(orphans)} are missing from "
        "the style labels or too small there, each must have its style label: draw them there, "
        "name a style label for them in segment_map, or choose another policy."
    )


def _check_photo(label_map: LabelMap, image: npt.NDArray[np.float32], name: str) -> None:
    if image.shape != (*label_map.labels.shape, 3):
        raise ValueError(
            f"the {name} image has the shape {list(image.shape)} and its labels "
            f"{list(label_map.labels.shape)}, these must be [height, width, 3] and [height, "
            "width]: decode the labels to the size of the image."
        )
