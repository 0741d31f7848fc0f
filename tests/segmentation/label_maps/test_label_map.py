"""A label map as a picture."""

from __future__ import annotations

import numpy as np
import pytest

from dpst.segmentation import LabelMap

LABELS = np.array([[0, 1], [1, 1]], np.int32)


def test_picture_shows_the_colours_that_the_labels_are_named_by() -> None:
    picture = LabelMap(LABELS, ("ff0000", "0000ff")).picture()
    assert picture.dtype == np.float32
    np.testing.assert_array_equal(picture[0], [[1, 0, 0], [0, 0, 1]])


def test_picture_shows_colours_of_their_own_where_there_are_any() -> None:
    picture = LabelMap(LABELS, ("sky", "sea"), colors=("00ff00", "ffffff")).picture()
    np.testing.assert_array_equal(picture[0], [[0, 1, 0], [1, 1, 1]])


def test_picture_of_labels_without_colours_is_an_error() -> None:
    with pytest.raises(ValueError, match="named sky, sea, each must be six hexadecimal digits"):
        LabelMap(LABELS, ("sky", "sea")).picture()


def test_pixels_off_the_palette_are_summed_over_the_labels() -> None:
    assert LabelMap(LABELS, ("a", "b"), off_palette_counts=(2, 3)).off_palette_pixels == 5
