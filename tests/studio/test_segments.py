"""Painting segments in the studio: strokes, rectangles, links."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dpst.segmentation import LabelMap, decode_label_maps, pair_segments
from dpst.studio.links import NEAREST, chosen_links, link_choices, segment_map_text
from dpst.studio.segments import (
    COLORS,
    EDITED_SIDE,
    NAMES,
    Segments,
    edited_copy,
    filled_labels,
    painted_labels,
    painted_segments,
    segments_from_maps,
    tinted_copy,
)

BLUE, GREEN, BLACK, WHITE, RED = range(5)


def layer(size: tuple[int, int]) -> np.ndarray:
    return np.zeros((*size, 4), np.uint8)


def rgb(index: int) -> list[int]:
    return list(bytes.fromhex(COLORS[index]))


def segments(content: list[int], style: list[int]) -> Segments:
    rows = [np.repeat(np.array(x, np.uint8), 40)[None].repeat(40, 0) for x in (content, style)]
    return Segments(*rows)


def test_stroke_takes_the_nearest_colour_and_soft_edges_are_no_stroke() -> None:
    labels = np.zeros((4, 6), np.uint8)
    stroke = layer((4, 6))
    stroke[1, 2] = [250, 4, 3, 255]
    stroke[1, 3] = [*rgb(RED), 90]
    stroke[2, 2] = [*rgb(GREEN), 200]
    result = painted_labels(labels, [stroke])
    expected = labels.copy()
    expected[1, 2], expected[2, 2] = RED, GREEN
    np.testing.assert_array_equal(result, expected)
    assert not labels.any()


def test_later_layers_lie_above_and_layers_of_another_size_fit() -> None:
    below, above = layer((2, 3)), layer((4, 6))
    below[:] = [*rgb(RED), 255]
    above[:, :2] = [*rgb(WHITE), 255]
    result = painted_labels(np.zeros((8, 12), np.uint8), [below, above])
    assert (result[:, :4] == WHITE).all() and (result[:, 4:] == RED).all()


def test_nothing_painted_changes_nothing() -> None:
    given_segments = segments([BLUE, GREEN], [GREEN, BLUE])
    result = painted_segments(given_segments, [], [layer((40, 80))])
    np.testing.assert_array_equal(result.content, given_segments.content)
    np.testing.assert_array_equal(result.style, given_segments.style)


def test_rectangle_is_in_percent() -> None:
    result = filled_labels(np.zeros((10, 20), np.uint8), RED, (25, 0, 50, 20))
    assert (result == RED).sum() == 5 * 2 and (result[:2, 5:10] == RED).all()


def test_empty_rectangle_is_told() -> None:
    with pytest.raises(ValueError, match="from 60 to 40 % across .*, it must hold a pixel"):
        filled_labels(np.zeros((10, 20), np.uint8), RED, (60, 0, 40, 20))


def test_colours_of_luan_are_kept_and_others_take_free_ones() -> None:
    labels = np.array([[0, 1, 2]], np.int32)
    maps = [LabelMap(x, ("123456", "ff0000", "abcdef")) for x in (labels, labels[:, ::-1])]
    result = segments_from_maps(*maps)
    np.testing.assert_array_equal(result.content, [[BLUE, RED, GREEN]])
    np.testing.assert_array_equal(result.style, [[GREEN, RED, BLUE]])


def test_more_labels_than_colours_are_told() -> None:
    labels = np.arange(10, dtype=np.int32)[None]
    label_map = LabelMap(labels, tuple(f"{k:06x}" for k in range(10)))
    with pytest.raises(ValueError, match="hold 10 labels, at most 9 can be painted"):
        segments_from_maps(label_map, label_map)


@given(st.lists(st.integers(0, 8), min_size=1, max_size=6))
def test_pictures_are_read_as_the_same_segments(row: list[int]) -> None:
    pair = segments(row, row)
    maps = decode_label_maps(*pair.pictures())
    result = segments_from_maps(*maps)
    np.testing.assert_array_equal(result.content, pair.content)


def test_tint_shows_colour_and_lightness() -> None:
    image = np.zeros((2, 2, 3), np.float32)
    image[:, 1] = 1
    labels = np.array([[RED, RED], [BLUE, BLUE]], np.uint8)
    shown = tinted_copy(image, labels)
    assert (shown[0, :, 0] > shown[0, :, 2]).all() and (shown[1, :, 2] > shown[1, :, 0]).all()
    assert (shown[:, 1].astype(int) > shown[:, 0]).all()


def test_edited_copy_is_small() -> None:
    copy = edited_copy(np.full((2 * EDITED_SIDE, 80, 3), 0.5, np.float32))
    assert copy.shape == (EDITED_SIDE, 40, 3) and copy.dtype == np.uint8 and (copy == 128).all()


def test_links_offer_what_the_style_has_and_keeping() -> None:
    links = link_choices(segments([BLUE, RED, RED], [BLUE, BLUE, GREEN]))
    assert [link.index for link in links] == [BLUE, RED]
    assert links[0].title == "blue (33 % of the content) takes"
    assert [value for _, value in links[0].choices] == [COLORS[BLUE], COLORS[GREEN], "none"]
    assert [value for _, value in links[1].choices][0] == NEAREST
    assert [link.default for link in links] == [COLORS[BLUE], NEAREST]


def test_choice_that_is_no_longer_possible_falls_back() -> None:
    pair = segments([BLUE, RED], [BLUE, GREEN])
    chosen = {BLUE: COLORS[WHITE], RED: "none", WHITE: COLORS[BLUE]}
    assert chosen_links(pair, chosen) == {BLUE: COLORS[BLUE], RED: "none"}


def test_links_become_a_segment_map_that_pairing_follows() -> None:
    pair = segments([BLUE, RED, WHITE, BLACK], [BLUE, GREEN])
    links = chosen_links(pair, {BLUE: COLORS[GREEN], RED: "none"})
    text = segment_map_text(links)
    assert text == "0000ff=00ff00,ff0000=none"
    maps = decode_label_maps(*pair.pictures())
    photos = [np.random.default_rng(0).random((*x.labels.shape, 3), np.float32) for x in maps]
    paired = pair_segments(*maps, *photos, segment_map=text)
    rows = {row.label: row.action for row in paired.segments}
    assert "00ff00" in rows["0000ff"] and "by hand" in rows["0000ff"]
    assert "kept as photographed" in rows["ff0000"]


def test_no_link_changed_is_no_segment_map() -> None:
    pair = segments([BLUE, RED], [BLUE, GREEN])
    assert segment_map_text(chosen_links(pair, {})) == ""


def test_each_colour_has_a_name() -> None:
    assert len(COLORS) == len(NAMES) == len(set(NAMES)) == 9
