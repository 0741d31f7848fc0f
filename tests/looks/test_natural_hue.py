"""The hue of skin, against angles worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dpst.images.luma import LUMA
from dpst.looks.natural_hue import (
    LEAST_COLORFULNESS,
    MOST_TURN,
    natural_shift,
    natural_shifts,
)

SKIN = np.array([0.8, 0.6, 0.5])


def chroma(color):
    return color - color @ LUMA


def turn(first, second):
    first, second = chroma(first), chroma(second)
    cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    return np.arccos(np.clip(cosine, -1, 1))


@pytest.mark.parametrize("light", [0.5, 1.0, 1.2])
def test_skin_that_is_lit_otherwise_stays(light):
    np.testing.assert_allclose(natural_shift(SKIN, light * SKIN), 0, atol=1e-12)
    np.testing.assert_allclose(natural_shift(SKIN, SKIN + 0.8 * chroma(SKIN)), 0, atol=1e-12)


@pytest.mark.parametrize(
    "matched",
    [(0.5, 0.6, 0.5), (0.6, 0.6, 0.3), (0.6, 0.6, 0.6), (0.4, 0.5, 0.8), (0.1, 0.1, 0.12)],
    ids=["green", "yellow", "grey", "blue", "dark"],
)
def test_skin_is_turned_back_to_what_light_does(matched):
    output = matched + natural_shift(SKIN, np.array(matched))
    assert turn(SKIN, output) <= MOST_TURN + 1e-6
    assert output @ LUMA == pytest.approx(np.array(matched) @ LUMA)
    relit = np.clip(np.array(matched) @ LUMA / (SKIN @ LUMA), 0.5, 1.5)
    least = LEAST_COLORFULNESS * relit * np.linalg.norm(chroma(SKIN))
    assert np.linalg.norm(chroma(output)) >= least - 1e-9


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_any_colors_give_a_finite_shift_without_luma(values):
    shift = natural_shift(np.array(values[:3]), np.array(values[3:]))
    assert np.isfinite(shift).all()
    assert abs(shift @ LUMA) < 1e-4  # the weights add up to 1 but for rounding


def test_each_part_is_shifted_where_its_mask_is():
    photo = np.full((4, 6, 3), SKIN, np.float32)
    matched = np.full((4, 6, 3), 0.5, np.float32)
    masks = np.zeros((2, 4, 6), np.float32)
    masks[0, :, :2], masks[1, :, 4:] = 1, 0.5
    shifts = natural_shifts(photo, matched, masks)
    expected = natural_shift(SKIN, np.full(3, 0.5))
    np.testing.assert_allclose(shifts[0, 0], expected, atol=1e-6)
    np.testing.assert_allclose(shifts[0, 5], expected / 2, atol=1e-6)
    assert not shifts[:, 2:4].any()
