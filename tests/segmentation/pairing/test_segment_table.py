"""The segments of a pair as lines of text."""

from __future__ import annotations

from dpst.segmentation import SegmentRow, segment_table

ROWS = (
    SegmentRow("0000ff", "0000ff", 6000, 0.6, 3000, 0.3, 0, 0, "", "takes label 0000ff"),
    SegmentRow("00ff00", "00ff00", 4000, 0.4, 0, 0.0, 12, 0, "orphan", "takes label 0000ff"),
    SegmentRow("ff0000", "ff0000", 0, 0.0, 7000, 0.7, 0, 0, "unused", "serves no segment"),
)


def test_table_is_aligned_with_hex_codes_and_without_escapes() -> None:
    lines = list(segment_table(ROWS))
    assert len(lines) == 4
    assert lines[0].split()[:3] == ["label", "content", "style"]
    assert "\x1b" not in "".join(lines)
    assert lines[1].startswith("0000ff") and "60 %" in lines[1]
    column = lines[0].index("what is done")
    assert [line[column - 2 : column] for line in lines] == ["  "] * 4
    assert lines[2][column:] == "takes label 0000ff"
    assert "orphan" in lines[2] and "unused" in lines[3]


def test_a_side_without_pixels_is_a_dash_and_off_palette_pixels_are_counted_by_side() -> None:
    lines = [line.split() for line in segment_table(ROWS)]
    assert lines[2][:7] == ["00ff00", "40", "%", "-", "12", "+", "0"]
    assert lines[3][:4] == ["ff0000", "-", "70", "%"]


def test_coloured_table_shows_each_colour_beside_its_code() -> None:
    lines = list(segment_table(ROWS, is_colored=True))
    assert "\x1b" not in lines[0] and lines[0].startswith("   label")
    assert lines[1].startswith("\x1b[48;2;0;0;255m  \x1b[0m 0000ff")
    assert lines[2].startswith("\x1b[48;2;0;255;0m  \x1b[0m 00ff00")


def test_label_without_a_colour_has_no_block() -> None:
    row = SegmentRow("123456", "", 100, 1.0, 100, 1.0, 0, 0, "", "takes label 123456")
    lines = list(segment_table([row], is_colored=True))
    assert "\x1b" not in "".join(lines)
    assert lines[1].startswith("   123456")
