"""Service: which style label serves which content label of two label maps.

A content label is served by the style label of the same name, unless the segment map says
otherwise. Where the style map lacks that label or holds too little of it, a relative serves it, or
the orphan policy decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dpst import images
from dpst.segmentation.label_maps.label_arrays import Labels, fill_from_nearest, renumber_labels
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.pairing.orphans import closest_label, mean_lab, neighboring_label
from dpst.segmentation.pairing.segment_map import KEPT, resolve_segment_map

# Share of the image below which a segment is a speck.
_MINIMUM_AREA_SHARE = 0.0005
# In small images the share alone would let single pixels pass.
_MINIMUM_AREA_PIXELS = 16


@dataclass(frozen=True, eq=False)
class Service:
    """Which style label serves each content label, and why. Labels are indices into the names.

    Attributes:
        labels: int32 [height, width], the content labels without specks.
        served_by: the style label that serves each content label, or `KEPT`.
        hosts: the content label that each orphan joins, where the policy merges them.
        by_hand: content labels that the segment map names.
        adopted: content labels that a relative serves.
        orphans: content labels that were left to the orphan policy.
        specks: content labels that were too small and joined their neighbours.
    """

    labels: Labels
    served_by: Mapping[int, int]
    hosts: Mapping[int, int]
    by_hand: Collection[int]
    adopted: Collection[int]
    orphans: Collection[int]
    specks: Collection[int]


def find_service(
    maps: tuple[LabelMap, LabelMap],
    photos: tuple[images.FloatImage, images.FloatImage],
    orphan_policy: str,
    segment_map: str,
) -> Service:
    """Find the style label that serves each content label; `pair_segments` tells the rules.

    Args:
        maps: labels of the content and the style image, with the same `names`.
        photos: the two images, float32 [height, width, 3], sRGB in [0, 1].
        orphan_policy: what becomes of orphans.
        segment_map: which style label serves which content label.

    Returns:
        The service.

    Raises:
        ValueError: the policy forbids an orphan that there is, the segment map is malformed or
            names a label that does not occur, or nothing is left to be styled.
    """
    content_map, style_map = maps
    names, areas = content_map.names, np.bincount(style_map.labels.ravel())
    by_hand = resolve_segment_map(
        segment_map,
        names,
        np.flatnonzero(np.bincount(content_map.labels.ravel())).tolist(),
        np.flatnonzero(areas).tolist(),
    )
    labels, specks = _merge_specks(content_map, by_hand)
    content_ids = np.flatnonzero(np.bincount(labels.ravel())).tolist()

    usable = np.flatnonzero(areas >= _minimum_area(style_map.labels)).tolist()
    served_by = {label: label for label in content_ids if label in usable} | by_hand
    adopted = _serving_relatives(content_map, set(content_ids) - set(served_by), usable)
    served_by |= adopted
    orphans = [label for label in content_ids if label not in served_by]
    hosts: dict[int, int] = {}
    if orphans and orphan_policy == "error":
        raise ValueError(_orphans_message([names[label] for label in orphans]))
    if orphan_policy == "content":
        served_by |= dict.fromkeys(orphans, KEPT)
    elif orphan_policy == "merge" and set(served_by.values()) - {KEPT}:
        hosts = {label: neighboring_label(labels, label, served_by) for label in orphans}
    elif orphans:
        served_by |= _closest_in_color(orphans, (labels, style_map.labels), photos, usable)
    if set(served_by.values()) == {KEPT}:
        raise ValueError(
            f"every segment ({', '.join(names[label] for label in served_by)}) would be kept as "
            "photographed, at least one must be styled: change segment_map or orphan_policy."
        )
    return Service(labels, served_by, hosts, by_hand, adopted, orphans, specks)


def _merge_specks(label_map: LabelMap, kept: Collection[int]) -> tuple[Labels, list[int]]:
    """Give labels below the minimum area, except those in `kept`, to the label nearest in space.

    Returns:
        The new labels, and the labels that vanished.
    """
    labels = label_map.labels
    areas = np.bincount(labels.ravel(), minlength=len(label_map.names))
    is_speck = (areas > 0) & (areas < _minimum_area(labels))
    is_speck[list(kept)] = False
    return fill_from_nearest(labels, is_speck[labels]), np.flatnonzero(is_speck).tolist()


def _minimum_area(labels: Labels) -> int:
    """Return the least number of pixels of a segment that is not a speck."""
    # Never more than the largest segment has, so that one always remains.
    wanted = max(_MINIMUM_AREA_PIXELS, round(_MINIMUM_AREA_SHARE * labels.size))
    return min(wanted, int(np.bincount(labels.ravel()).max()))


def _serving_relatives(
    content_map: LabelMap, orphans: Collection[int], usable: Collection[int]
) -> dict[int, int]:
    """Return the usable style label that is the first of an orphan's relatives, if any is."""
    by_name = {content_map.names[label]: label for label in usable}
    served_by = {}
    for label in sorted(orphans) if content_map.relatives else ():
        servers = [by_name[name] for name in content_map.relatives[label] if name in by_name]
        if servers:
            served_by[label] = servers[0]
    return served_by


def _closest_in_color(
    orphans: Sequence[int],
    labels: tuple[Labels, Labels],
    photos: tuple[images.FloatImage, images.FloatImage],
    usable: Collection[int],
) -> dict[int, int]:
    """Return the usable style label whose part of its image is closest in colour to each orphan.

    Args:
        orphans: content labels.
        labels: the content and the style labels.
        photos: the two images, float32 [height, width, 3], sRGB in [0, 1].
        usable: style labels that may serve.
    """
    (content_ids, content_labels), (style_ids, style_labels) = map(renumber_labels, labels)
    colors = mean_lab(photos[0], content_labels)
    style_colors = mean_lab(photos[1], style_labels)
    is_usable = np.isin(style_ids, list(usable))
    position = {label: k for k, label in enumerate(content_ids.tolist())}
    return {
        label: int(style_ids[closest_label(colors[position[label]], style_colors, is_usable)])
        for label in orphans
    }


def _orphans_message(orphans: Sequence[str]) -> str:
    return (
        f"orphan_policy is 'error' and the content labels {', '.join(orphans)} are missing from "
        "the style labels or too small there, each must have its style label: draw them there, "
        "name a style label for them in segment_map, or choose another policy."
    )
