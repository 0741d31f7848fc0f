"""Pairing: the segments of a content and a style image, and which serves which.

Two label maps rarely agree: one has labels that the other lacks, or specks of a few pixels.
Whatever they hold, each pixel of the content image ends up in a segment with a style segment large
enough to have a look of its own, or in one that the user wants kept as photographed. Each decision
that a user may want to know of is told in one line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpst import images
from dpst.config import ORPHAN_POLICIES, TransferConfig
from dpst.segmentation.label_maps.label_arrays import Labels, renumber_labels
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.pairing.segment_map import KEPT
from dpst.segmentation.pairing.segment_rows import (
    KEPT_ACTION,
    SegmentRow,
    label_action,
    map_notes,
    row_notes,
    segment_row,
    segment_rows,
)
from dpst.segmentation.pairing.service import Service, find_service


@dataclass(frozen=True)
class Pairing:
    """Segments of a content and a style image, and which serves which.

    Attributes:
        content_labels: int32 [height, width], 0 ... K-1; every pixel belongs to a segment and no
            segment is empty.
        style_labels: int32 [style_height, style_width], 0 ... J-1; likewise.
        style_index: K integers: the style label that serves each content segment, or `KEPT` for one
            that is kept as photographed. Several segments may share one; a style label may serve
            none.
        names: K names of the content segments: hex colours, numbers, or names of masks.
        notes: a line for each irregularity and what was done about it: sizes, colours, orphans,
            specks, style labels left unused.
        segments: a row for each label of either map, also those that were merged away.
    """

    content_labels: Labels
    style_labels: Labels
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
    """Pair the segments of two label maps.

    A content label is served by the style label of the same name, unless the segment map says
    otherwise. An orphan, whose label is missing from the style map or too small there to have
    statistics, takes the first of its relatives that is large enough, see `LabelMap`. An orphan
    without such a relative goes by the policy:

    * nearest: it takes the style label whose part of the style image is closest in mean colour
      (CIE Lab) to the orphan's part of the content image;
    * merge: it joins the segment with which it shares the longest border, among those that are not
      orphans; where there are none, it takes the nearest style label;
    * content: it is kept as photographed;
    * error: it is an error.

    Specks of the content map that the segment map does not name join the segment nearest in space;
    specks of the style map serve a segment only where the segment map says so.

    Args:
        content_map: labels of the content image.
        style_map: labels of the style image, with the same `names`.
        content_image: float32 [height, width, 3], sRGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], sRGB in [0, 1].
        orphan_policy: one of those above.
        segment_map: which style label serves which content label, see `parse_segment_map`.

    Returns:
        The pairing.

    Raises:
        ValueError: the maps differ in `names`, a map and its image differ in size, the policy is
            unknown or forbids an orphan that there is, the segment map is malformed or names a
            label that does not occur, or nothing is left to be styled.
    """
    maps = content_map, style_map
    photos = np.asarray(content_image, np.float32), np.asarray(style_image, np.float32)
    if content_map.names != style_map.names:
        raise ValueError(
            f"the label maps name their labels {content_map.names} and {style_map.names}, they "
            "must share one tuple: decode the two together."
        )
    for label_map, photo, side in zip(maps, photos, ("content", "style"), strict=True):
        _check_photo(label_map, photo, side)
    if orphan_policy not in ORPHAN_POLICIES:
        raise ValueError(
            f"orphan_policy is {orphan_policy!r}, must be one of {', '.join(ORPHAN_POLICIES)}."
        )
    service = find_service(maps, photos, orphan_policy, segment_map)
    rows = segment_rows(
        *maps,
        _actions(content_map.names, service),
        {*service.orphans, *service.adopted},
        service.specks,
        set(service.served_by.values()),
    )
    notes = (*map_notes(content_map, "content"), *map_notes(style_map, "style"), *row_notes(rows))
    return _renumbered_pairing(service, style_map, notes, rows)


def single_segment(
    content_size: images.Size,
    style_size: images.Size,
    segment_map: str = TransferConfig.segment_map,
) -> Pairing:
    """Pair the whole content image with the whole style image, for work without label maps.

    Args:
        content_size: (height, width) of the content image.
        style_size: (height, width) of the style image.
        segment_map: empty, as there are no labels to name.

    Returns:
        A pairing of one segment.

    Raises:
        ValueError: there is a segment map.
    """
    if segment_map:
        raise ValueError(
            f"segment_map is {segment_map!r} and there are no label maps, it must name labels of "
            "both: give content_labels and style_labels, and leave segmentation at labels."
        )
    pixels = math.prod(content_size), math.prod(style_size)
    return Pairing(
        content_labels=np.zeros(content_size, np.int32),
        style_labels=np.zeros(style_size, np.int32),
        style_index=(0,),
        names=("all",),
        segments=(segment_row("all", "", pixels, (1.0, 1.0), "takes the whole style image"),),
    )


def _actions(names: tuple[str, ...], service: Service) -> dict[int, str]:
    """Return what becomes of each content label."""
    actions = {}
    for label, server in service.served_by.items():
        action = KEPT_ACTION if server == KEPT else label_action(names[server])
        if label in service.by_hand:
            action += ", by hand"
        elif label in service.adopted:
            action += ", its relative"
        elif label in service.orphans and server != KEPT:
            action += ", the closest in colour"
        actions[label] = action
    for label, host in service.hosts.items():
        actions[label] = f"joins segment {names[host]}, its neighbour"
    return actions | dict.fromkeys(service.specks, "joins its neighbours")


def _renumbered_pairing(
    service: Service, style_map: LabelMap, notes: tuple[str, ...], rows: tuple[SegmentRow, ...]
) -> Pairing:
    """Return the pairing, the labels of either image numbered from 0 without gaps."""
    names = style_map.names
    joined = np.arange(len(names), dtype=np.int32)
    joined[list(service.hosts)] = list(service.hosts.values())
    content_ids, content_labels = renumber_labels(joined[service.labels])
    style_ids, style_labels = renumber_labels(style_map.labels)
    positions = {label: j for j, label in enumerate(style_ids.tolist())} | {KEPT: KEPT}
    return Pairing(
        content_labels=content_labels,
        style_labels=style_labels,
        style_index=tuple(positions[service.served_by[label]] for label in content_ids.tolist()),
        names=tuple(names[label] for label in content_ids),
        notes=notes,
        segments=rows,
    )


def _check_photo(label_map: LabelMap, image: np.ndarray, side: str) -> None:
    if image.shape != (*label_map.labels.shape, 3):
        raise ValueError(
            f"the {side} image has the shape {list(image.shape)} and its labels "
            f"{list(label_map.labels.shape)}, these must be [height, width, 3] and [height, "
            "width]: decode the labels to the size of the image."
        )
