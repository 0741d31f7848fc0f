"""Box sums, against SciPy and against loops."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from matting.box_filter import box_sum, window_count
from tests.oracles.local_fits import box_windows


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("radius", [0, 1, 2, 5, 40])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (8, 1), (13, 10), (3, 7, 5), (2, 3, 6, 8)])
def test_sums_equal_scipy(shape: tuple[int, ...], radius: int, dtype: type) -> None:
    planes = np.random.default_rng(0).normal(size=shape).astype(dtype)
    side = 2 * radius + 1
    kernel = np.ones((1,) * (len(shape) - 2) + (side, side))
    expected = ndimage.convolve(planes.astype(np.float64), kernel, mode="constant")
    result = box_sum(planes, radius)
    assert result.shape == planes.shape
    assert result.dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-11
    np.testing.assert_allclose(result, expected, atol=tolerance)


def test_planes_need_not_be_contiguous() -> None:
    image = np.random.default_rng(0).random((9, 7, 3))
    planes = np.moveaxis(image, -1, 0)[:, ::-1, 1:]
    np.testing.assert_array_equal(box_sum(planes, 2), box_sum(planes.copy(), 2))


@pytest.mark.parametrize(("size", "radius"), [((1, 1), 3), ((5, 4), 1), ((6, 9), 2)])
def test_window_count_counts_pixels_inside(size: tuple[int, int], radius: int) -> None:
    expected = [window.sum() for window in box_windows(*size, radius)]
    np.testing.assert_array_equal(window_count(size, radius).ravel(), expected)
