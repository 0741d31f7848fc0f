"""Segment table: the segments of a pair as lines of text in aligned columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dpst.segmentation.pairing.segment_rows import SegmentRow, percent

_HEADINGS = ("label", "content", "style", "off palette", "found", "what is done")
_NO_SWATCH = "  "


def segment_table(rows: Sequence[SegmentRow], is_colored: bool = False) -> Iterator[str]:
    """Write the segments of a pair as a table.

    Args:
        rows: the segments.
        is_colored: whether to show a block of each label's colour, by an ANSI true-colour escape.

    Yields:
        The lines: the headings, then one for each segment, in aligned columns.
    """
    cells = [_HEADINGS, *map(_cells, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADINGS) - 1)]
    colors = ["", *(row.color for row in rows)]
    for (label, *numbers, finding, action), color in zip(cells, colors, strict=True):
        block = f"{_swatch(color)} " if is_colored else ""
        columns = [
            label.ljust(widths[0]),
            *(n.rjust(w) for n, w in zip(numbers, widths[1:], strict=False)),
        ]
        yield (block + "  ".join([*columns, finding.ljust(widths[-1]), action])).rstrip()


def _cells(row: SegmentRow) -> tuple[str, ...]:
    return (
        row.label,
        percent(row.content_share) if row.content_share else "-",
        percent(row.style_share) if row.style_share else "-",
        f"{row.content_off_palette} + {row.style_off_palette} px",
        row.finding,
        row.action,
    )


def _swatch(color: str) -> str:
    """Return a block of the colour, two columns wide."""
    if not color:
        return _NO_SWATCH
    red, green, blue = bytes.fromhex(color)
    return f"\x1b[48;2;{red};{green};{blue}m{_NO_SWATCH}\x1b[0m"
