"""Pre-flight report: what is messy about the segments of a pair, and what is done about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dpst import images
from dpst.segmentation.label_maps.label_map import LabelMap

SLIVER_SHARE = 0.01
"""Of the image; a segment below it is used, but a look taken from it is rough."""


@dataclass(frozen=True)
class SegmentRow:
    """One label of a pair.

    Attributes:
        label: Its name: the hex code of its colour, a number, or the name of its mask or group.
        color: The hex code of its colour, "" where it has none.
        content_pixels: Its pixels in the content image.
        content_share: Their share of it, in [0, 1].
        style_pixels: Its pixels in the style image.
        style_share: Their share of it.
        content_off_palette: How many of its pixels in the content map were off the palette.
        style_off_palette: How many in the style map.
        finding: What is messy: "orphan" (in the content map, missing or too small in the style
            map), "speck" (too small for a segment), "sliver" (used, but below `SLIVER_SHARE` of an
            image) or "unused" (serves no segment); several joined by commas, "" for nothing.
        action: What becomes of its part of the content image, or, if it has none there, of its part
            of the style image; a clause without a subject.
    """

    label: str
    color: str
    content_pixels: int
    content_share: float
    style_pixels: int
    style_share: float
    content_off_palette: int
    style_off_palette: int
    finding: str
    action: str


def map_notes(label_map: LabelMap, side: str) -> Iterator[str]:
    """What is messy about a label map as a whole.

    Args:
        label_map: The map.
        side: "content" or "style".

    Yields:
        A line each.
    """
    size = label_map.image_size or label_map.labels.shape
    if label_map.map_size is not None and label_map.map_size != size:
        yield (
            f"the {side} labels are {_dimensions(label_map.map_size)} px and their image "
            f"{_dimensions((size[0], size[1]))} px: they are resized, label by label"
        )
    if label_map.off_palette_pixels:
        share = percent(label_map.off_palette_pixels / label_map.labels.size)
        yield (
            f"{label_map.off_palette_pixels} px ({share}) of the {side} labels are "
            "off the palette: each takes the nearest label"
        )
    shades = dict(zip(label_map.names, label_map.shades, strict=False))
    inexact = [
        f"{shade} for {color}" for color, shade in shades.items() if shade not in ("", color)
    ]
    if inexact:
        yield f"the {side} labels mostly show {', '.join(inexact)}: taken for these"


def segment_rows(
    content_map: LabelMap,
    style_map: LabelMap,
    actions: Mapping[int, str],
    orphans: Collection[int],
    specks: Collection[int],
    used: Collection[int],
) -> tuple[SegmentRow, ...]:
    """A row for each label that either map holds.

    Args:
        content_map: Labels of the content image.
        style_map: Labels of the style image.
        actions: What is done about each content label.
        orphans: Content labels that no style label of the same name serves.
        specks: Content labels too small for a segment.
        used: Style labels that serve a segment.

    Returns:
        The rows, in the order of the labels.
    """
    names, sizes = content_map.names, (content_map.labels.size, style_map.labels.size)
    counts = [np.bincount(m.labels.ravel(), minlength=len(names)) for m in (content_map, style_map)]
    colored = {i for m in (content_map, style_map) for i, shade in enumerate(m.shades) if shade}
    palette = content_map.colors or [
        name if label in colored else "" for label, name in enumerate(names)
    ]
    rows = []
    for label in np.flatnonzero(counts[0] + counts[1]).tolist():
        pixels = int(counts[0][label]), int(counts[1][label])
        shares = pixels[0] / sizes[0], pixels[1] / sizes[1]
        is_small = any(0 < share < SLIVER_SHARE for share in shares)
        is_unused = pixels[1] > 0 and label not in used
        findings = {
            "speck": label in specks,
            "orphan": label in orphans,
            "sliver": is_small and label not in specks,
            "unused": is_unused,
        }
        service = "serves no segment" if is_unused else "serves other labels"
        rows.append(
            SegmentRow(
                label=names[label],
                color=palette[label],
                content_pixels=pixels[0],
                content_share=shares[0],
                style_pixels=pixels[1],
                style_share=shares[1],
                content_off_palette=(content_map.off_palette_counts or {label: 0})[label],
                style_off_palette=(style_map.off_palette_counts or {label: 0})[label],
                finding=", ".join(word for word, is_found in findings.items() if is_found),
                action=actions.get(label, service),
            )
        )
    return tuple(rows)


def row_notes(rows: Sequence[SegmentRow]) -> Iterator[str]:
    """What is messy about single labels, and what is done about it.

    Args:
        rows: The segments.

    Yields:
        A line for each speck, then each orphan, then each style label that is left unused.
    """
    found = [(row, row.finding.split(", ")) for row in rows]
    for row in (row for row, findings in found if "speck" in findings):
        yield (
            f"label {row.label} ({percent(row.content_share)} of the content image, "
            f"{row.content_pixels} px) is too small to be a segment: it {row.action}"
        )
    for row in (row for row, findings in found if "orphan" in findings):
        few = f"covers only {row.style_pixels} px in" if row.style_pixels else "is missing from"
        yield (
            f"label {row.label} ({percent(row.content_share)} of the content image) {few} the "
            f"style labels: it {row.action}"
        )
    for row in (row for row, findings in found if "unused" in findings):
        yield (
            f"label {row.label} ({percent(row.style_share)} of the style image) serves no segment "
            "of the content image"
        )


def percent(share: float) -> str:
    """A share in [0, 1] to two digits: "33 %"."""
    return f"{100 * share:.2g} %" if share < 0.995 else "100 %"


def _dimensions(size: images.Size) -> str:
    return f"{size[1]}x{size[0]}"
