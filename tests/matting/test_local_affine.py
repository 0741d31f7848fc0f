"""Local affine colour maps, against a ridge fit window by window."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy import ndimage

import matting.local_affine
from matting import LocalAffineMap, fit_local_affine
from tests.oracles.local_fits import averaged_fits

MATRIX = np.array([[0.5, 0.2, 0.0], [0.1, 0.8, -0.2], [0.0, 0.1, 0.6]])
OFFSET = np.array([0.1, -0.05, 0.2])


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


def random_map(height: int, width: int) -> LocalAffineMap:
    generator = np.random.default_rng(3)
    return LocalAffineMap(generator.normal(size=(height, width, 4, 3)).astype(np.float32))


@pytest.mark.parametrize("epsilon", [1e-4, 1e-2])
@pytest.mark.parametrize(
    ("size", "radius"), [((1, 1), 1), ((1, 6), 2), ((7, 5), 1), ((6, 8), 2), ((4, 3), 9)]
)
def test_fit_equals_a_fit_window_by_window(
    size: tuple[int, int], radius: int, epsilon: float
) -> None:
    image, output = photo(*size), photo(*size, seed=1)
    result = fit_local_affine(image, output, radius, epsilon).coefficients
    assert result.dtype == np.float32
    expected = averaged_fits(image, output, radius, epsilon)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def test_affine_recolouring_is_recovered() -> None:
    image = photo(30, 20)
    recoloured = (image @ MATRIX + OFFSET).astype(np.float32)
    fitted = fit_local_affine(image, recoloured, epsilon=1e-9)
    expected = np.broadcast_to(np.vstack([OFFSET, MATRIX]), (30, 20, 4, 3))
    np.testing.assert_allclose(fitted.coefficients, expected, atol=1e-5)
    np.testing.assert_allclose(fitted.apply(image), recoloured, atol=1e-5)


def test_flat_image_takes_the_mean_of_the_output() -> None:
    image, output = np.full((9, 9, 3), np.float32(0.4)), photo(9, 9)
    applied = fit_local_affine(image, output, radius=8).apply(image)
    np.testing.assert_allclose(applied, np.tile(output.mean((0, 1)), (9, 9, 1)), atol=1e-6)


def test_map_fitted_small_keeps_the_edges_of_a_larger_image() -> None:
    small = np.zeros((20, 20, 3), np.float32)
    small[:, 10:] = 1
    large = np.zeros((40, 40, 3), np.float32)
    large[:, 21:] = 1  # an edge between two pixels of the small image
    recoloured = (0.5 * small + [0.25, 0.0, 0.5]).astype(np.float32)
    applied = fit_local_affine(small, recoloured, epsilon=1e-7).apply(large)
    jumps = np.abs(np.diff(applied, axis=1))
    assert jumps[:, 20].min() > 0.8 * 0.5
    assert np.delete(jumps, 20, axis=1).max() < 0.2 * 0.5


def test_apply_at_the_size_of_the_fit_is_the_plain_product() -> None:
    image, affine = photo(6, 5), random_map(6, 5)
    homogeneous = np.concatenate([np.ones((6, 5, 1)), image], -1)
    expected = np.einsum("hwi,hwio->hwo", homogeneous, affine.coefficients)
    np.testing.assert_allclose(affine.apply(image), expected, atol=1e-5)


@pytest.mark.parametrize("size", [(6, 5), (12, 10), (13, 17), (50, 7), (4, 3), (1, 1), (6, 40)])
def test_coefficients_are_enlarged_as_opencv_does(size: tuple[int, int]) -> None:
    affine = random_map(6, 5)
    # Applied to black and to pure colours, a map shows its coefficients.
    offset = affine.apply(np.zeros((*size, 3), np.float32))
    for c in range(-1, 3):
        image = np.zeros((*size, 3), np.float32)
        if c >= 0:
            image[..., c] = 1
        result = affine.apply(image) - (offset if c >= 0 else 0)
        plane = np.ascontiguousarray(affine.coefficients[:, :, 1 + c])
        expected = cv2.resize(plane, size[::-1], interpolation=cv2.INTER_LINEAR)
        np.testing.assert_allclose(result, expected, atol=1e-5)


def test_coefficients_are_enlarged_as_scipy_does() -> None:
    affine = random_map(6, 5)
    result = affine.apply(np.zeros((15, 15, 3), np.float32))
    y, x = (np.arange(15) + 0.5) * 6 / 15 - 0.5, (np.arange(15) + 0.5) * 5 / 15 - 0.5
    places = np.meshgrid(y, x, indexing="ij")
    for c in range(3):
        plane = affine.coefficients[:, :, 0, c].astype(np.float64)
        expected = ndimage.map_coordinates(plane, places, order=1, mode="nearest")
        np.testing.assert_allclose(result[..., c], expected, atol=1e-5)


@pytest.mark.parametrize("band_pixels", [1, 50, 333])
def test_bands_do_not_change_a_bit(band_pixels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    image, affine = photo(37, 23), random_map(6, 5)
    whole = affine.apply(image)
    monkeypatch.setattr(matting.local_affine, "_BAND_PIXELS", band_pixels)
    np.testing.assert_array_equal(affine.apply(image), whole)


def test_arguments_are_left_alone() -> None:
    image, output = photo(6, 5), photo(6, 5, seed=1)
    copies = image.copy(), output.copy()
    fit_local_affine(image, output).apply(image)
    np.testing.assert_array_equal(image, copies[0])
    np.testing.assert_array_equal(output, copies[1])


@pytest.mark.parametrize(
    ("image_shape", "output_shape"),
    [((4, 5, 3), (5, 4, 3)), ((4, 5, 3), (4, 5)), ((4, 5), (4, 5)), ((4, 5, 4), (4, 5, 4))],
)
def test_sizes_that_differ_and_other_colors_are_an_error(
    image_shape: tuple, output_shape: tuple
) -> None:
    with pytest.raises(ValueError, match="resize the image to the output's size|convert it to RGB"):
        fit_local_affine(np.zeros(image_shape), np.zeros(output_shape))


@pytest.mark.parametrize("channels", [1, 2, 7])
def test_channels_of_the_output_are_fitted_each_alone(channels: int) -> None:
    image = photo(9, 8)
    output = np.random.default_rng(5).random((9, 8, channels)).astype(np.float32)
    together = fit_local_affine(image, output).coefficients
    for c in range(channels):
        alone = fit_local_affine(image, np.tile(output[..., c : c + 1], 3)).coefficients
        np.testing.assert_allclose(together[..., c], alone[..., 0], atol=1e-6)


@pytest.mark.parametrize("options", [{"radius": 0}, {"radius": -1}, {"epsilon": 0.0}])
def test_parameter_out_of_range_is_an_error(options: dict) -> None:
    (name, value), *_ = options.items()
    with pytest.raises(ValueError, match=f"{name} = {value}"):
        fit_local_affine(photo(4, 4), photo(4, 4), **options)


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 4), (1, 4, 5, 3)])
def test_map_applied_to_an_image_that_is_not_rgb_is_an_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="convert it to RGB"):
        random_map(4, 5).apply(np.zeros(shape, np.float32))
