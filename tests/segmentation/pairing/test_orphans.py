"""Neighbours and nearest colours of orphans."""

from __future__ import annotations

import numpy as np

from dpst.segmentation.pairing.orphans import closest_label, neighboring_label


def test_neighbour_is_the_one_with_the_longest_border() -> None:
    labels = np.zeros((6, 6), np.int32)
    labels[:, 3:] = 1
    labels[1:5, 2:5] = 2
    assert neighboring_label(labels, 2, [0, 1]) == 1
    assert neighboring_label(labels, 2, [0]) == 0


def test_without_a_common_border_the_nearest_is_taken() -> None:
    labels = np.array([[0, 0, 3, 2, 3, 3, 1]], np.int32)
    assert neighboring_label(labels, 2, [0, 1]) == 0
    np.testing.assert_array_equal(labels, [[0, 0, 3, 2, 3, 3, 1]])


def test_closest_colour_must_be_usable() -> None:
    colors = np.array([[10.0, 0, 0], [50, 0, 0], [90, 0, 0]])
    assert closest_label(np.array([15.0, 0, 0]), colors, np.array([True] * 3)) == 0
    assert closest_label(np.array([15.0, 0, 0]), colors, np.array([False, True, True])) == 1
