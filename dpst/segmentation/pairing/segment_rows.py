"""Segment rows: what is irregular about the segments of a pair, and what is done about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dpst import images
from dpst.segmentation.label_maps.label_map import LabelMap

KEPT_ACTION = "is kept as photographed"
"""What becomes of a segment that takes no look."""

# Share of an image; a segment below it is used, but a look taken from it is rough.
_SLIVER_SHARE = 0.01


@dataclass(frozen=True)
class SegmentRow:
    """One label of a pair.

    Attributes:
        label: its name: the hex code of its colour, a number, or the name of its mask or group.
        color: the hex code of its colour, "" where it has none.
        content_pixels: its pixels in the content image.
        content_share: their share of it, in [0, 1].
        style_pixels: its pixels in the style image.
        style_share: their share of it.
        content_off_palette: how many of its pixels in the content map were off the palette.
        style_off_palette: how many in the style map.
        finding: what is irregular: "orphan" (in the content map, missing or too small in the style
            map), "speck" (too small for a segment), "sliver" (used, but below 1 % of an image) or
            "unused" (serves no segment); several joined by commas, "" for nothing.
        action: what becomes of its part of the content image, or, if it has none there, of its part
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


def segment_row(
    label: str,
    color: str,
    pixels: tuple[int, int],
    shares: tuple[float, float],
    action: str,
    findings: Mapping[str, bool] | None = None,
    off_palette: tuple[int, int] = (0, 0),
) -> SegmentRow:
    """Return the row of a label; pairs are of the content and the style image.

    Args:
        label: its name.
        color: the hex code of its colour, "" where it has none.
        pixels: how many pixels it has.
        shares: their shares of the images, in [0, 1].
        action: what becomes of it.
        findings: for each irregularity whether it was found.
        off_palette: how many of its pixels were off the palette.
    """
    found = (word for word, is_found in (findings or {}).items() if is_found)
    return SegmentRow(
        label=label,
        color=color,
        content_pixels=pixels[0],
        content_share=shares[0],
        style_pixels=pixels[1],
        style_share=shares[1],
        content_off_palette=off_palette[0],
        style_off_palette=off_palette[1],
        finding=", ".join(found),
        action=action,
    )


def label_action(name: str) -> str:
    """Return what becomes of a segment that takes the look of a style label."""
    return f"takes label {name}"


def is_sliver(shares: tuple[float, float]) -> bool:
    """Return whether a label covers little of an image that it occurs in.

    Args:
        shares: its shares of the content and the style image, in [0, 1].
    """
    return any(0 < share < _SLIVER_SHARE for share in shares)


def segment_rows(
    content_map: LabelMap,
    style_map: LabelMap,
    actions: Mapping[int, str],
    orphans: Collection[int],
    specks: Collection[int],
    used: Collection[int],
) -> tuple[SegmentRow, ...]:
    """Return a row for each label that either map holds.

    Args:
        content_map: labels of the content image.
        style_map: labels of the style image.
        actions: what is done about each content label.
        orphans: content labels that no style label of the same name serves.
        specks: content labels too small for a segment.
        used: style labels that serve a segment.

    Returns:
        The rows, in the order of the labels.
    """
    maps, names = (content_map, style_map), content_map.names
    counts = [np.bincount(each.labels.ravel(), minlength=len(names)) for each in maps]
    colors = content_map.colors or _shown_colors(maps)
    rows = []
    for label in np.flatnonzero(counts[0] + counts[1]).tolist():
        pixels = int(counts[0][label]), int(counts[1][label])
        shares = pixels[0] / content_map.labels.size, pixels[1] / style_map.labels.size
        is_unused = pixels[1] > 0 and label not in used
        findings = {
            "speck": label in specks,
            "orphan": label in orphans,
            "sliver": is_sliver(shares) and label not in specks,
            "unused": is_unused,
        }
        service = "serves no segment" if is_unused else "serves other labels"
        off_palette = (
            content_map.off_palette_counts[label] if content_map.off_palette_counts else 0,
            style_map.off_palette_counts[label] if style_map.off_palette_counts else 0,
        )
        action = actions.get(label, service)
        row = segment_row(
            names[label], colors[label], pixels, shares, action, findings, off_palette
        )
        rows.append(row)
    return tuple(rows)


def map_notes(label_map: LabelMap, side: str) -> Iterator[str]:
    """Tell what is irregular about a label map as a whole.

    Args:
        label_map: the map.
        side: "content" or "style".

    Yields:
        A line for each irregularity.
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
    inexact = [f"{shade} for {name}" for name, shade in shades.items() if shade not in ("", name)]
    if inexact:
        yield f"the {side} labels mostly show {', '.join(inexact)}: taken for these"


def row_notes(rows: Sequence[SegmentRow]) -> Iterator[str]:
    """Tell what is irregular about single labels, and what is done about it.

    Args:
        rows: the segments.

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
    """Return a share in [0, 1] to two digits, e.g. "33 %"."""
    return f"{100 * share:.2g} %" if share < 0.995 else "100 %"


def _shown_colors(maps: Sequence[LabelMap]) -> list[str]:
    """Return for each label its name where a map shows it as a colour, else ""."""
    shown = {label for each in maps for label, shade in enumerate(each.shades) if shade}
    return [name if label in shown else "" for label, name in enumerate(maps[0].names)]


def _dimensions(size: images.Size) -> str:
    return f"{size[1]}x{size[0]}"
