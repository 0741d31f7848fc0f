"""Border distances against brute force, and the term that they add up to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dpst.losses import border_distances, locality_loss


def _brute_force_distances(inside):
    outside = np.argwhere(~inside)
    distances = np.zeros(inside.shape)
    for row, column in np.argwhere(inside):
        distances[row, column] = np.hypot(*(outside - (row, column)).T).min()
    return distances


@settings(deadline=None)
@given(hnp.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_distances_are_those_to_the_nearest_pixel_outside(inside):
    if inside.all():
        expected = np.full(inside.shape, np.hypot(*inside.shape))
    else:
        expected = _brute_force_distances(inside)
    np.testing.assert_allclose(border_distances(inside), expected, rtol=1e-6)


def test_term_does_not_depend_on_the_resolution():
    coarse = np.zeros((2, 24, 32), bool)
    coarse[0, :, :20], coarse[1, :, 20:] = True, True
    fine = coarse.repeat(4, 1).repeat(4, 2)
    terms = [
        locality_loss(np.stack([border_distances(inside) for inside in masks]))
        for masks in (coarse, fine)
    ]
    assert 0 < terms[0] < 1
    assert terms[1] == pytest.approx(terms[0], rel=0.1)


def test_narrow_segments_weigh_less_than_wide_ones():
    stripes = np.arange(32) // 4 % 2 == 0
    halves = np.arange(32) < 16
    terms = [
        locality_loss(np.stack([border_distances(np.tile(side, (16, 1))) for side in (row, ~row)]))
        for row in (stripes, halves)
    ]
    assert terms[0] < 0.5 * terms[1]
