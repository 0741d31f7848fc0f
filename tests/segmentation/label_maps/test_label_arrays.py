"""Labels as arrays, resized, filled and renumbered."""

from __future__ import annotations

import numpy as np

from dpst.segmentation.label_maps.label_arrays import (
    fill_from_nearest,
    renumber_labels,
    resize_labels,
)


def test_resized_labels_are_those_at_the_pixel_centres() -> None:
    labels = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(resize_labels(labels, (1, 2)), [[5, 7]])
    enlarged = np.repeat(np.repeat(labels, 2, 0), 3, 1)
    np.testing.assert_array_equal(resize_labels(labels, (6, 12)), enlarged)


def test_vacant_pixels_take_the_label_nearest_in_space() -> None:
    labels = np.array([[1, 9, 9, 9, 2], [1, 9, 9, 9, 9]], np.int32)
    filled = fill_from_nearest(labels, labels == 9)
    np.testing.assert_array_equal(filled[:, [0, 1, 3, 4]], [[1, 1, 2, 2], [1, 1, 2, 2]])
    assert set(filled[:, 2]) <= {1, 2}
    assert filled.dtype == np.int32 and (labels == 9).sum() == 7


def test_labels_without_a_vacant_pixel_are_left_as_they_are() -> None:
    labels = np.array([[3, 4]], np.int32)
    assert fill_from_nearest(labels, np.zeros((1, 2), bool)) is labels


def test_renumbered_labels_are_positions_among_those_that_occur() -> None:
    labels = np.array([[7, 2, 2], [5, 7, 5]], np.int32)
    occurring, renumbered = renumber_labels(labels)
    np.testing.assert_array_equal(occurring, [2, 5, 7])
    np.testing.assert_array_equal(renumbered, [[2, 0, 0], [1, 2, 1]])
    np.testing.assert_array_equal(occurring[renumbered], labels)
    assert renumbered.dtype == np.int32
