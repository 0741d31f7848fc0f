"""Style plan: the regions of an artistic transfer, from label maps, shares and settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dpst.config import TransferConfig
from dpst.segmentation import (
    KEPT,
    LabelMap,
    SegmentRow,
    StyleRegion,
    assigned_regions,
    blended_regions,
    pair_segments,
    paired_regions,
    region_rows,
)
from dpst.setting_lists import parse_shares


@dataclass(frozen=True, eq=False)
class StylePlan:
    """What serves what, and how to tell the user.

    Attributes:
        regions: which style image, or part of one, serves which part of the content image.
        segments: a row for each, or for each label of a pair of maps.
        notes: what is messy about the label maps and what was done about it, a line each.
    """

    regions: tuple[StyleRegion, ...]
    segments: tuple[SegmentRow, ...]
    notes: tuple[str, ...] = ()


def plan_styles(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    content_map: LabelMap | None,
    style_maps: Sequence[LabelMap] | None,
    config: TransferConfig,
) -> StylePlan:
    """Plans an artistic transfer.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1].
        content_map: labels of the content image; None for none.
        style_maps: labels of each style image, their names as in the content map; None for none.
        config: `multi_style`, `style_blend`, `segment_map` and `orphan_policy` are used.

    Returns:
        The plan.

    Raises:
        ValueError: labels, styles and settings do not fit together, see `assigned_regions` and
            `pair_segments`.
    """
    num_styles = len(style_images)
    if content_map is None:
        if config.multi_style not in ("", "blend"):
            raise ValueError(
                f"multi_style is {config.multi_style!r} and there are no content_labels, they must "
                "say where the segments are: give content_labels, or set multi_style to 'blend'."
            )
        if config.segment_map:
            raise ValueError(
                f"segment_map is {config.segment_map!r} and there are no content_labels, it must "
                "name labels: give content_labels."
            )
        regions = blended_regions(
            content_image.shape[:2], parse_shares(config.style_blend, num_styles)
        )
        return StylePlan(regions, region_rows(regions))
    if config.style_blend and config.multi_style != "blend":
        raise ValueError(
            f"style_blend is {config.style_blend!r} and there are content_labels, shares must go "
            "with one mixture: leave style_blend out, or set multi_style to 'blend'."
        )
    if num_styles == 1 and style_maps is not None:
        pairing = pair_segments(
            content_map,
            style_maps[0],
            content_image,
            style_images[0],
            config.orphan_policy,
            config.segment_map,
        )
        regions = paired_regions(pairing)
        segments, notes = pairing.segments, pairing.notes
    else:
        regions = assigned_regions(
            content_map, num_styles if style_maps is None else style_maps, config.segment_map
        )
        segments, notes = region_rows(regions), ()
    if config.multi_style == "blend":
        shares = parse_shares(config.style_blend, num_styles)
        kept = tuple(
            dataclasses.replace(region, weight=0.0) for region in regions if region.style == KEPT
        )
        regions = blended_regions(content_image.shape[:2], shares) + kept
        segments = region_rows(regions)
    return StylePlan(regions, segments, notes)
