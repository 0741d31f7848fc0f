"""The labels in a pair of semantic maps, and which serves which."""

from __future__ import annotations

import numpy as np
import pytest

from dpst.segmentation import SemanticLabels, semantic_labels
from dpst.segmentation.label_maps.semantic_map import semantic_map

BLACK, RED, DARK_RED, WHITE = (0, 0, 0), (255, 0, 0), (192, 0, 0), (255, 255, 255)


def stripes(*columns: tuple[int, int, int], size: int = 8) -> np.ndarray:
    """A picture of vertical stripes of flat colours, uint8."""
    return np.repeat(np.array([columns], np.uint8), 6, 0).repeat(size, 1)


def labels_of(content: np.ndarray, style: np.ndarray) -> SemanticLabels:
    return semantic_labels(semantic_map(content, "x"), semantic_map(style, "y"))


def test_labels_are_flat_colours_and_soft_edges_join_them() -> None:
    content = stripes(BLACK, RED, size=150)
    content[:, 150] = (128, 0, 0)
    labels = labels_of(content, stripes(RED, BLACK, size=150))
    assert sorted(row.label for row in labels.rows) == ["000000", "ff0000"]
    names = np.array([row.label for row in labels.rows])
    assert (names[labels.content[:, :150]] == "000000").all()
    assert (names[labels.style[:, :150]] == "ff0000").all()
    assert labels.served_by == (0, 1)
    assert [row.finding for row in labels.rows] == ["", ""]


def test_orphan_takes_the_label_nearest_in_the_map_and_unused_ones_are_told() -> None:
    labels = labels_of(stripes(BLACK, DARK_RED), stripes(RED, WHITE, BLACK))
    rows = {row.label: row for row in labels.rows}
    assert rows["c00000"].finding == "orphan"
    assert rows["c00000"].action == "takes label ff0000, the nearest"
    assert rows["ffffff"].finding == "unused"
    assert rows["000000"].content_share == pytest.approx(1 / 2)
    assert rows["000000"].style_share == pytest.approx(1 / 3)


@pytest.mark.parametrize(("num_style_pixels", "serves"), [(30, True), (5, False)])
def test_small_label_such_as_a_nose_serves_itself_unless_it_is_a_speck(
    num_style_pixels: int, serves: bool
) -> None:
    content, style = np.zeros((100, 100, 3), np.uint8), np.zeros((100, 100, 3), np.uint8)
    content[:50], style[:50] = WHITE, WHITE
    content[60, :80] = style[60, :num_style_pixels] = (192, 255, 192)
    row = {row.label: row for row in labels_of(content, style).rows}["c0ffc0"]
    assert row.action == f"takes label {'c0ffc0' if serves else 'ffffff, the nearest'}"


def test_gradients_fall_into_few_labels() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32) * np.ones((9, 1), np.float32)
    labels = labels_of(ramp, ramp[:, ::-1])
    assert 4 <= len(labels.rows) <= 32
    np.testing.assert_array_equal(labels.style, labels.content[:, ::-1])


def test_labels_of_masks_are_named_by_them() -> None:
    masks = {"sky": np.eye(2)[0][None].repeat(3, 0), "sea": np.eye(2)[1][None].repeat(3, 0)}
    labels = semantic_labels(semantic_map(masks, "x"), semantic_map(masks, "y"))
    assert sorted(row.label for row in labels.rows) == ["sea", "sky"]
    assert {row.color for row in labels.rows} == {""}
