"""The rows of the segments, and the notes on messy label maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dpst.segmentation import LabelMap, Pairing, decode_label_maps, pair_segments
from dpst.segmentation.pairing.segment_rows import percent
from dpst.segmentation.pairing.segment_table import segment_table

PublishedMaps = dict[str, tuple[list[tuple[int, int]], tuple[LabelMap, LabelMap]]]

PALETTE = np.array([[0, 0, 255], [0, 255, 0], [255, 0, 0]], np.uint8)


def pair(content: np.ndarray, style: np.ndarray, size: tuple[int, int] | None = None) -> Pairing:
    maps = decode_label_maps(content, style, size)
    photos = (np.zeros((*label_map.labels.shape, 3), np.float32) for label_map in maps)
    return pair_segments(*maps, *photos)


def stripes(*widths: int) -> np.ndarray:
    """Blue, green and red stripes, 100 px high."""
    return np.tile(PALETTE[np.repeat(np.arange(len(widths)), widths)], (100, 1, 1))


def test_rows_hold_areas_findings_and_actions() -> None:
    content, style = stripes(60, 39, 1), stripes(30, 0, 70)
    content[:50, 99] = PALETTE[0]
    rows = pair(content, style).segments
    assert [row.label for row in rows] == ["0000ff", "00ff00", "ff0000"]
    assert [row.color for row in rows] == [row.label for row in rows]
    assert [row.content_share for row in rows] == [0.605, 0.39, 0.005]
    assert [row.style_pixels for row in rows] == [3000, 0, 7000]
    assert [row.finding for row in rows] == ["", "orphan", "sliver"]
    assert rows[0].action == "takes label 0000ff"
    assert rows[1].action == "takes label 0000ff, the closest in colour"


def test_speck_and_unused_label_are_found() -> None:
    content, style = stripes(60, 40), stripes(30, 20, 50)
    content[0, :3] = PALETTE[2]
    rows = pair(content, style).segments
    assert rows[2].finding == "speck, unused" and rows[2].action == "joins its neighbours"
    rows = pair(stripes(60, 40), style).segments
    assert rows[2].finding == "unused" and rows[2].action == "serves no segment"


def test_numbers_have_no_colour_even_where_they_look_like_a_code() -> None:
    labels = np.full((10, 10), 123456)
    rows = pair(labels, labels).segments
    assert rows[0].label == "123456" and rows[0].color == ""


def test_off_palette_pixels_are_counted_where_they_went() -> None:
    content = stripes(50, 50)
    content[4::9, 4:40:9] = (60, 60, 255)
    pairing = pair(content, stripes(50, 50))
    assert [row.content_off_palette for row in pairing.segments] == [44, 0]
    assert any("44 px (0.44 %) of the content labels are off" in note for note in pairing.notes)


def test_another_size_and_another_shade_are_noted() -> None:
    content = np.where(stripes(50, 50) == 255, 250, 0).astype(np.uint8)
    content[::6, ::6] = np.random.default_rng(0).integers(0, 9, content[::6, ::6].shape)
    notes = pair(content, stripes(50, 50), (200, 200)).notes
    assert "the content labels are 100x100 px and their image 200x200 px" in notes[0]
    assert any("mostly show 0000fa for 0000ff, 00fa00 for 00ff00" in note for note in notes)


@pytest.mark.parametrize(
    ("share", "text"), [(1, "100 %"), (0.996, "100 %"), (0.994, "99 %"), (0.00021, "0.021 %")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


# The published maps of Luan et al. 2017.

MESSES = {
    "07": ["the content labels are 700x393 px and their image 700x394 px"],
    "55": ["the content labels mostly show 010101 for 000000, fefefe for ffffff"],
    "03": ["label 00ff00 (0.0027 % of the content image, 9 px) is too small", "serves no segment"],
    "30": ["label ffffff (0.53 % of the content image) is missing from the style labels"],
}


@pytest.mark.shared
def test_report_names_what_is_messy_in_each_published_pair(
    published_maps: PublishedMaps, shared: Path
) -> None:
    assert len(published_maps) == 40
    for name, (sizes, maps) in published_maps.items():
        pairing = pair_segments(*maps, *(np.zeros((*size, 3), np.float32) for size in sizes))
        report = "\n".join((*segment_table(pairing.segments), *pairing.notes))
        for part in MESSES.get(name, []):
            assert part in report, name
        for side, size, label_map in zip(("content", "style"), sizes, maps, strict=True):
            assert label_map.labels.shape == size
            assert 0 <= label_map.labels.min() and label_map.labels.max() < len(label_map.names)
            with Image.open(shared / "pairs" / name / f"{side}_labels.png") as file:
                is_resized = file.size[::-1] != size
            assert (f"the {side} labels are {label_map.map_size[1]}x" in report) == is_resized
            count = label_map.off_palette_pixels
            assert f"{count} px (" in report or count == 0
        found = [row.finding for row in pairing.segments]
        content_only = [row for row in pairing.segments if not row.style_pixels]
        assert all("orphan" in row.finding or "speck" in row.finding for row in content_only)
        assert sum("orphan" in finding for finding in found) == report.count(
            "missing from the style labels"
        ) + report.count("px in the style labels")
