"""Checks of images, pixels and label maps."""

from __future__ import annotations

import numpy as np
import pytest

from dpst.images.checks import check_image, check_labels, check_range, check_same_size, check_size

IMAGE = np.full((4, 5, 3), 0.5, np.float32)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floating_rgb_in_unit_range_is_an_image(dtype: type) -> None:
    check_image(np.array([[[0, 0.5, 1]]], dtype), "output")


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (IMAGE[0], r"output has shape \(5, 3\), must be \[height, width, 3\]"),
        (IMAGE[..., :1], r"has shape \(4, 5, 1\)"),
        (IMAGE[:0], r"has shape \(0, 5, 3\)"),
        (np.zeros((4, 5, 3), np.uint8), "has dtype uint8.*divide 8-bit values by 255"),
        (IMAGE + 1, "ranges from 1.5 to 1.5.*clip it"),
        (IMAGE - 1, "ranges from -0.5 to -0.5"),
        (IMAGE * np.nan, "must be finite"),
    ],
)
def test_anything_else_is_not_an_image(image: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_image(image, "output")


def test_images_that_are_compared_have_one_size() -> None:
    check_same_size(IMAGE, IMAGE, ("output", "content"))
    with pytest.raises(ValueError, match=r"output has shape \(3, 5, 3\) and content \(4, 5, 3\)"):
        check_same_size(IMAGE[:3], IMAGE, ("output", "content"))


def test_labels_have_the_size_of_their_image() -> None:
    check_labels(None, IMAGE, "labels")
    check_labels(np.zeros((4, 5), int), IMAGE, "labels")
    with pytest.raises(ValueError, match=r"labels have shape \(5, 4\), must be .*\(4, 5\)"):
        check_labels(np.zeros((5, 4), int), IMAGE, "labels")


def test_sides_are_long_enough_to_work_on() -> None:
    check_size((32, 40))
    with pytest.raises(ValueError, match="mask is 31x40 px .* at least 32 px"):
        check_size((40, 31), "mask")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_pixels_of_every_type_may_be_in_range(dtype: type) -> None:
    check_range(np.array([[0, 1]], dtype), "file")


@pytest.mark.parametrize(
    ("values", "message"),
    [([0, np.nan], "file holds values that are not finite"), ([-0.5, 2], "from -0.5 to 2, a f")],
)
def test_float_pixels_out_of_range_are_an_error(values: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_range(np.array(values, np.float32), "file")
