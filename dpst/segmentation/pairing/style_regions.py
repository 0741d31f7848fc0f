"""Style regions: which style image, or part of one, serves which part of the content image.

Source: "A Closer Look at Neural Style", on several styles for several segments of one photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dpst import images
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.label_maps.reserved_names import KEPT_NAME
from dpst.segmentation.pairing.pairing import Pairing
from dpst.segmentation.pairing.segment_map import KEPT, find_label, parse_segment_map
from dpst.segmentation.pairing.segment_rows import KEPT_ACTION, SegmentRow, segment_row

WHOLE_NAME = "all"
"""Name of a region that is the whole content image."""


@dataclass(frozen=True, eq=False)
class StyleRegion:
    """A part of the content image, and the part of a style image that it should look like.

    Attributes:
        name: the name of its label, or `WHOLE_NAME`.
        mask: float32 [height, width] in [0, 1], of the content image: where the region is, and how
            much each pixel counts there.
        style: position of the style image that serves it, or `KEPT`.
        style_mask: float32 [style_height, style_width], of that style image, likewise; None for all
            of it.
        weight: factor of its style losses; those of all regions sum to 1.
    """

    name: str
    mask: np.ndarray
    style: int
    style_mask: np.ndarray | None
    weight: float


def blended_regions(content_size: images.Size, shares: Sequence[float]) -> tuple[StyleRegion, ...]:
    """Return one region for each style, each the whole image: the styles mix everywhere.

    Args:
        content_size: (height, width) of the content image.
        shares: share of each style image, not negative, with a sum above 0.

    Returns:
        The regions of the styles whose share is above 0.
    """
    everywhere = np.ones(content_size, np.float32)
    return tuple(
        StyleRegion(WHOLE_NAME, everywhere, style, None, share / sum(shares))
        for style, share in enumerate(shares)
        if share > 0
    )


def paired_regions(pairing: Pairing) -> tuple[StyleRegion, ...]:
    """Return the segments of a pairing with one style image as regions.

    Args:
        pairing: segments of a content and a style image.

    Returns:
        A region for each content segment.
    """
    regions = []
    for segment, (name, style_label) in enumerate(
        zip(pairing.names, pairing.style_index, strict=True)
    ):
        mask = (pairing.content_labels == segment).astype(np.float32)
        is_kept = style_label == KEPT
        part = None if is_kept else (pairing.style_labels == style_label).astype(np.float32)
        style = KEPT if is_kept else 0
        regions.append(StyleRegion(name, mask, style, part, float(mask.mean())))
    return tuple(regions)


def assigned_regions(
    content_map: LabelMap, style_maps: Sequence[LabelMap] | int, segment_map: str = ""
) -> tuple[StyleRegion, ...]:
    """Give each content label a style image.

    With label maps of the style images, a content label is served by the first of them that holds a
    label of its name, and there by that label alone. Without, the content labels take the style
    images in order: the labels by name, the images as they are given. The segment map overrides
    both, by the number of a style image, counted from 1, or "none" for a label that is kept as
    photographed: "0000ff=2,ffffff=none".

    Args:
        content_map: labels of the content image.
        style_maps: label maps of the style images, or the number of images without label maps.
        segment_map: which style image serves which content label.

    Returns:
        A region for each label that occurs, by name.

    Raises:
        ValueError: the segment map is malformed or names a label or style image that does not
            exist, a label is left without a style image, a style image without a label, or all
            would be kept as photographed.
    """
    num_styles = style_maps if isinstance(style_maps, int) else len(style_maps)
    names = content_map.names
    occurring = sorted(np.unique(content_map.labels).tolist(), key=lambda label: names[label])
    by_hand = {
        find_label(name, names, occurring, "content"): _style_number(style, num_styles)
        for name, style in parse_segment_map(segment_map).items()
    }
    rest = [label for label in occurring if label not in by_hand]
    parts: dict[int, np.ndarray | None] = dict.fromkeys(occurring)
    if isinstance(style_maps, int):
        chosen = _styles_in_order([names[label] for label in rest], by_hand, num_styles)
        served_by = by_hand | dict(zip(rest, chosen, strict=True))
    else:
        served_by = dict(by_hand)
        for label in rest:
            served_by[label], parts[label] = _first_holder(names[label], style_maps)
    unused = sorted(set(range(num_styles)) - set(served_by.values()))
    if unused:
        raise ValueError(
            f"style image {unused[0] + 1} of {num_styles} serves no content label, each must serve "
            "one: name it in segment_map, or leave it out."
        )
    regions = []
    for label in occurring:
        mask = (content_map.labels == label).astype(np.float32)
        regions.append(
            StyleRegion(names[label], mask, served_by[label], parts[label], float(mask.mean()))
        )
    return tuple(regions)


def region_rows(regions: Sequence[StyleRegion]) -> tuple[SegmentRow, ...]:
    """Return the regions as rows of the report."""
    rows = []
    for region in regions:
        is_color = len(region.name) == 6 and set(region.name) <= set("0123456789abcdef")
        part = np.zeros(1) if region.style_mask is None else region.style_mask
        action = f"takes style image {region.style + 1}"
        if region.style == KEPT:
            action = KEPT_ACTION
        elif region.name == WHOLE_NAME:
            action += f" to {region.weight:.0%}"
        pixels = int(region.mask.sum()), int(part.sum())
        shares = float(region.mask.mean()), float(part.mean())
        color = region.name if is_color else ""
        rows.append(segment_row(region.name, color, pixels, shares, action))
    return tuple(rows)


def _style_number(text: str, num_styles: int) -> int:
    """Return the position of the style image that an entry of the segment map names, or `KEPT`."""
    if text.lower() == KEPT_NAME:
        return KEPT
    if not text.isdecimal() or not 1 <= int(text) <= num_styles:
        raise ValueError(
            f"segment_map names the style image {text!r}, it must be a number from 1 to "
            f"{num_styles}, as there are {num_styles} style images, or {KEPT_NAME}."
        )
    return int(text) - 1


def _styles_in_order(names: Sequence[str], by_hand: dict[int, int], num_styles: int) -> list[int]:
    """Return a style image for each of the labels that the segment map does not name."""
    if num_styles == 1 or not names:
        return [0] * len(names)
    free = [style for style in range(num_styles) if style not in by_hand.values()]
    if len(free) != len(names):
        raise ValueError(
            f"{len(names)} content labels ({', '.join(names)}) are without a style image "
            f"and {len(free)} style images without a label, their numbers must be equal: say in "
            "segment_map which style image serves which label, e.g. "
            f"{names[0]}=1, or give style_labels."
        )
    return free


def _first_holder(name: str, style_maps: Sequence[LabelMap]) -> tuple[int, np.ndarray]:
    """Return the first style image whose map holds a label of that name, and its part there."""
    for style, style_map in enumerate(style_maps):
        if name in style_map.names:
            inside = style_map.labels == style_map.names.index(name)
            if inside.any():
                return style, inside.astype(np.float32)
    raise ValueError(
        f"the content label {name!r} is in no label map of the {len(style_maps)} style images, it "
        f"must be in one: draw it there, or say in segment_map which style image serves it, e.g. "
        f"{name}=1, or {name}={KEPT_NAME}."
    )
