"""Tinted segments."""

import numpy as np
import pytest

from dpst.report.tint import rank_colors, tinted_image


@pytest.mark.parametrize("strength", [0.0, 0.55])
def test_tints_keep_lightness(strength: float) -> None:
    image = np.linspace(0, 1, 48, dtype=np.float32)[None, :, None].repeat(32, 0).repeat(3, 2)
    tinted = tinted_image(image, np.zeros((4, 6), np.int32), rank_colors([0]), strength)
    assert tinted.shape == image.shape
    assert np.all(np.diff(tinted.mean(-1)[0]) > 0)


def test_pure_tints_are_the_colours_of_the_labels() -> None:
    colors = np.array([[255, 0, 0], [0, 128, 255]], np.uint8)
    labels = np.array([[0, 1]], np.uint8)
    tinted = tinted_image(np.full((2, 4, 3), 77, np.uint8), labels, colors, 1.0)
    np.testing.assert_array_equal(tinted, colors[[0, 0, 1, 1]][None].repeat(2, 0))


def test_ranks_that_are_negative_are_grey_and_others_differ() -> None:
    grey, *colors = rank_colors([-1, 0, 1, 2, 3, 4, 5, 6])
    assert np.ptp(grey) == 0
    assert len(np.unique(colors, axis=0)) == 7
    assert (rank_colors([7]) == colors[0]).all()
