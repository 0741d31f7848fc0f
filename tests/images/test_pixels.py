"""Pixels as values in [0, 1], and back."""

from __future__ import annotations

import numpy as np
import pytest

from dpst.images.pixels import from_unit_range, to_unit_range


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_integers_are_the_same_after_the_way_there_and_back(dtype: type) -> None:
    pixels = np.arange(np.iinfo(dtype).max + 1).astype(dtype)
    values = to_unit_range(pixels)
    assert values.dtype == np.float32 and (values[0], values[-1]) == (0, 1)
    back = from_unit_range(values, dtype)
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, pixels)


def test_floats_stay_as_they_are() -> None:
    values = np.array([0, 0.3, 1], np.float32)
    np.testing.assert_array_equal(to_unit_range(values), values)
    np.testing.assert_array_equal(from_unit_range(values, np.float32), values)


def test_values_are_rounded_to_the_nearest() -> None:
    values = np.array([0.4, 0.6, 254.4, 254.6], np.float32) / 255
    assert from_unit_range(values, np.uint8).tolist() == [0, 1, 254, 255]
