"""Artistic plan: which style image, or part of one, serves which part of the content image."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from dpst import images
from dpst.config import TransferConfig
from dpst.methods.plan import FindLabelMaps, Inputs, Plan, find_or_read_label_maps
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


@dataclass(frozen=True, eq=False, kw_only=True)
class ArtisticPlan(Plan):
    """A plan of the artistic method.

    Attributes:
        regions: which style image, or part of one, serves which part of the content image.
    """

    regions: tuple[StyleRegion, ...]


def plan(inputs: Inputs, config: TransferConfig, find: FindLabelMaps) -> ArtisticPlan:
    """Plan an artistic transfer, see `dpst.methods.Method`.

    The settings `multi_style`, `style_blend`, `segment_map` and `orphan_policy` say how.

    Raises:
        ValueError: labels, styles and settings do not fit together, see `assigned_regions` and
            `pair_segments`.
    """
    if config.segmentation == "auto":
        inputs.check_one_style(
            "segmentation is 'auto'",
            "set segmentation to 'labels'",
        )
    content_image = inputs.photo(config)
    if inputs.content_labels is None and inputs.style_labels is not None:
        raise ValueError(
            "content_labels is missing, it must be given where style_labels is: give both, or "
            "neither."
        )
    content_map, style_maps = find_or_read_label_maps(inputs, config, find, finds_by_default=False)
    if content_map is None:
        regions = _regions_without_labels(content_image, len(inputs.style_images), config)
        return ArtisticPlan(regions=regions, segments=region_rows(regions))
    return _plan_by_labels(content_image, inputs.style_images, content_map, style_maps, config)


def _regions_without_labels(
    content_image: images.FloatImage, num_styles: int, config: TransferConfig
) -> tuple[StyleRegion, ...]:
    """Return the regions of styles that mix everywhere."""
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
    return blended_regions(content_image.shape[:2], parse_shares(config.style_blend, num_styles))


def _plan_by_labels(
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    content_map: LabelMap,
    style_maps: Sequence[LabelMap] | None,
    config: TransferConfig,
) -> ArtisticPlan:
    """Plan by the labels of the content image, and of the style images if they have any."""
    if config.style_blend and config.multi_style != "blend":
        raise ValueError(
            f"style_blend is {config.style_blend!r} and there are content_labels, shares must go "
            "with one mixture: leave style_blend out, or set multi_style to 'blend'."
        )
    num_styles = len(style_images)
    segments: tuple[SegmentRow, ...]
    notes: tuple[str, ...] = ()
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
        segments = region_rows(regions)
    if config.multi_style == "blend":
        shares = parse_shares(config.style_blend, num_styles)
        kept = tuple(
            dataclasses.replace(region, weight=0.0) for region in regions if region.style == KEPT
        )
        regions = blended_regions(content_image.shape[:2], shares) + kept
        segments = region_rows(regions)
    return ArtisticPlan(regions=regions, segments=segments, notes=notes)
