"""Resizing of images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dpst import images

HEIGHT, WIDTH = 40, 48


def random_image() -> np.ndarray:
    return np.random.default_rng(0).random((HEIGHT, WIDTH, 3), np.float32)


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    st.sampled_from([(), (1,), (3,), (7,)]),
    st.integers(0, 2**31),
)
def test_resize_keeps_dimensions_and_range(
    size: tuple[int, int], new_size: tuple[int, int], channels: tuple[int, ...], seed: int
) -> None:
    image = np.random.default_rng(seed).normal(size=(*size, *channels)).astype(np.float32)
    resized = images.resize(image, new_size)
    assert resized.shape == (*new_size, *channels)
    assert resized.dtype == np.float32
    assert (resized.min(axis=(0, 1)) >= image.min(axis=(0, 1))).all()
    assert (resized.max(axis=(0, 1)) <= image.max(axis=(0, 1))).all()


def test_shrinking_averages_by_area() -> None:
    image = random_image()
    expected = image.reshape(HEIGHT // 4, 4, WIDTH // 4, 4, 3).mean(axis=(1, 3))
    resized = images.resize(image, (HEIGHT // 4, WIDTH // 4))
    np.testing.assert_allclose(resized, expected, atol=1e-6)


def test_shrinking_one_axis_while_the_other_grows_averages_the_first() -> None:
    image = np.repeat(random_image()[:, :1], WIDTH, axis=1)
    resized = images.resize(image, (HEIGHT // 2, 2 * WIDTH))
    expected = image.reshape(HEIGHT // 2, 2, WIDTH, 3).mean(axis=1)[:, :1]
    np.testing.assert_allclose(resized, np.repeat(expected, 2 * WIDTH, axis=1), atol=1e-6)


def test_enlarging_a_ramp_keeps_it_straight() -> None:
    ramp = np.tile(np.linspace(0, 1, 16, dtype=np.float32), (16, 1))
    inner = images.resize(ramp, (64, 64))[32, 8:-8]
    np.testing.assert_allclose(np.diff(inner), np.diff(inner)[0], atol=1e-5)


def test_enlarging_an_edge_does_not_overshoot() -> None:
    edge = np.zeros((8, 8, 3), np.float32)
    edge[:, 4:] = 1
    resized = images.resize(edge, (40, 40))
    assert resized.min() == 0.0
    assert resized.max() == 1.0


def test_same_size_returns_the_input() -> None:
    image = random_image()
    assert images.resize(image, (HEIGHT, WIDTH)) is image


def test_resize_leaves_the_callers_array_alone() -> None:
    image = random_image()
    before = image.copy()
    images.resize(image, (20, 90))
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("size", [(0, 4), (4, -1)])
def test_resize_to_nothing_is_an_error(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        images.resize(np.zeros((4, 4, 3), np.float32), size)


@pytest.mark.parametrize("shape", [(4,), (1, 4, 4, 3), (0, 4, 3)])
def test_resize_of_another_shape_is_an_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        images.resize(np.zeros(shape, np.float32), (4, 4))


@pytest.mark.parametrize(
    ("size", "longer_side", "expected"),
    [
        ((468, 700), 700, (468, 700)),
        ((468, 700), 1000, (468, 700)),
        ((468, 700), 350, (234, 350)),
        ((700, 468), 350, (350, 234)),
        ((4000, 6000), 700, (467, 700)),
        ((1, 5000), 100, (1, 100)),
    ],
)
def test_fit_size_limits_the_longer_side(
    size: tuple[int, int], longer_side: int, expected: tuple[int, int]
) -> None:
    assert images.fit_size(size, longer_side) == expected


def test_fit_size_refuses_a_side_below_one() -> None:
    with pytest.raises(ValueError, match="longer_side 0"):
        images.fit_size((4, 4), 0)


@pytest.mark.parametrize("size", [(2000, 3000), (3000, 2000), (1500, 3000), (900, 900)])
def test_area_of_ordinary_photos_goes_by_their_longer_side(size: tuple[int, int]) -> None:
    assert images.fit_area(size, 700) == images.fit_size(size, 700)
    assert images.nominal_side(images.fit_area(size, 700)) == 700


@pytest.mark.parametrize("ratio", [2.6, 3, 5, 20])
@pytest.mark.parametrize("is_upright", [False, True])
def test_panorama_has_the_area_of_a_photo_2_5_times_as_wide_as_high(
    ratio: float, is_upright: bool
) -> None:
    size = (1000, round(1000 * ratio))
    fitted = images.fit_area(size[::-1] if is_upright else size, 700)
    shorter, longer = sorted(fitted)
    assert fitted == ((longer, shorter) if is_upright else (shorter, longer))
    assert longer / shorter == pytest.approx(ratio, rel=0.01)
    assert longer * shorter == pytest.approx(700 * 280, rel=0.01)
    assert images.nominal_side(fitted) == pytest.approx(700, rel=0.01)
    assert images.fit_area((40, 800), 700) == (40, 800)  # never enlarged


def test_workable_size_of_a_long_strip_is_wide_enough_for_networks() -> None:
    assert images.workable_size((8, 4000), 700) == (32, 4000)
    assert images.workable_size((2000, 1000), 700) == (700, 350)
    assert images.workable_size((48, 64), 700) == (48, 64)
