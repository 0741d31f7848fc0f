"""Semantic maps: kinds of files and arrays, their directions and their checks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from dpst.segmentation import SemanticMap, paired_maps, read_semantic_map
from dpst.segmentation.label_maps.semantic_map import semantic_map

BLACK, RED, DARK_RED, WHITE = (0, 0, 0), (255, 0, 0), (192, 0, 0), (255, 255, 255)


def stripes(*columns: tuple[int, int, int], size: int = 8) -> np.ndarray:
    """A picture of vertical stripes of flat colours, uint8."""
    return np.repeat(np.array([columns], np.uint8), 6, 0).repeat(size, 1)


@pytest.mark.parametrize(
    ("mode", "channels"), [("1", 1), ("L", 1), ("P", 3), ("RGB", 3), ("I;16", 1)]
)
def test_channels_of_a_file_are_its_own(tmp_path, mode: str, channels: int) -> None:
    picture = Image.fromarray(stripes(BLACK, WHITE))
    if mode == "I;16":
        picture = Image.fromarray(np.array(picture.convert("L"), np.uint16) * 257)
    else:
        picture = picture.convert(mode)
    picture.save(tmp_path / "map.png")
    values = read_semantic_map(tmp_path / "map.png", "content_labels").values
    assert values.shape == (6, 16, channels)
    np.testing.assert_array_equal(values[:, :8], 0)
    np.testing.assert_array_equal(values[:, 8:], 1)


def test_transparency_is_a_channel_unless_it_says_nothing(tmp_path) -> None:
    picture = np.concatenate([stripes(RED, WHITE), np.full((6, 16, 1), 255, np.uint8)], -1)
    Image.fromarray(picture).save(tmp_path / "opaque.png")
    assert read_semantic_map(tmp_path / "opaque.png", "x").values.shape[2] == 3
    picture[:, 8:, 3] = 0
    Image.fromarray(picture).save(tmp_path / "half.png")
    values = read_semantic_map(tmp_path / "half.png", "x").values
    np.testing.assert_array_equal(values[0, 0], [1, 0, 0, 1])
    np.testing.assert_array_equal(values[0, 8], [0, 0, 0, 0])  # left over colours do not count


def test_stack_of_masks_is_a_channel_each(tmp_path) -> None:
    for name in ("sky", "sea"):
        Image.new("L", (8, 6), 255 if name == "sky" else 0).save(tmp_path / f"{name}.png")
    text = f"sky={tmp_path}/sky.png,sea={tmp_path}/sea.png"
    stack = read_semantic_map(text, "content_labels")
    assert stack.names == ("sky", "sea")
    np.testing.assert_array_equal(stack.values[0, 0], [1, 0])
    same = semantic_map({"sky": np.ones((6, 8)), "sea": np.zeros((6, 8), bool)}, "x")
    np.testing.assert_array_equal(same.values, stack.values)


def test_arrays_of_all_kinds() -> None:
    assert semantic_map(np.zeros((4, 5), np.uint8), "x").values.shape == (4, 5, 1)
    assert semantic_map(np.zeros((4, 5, 7), np.float64), "x").values.dtype == np.float32
    numbers = semantic_map(np.array([[3, 5], [5, -1]]), "x")
    assert numbers.names == ("-1", "3", "5")
    np.testing.assert_array_equal(numbers.values[0], [[0, 1, 0], [0, 0, 1]])


@settings(max_examples=30, deadline=None)
@given(npst.arrays(np.float32, (5, 7, 2), elements=st.floats(0, 1, width=32)))
def test_values_as_directions_are_all_equally_long(values: np.ndarray) -> None:
    directions = SemanticMap(values).directions((5, 7))
    assert directions.shape == (5, 7, 4)
    np.testing.assert_allclose((directions**2).sum(-1), 2, rtol=1e-5)
    shrunk = SemanticMap(values).directions((2, 3))
    assert shrunk.min() >= 0 and ((shrunk**2).sum(-1) <= 2 + 1e-5).all()


@pytest.mark.parametrize("color", [BLACK, WHITE, RED])
def test_every_label_correlates_most_with_itself(color) -> None:
    """Of raw colours black correlates with none, and dark red with red as with itself."""
    directions = SemanticMap(stripes(BLACK, DARK_RED, RED, WHITE) / np.float32(255)).directions(
        (6, 32)
    )
    own = SemanticMap(np.full((1, 1, 3), color) / np.float32(255)).directions((1, 1))[0, 0]
    correlation = (directions * own).sum(-1)[0]
    place = (BLACK, DARK_RED, RED, WHITE).index(color)
    assert set(np.flatnonzero(correlation == correlation.max())) == set(
        range(8 * place, 8 * place + 8)
    )
    assert np.sort(np.unique(correlation.round(5)))[-2] < 0.98 * correlation.max()


def test_names_bring_channels_in_one_order() -> None:
    ones, zeros = np.ones((4, 4)), np.zeros((4, 4))
    content = semantic_map({"sky": ones, "sea": zeros}, "x")
    style = semantic_map({"sea": zeros, "sky": ones}, "y")
    _, ordered = paired_maps(content, style, (4, 4), (4, 4))
    np.testing.assert_array_equal(ordered.values[0, 0], [1, 0])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((0, 4)), "not empty"),
        (np.zeros((4, 4, 0)), "not empty"),
        ({}, "at least one mask"),
        ({"a": np.zeros((4, 4)), "b": np.zeros((4, 5))}, "one shape"),
        (np.full((4, 4), 1.5), "ranges from 1.5 to 1.5"),
        (np.full((4, 4), np.nan), "must be finite"),
        (np.zeros((4, 4, 3), np.int64), "uint8 or floating"),
        (np.zeros(4), "shape"),
        (np.array([["a"]]), "must be floating, bool or integer"),
    ],
)
def test_what_is_no_map_is_an_error(values, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        semantic_map(values, "content_labels")


@pytest.mark.parametrize(
    ("content", "style", "message"),
    [
        (np.zeros((8, 8, 1)), np.zeros((8, 8, 3)), "1 channels and style_labels 3"),
        (np.zeros((8, 16, 3)), np.zeros((8, 8, 3)), "content_labels is 16x8 px"),
        (np.zeros((8, 8, 3)), np.zeros((16, 8, 3)), "style_labels is 8x16 px"),
        ({"a": np.zeros((8, 8))}, {"b": np.zeros((8, 8))}, "style_labels have no mask 'a'"),
        (
            {"a": np.zeros((8, 8))},
            {"a": np.zeros((8, 8)), "b": np.zeros((8, 8))},
            "content_labels have no mask 'b'",
        ),
    ],
)
def test_maps_that_do_not_fit_are_an_error(content, style, message: str) -> None:
    maps = semantic_map(content, "x"), semantic_map(style, "y")
    with pytest.raises(ValueError, match=message):
        paired_maps(*maps, (80, 80), (80, 80))
