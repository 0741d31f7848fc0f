"""The entries of the matting Laplacian, against their definition and against PyMatting."""

from __future__ import annotations

import numpy as np
import pytest
from pymatting import cf_laplacian

import matting.stencil
from matting import PUBLISHED_EPSILON, MattingLaplacian, laplacian_stencil, stencil_offsets
from tests.matting.pictures import flat, grey, noise, photo
from tests.oracles.exact_laplacian import exact_laplacian

EPSILON = PUBLISHED_EPSILON


def matrix(image: np.ndarray, radius: int = 1) -> np.ndarray:
    """The stencil of an image as a dense matrix, [pixels, pixels]."""
    return MattingLaplacian.from_image(image, EPSILON, radius).to_scipy().toarray()


@pytest.mark.parametrize("size", [(3, 3), (3, 8), (4, 3), (7, 5), (24, 31), (33, 18)])
def test_matrix_equals_pymatting_on_a_photo(size: tuple[int, int]) -> None:
    image = photo(*size)
    expected = cf_laplacian(image.astype(np.float64), epsilon=EPSILON)
    np.testing.assert_allclose(matrix(image), expected.toarray(), atol=2e-6)


def test_radius_of_2_equals_pymatting() -> None:
    image = photo(11, 9)
    expected = cf_laplacian(image.astype(np.float64), epsilon=EPSILON, radius=2)
    np.testing.assert_allclose(matrix(image, radius=2), expected.toarray(), atol=5e-6)


@pytest.mark.parametrize("make", [photo, grey, flat])
@pytest.mark.parametrize(("size", "radius"), [((3, 3), 1), ((5, 4), 1), ((5, 6), 2)])
def test_matrix_equals_exact_rational_arithmetic(make, size: tuple[int, int], radius: int) -> None:
    image = make(*size)
    expected = exact_laplacian(image, EPSILON, radius)
    np.testing.assert_allclose(matrix(image, radius), expected, atol=2e-6)


def test_a_grey_image_of_strong_contrast_is_exact_where_pymatting_is_not() -> None:
    """PyMatting inverts through the adjugate, which cancels on a covariance of rank 1."""
    image = np.repeat(noise(6, 6, 1), 3, -1)
    exact = exact_laplacian(image, EPSILON)
    pymatting = cf_laplacian(image.astype(np.float64), epsilon=EPSILON).toarray()
    assert np.abs(matrix(image) - exact).max() < 2e-6
    assert np.abs(pymatting - exact).max() > 1e-3


@pytest.mark.parametrize("band_pixels", [1, 40, 111])
@pytest.mark.parametrize("radius", [1, 2])
def test_bands_do_not_change_a_bit(
    band_pixels: int, radius: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = photo(23, 13)
    whole = laplacian_stencil(image, EPSILON, radius)
    monkeypatch.setattr(matting.stencil, "_BAND_PIXELS", band_pixels)
    np.testing.assert_array_equal(laplacian_stencil(image, EPSILON, radius), whole)


@pytest.mark.parametrize("radius", [1, 2])
def test_second_half_of_the_offsets_mirrors_the_first(radius: int) -> None:
    offsets = stencil_offsets(radius)
    assert len(offsets) == len(set(offsets)) == (4 * radius + 1) ** 2 - 1
    assert offsets[::-1] == [(-dy, -dx) for dy, dx in offsets]


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (np.zeros((4, 4)), {}, r"shape \(4, 4\).*convert it to RGB"),
        (np.zeros((4, 4, 4)), {}, r"shape \(4, 4, 4\).*convert it to RGB"),
        (np.zeros((2, 5, 3)), {}, "image is 5x2, must be at least 3x3 for radius 1"),
        (np.zeros((5, 4, 3)), {"radius": 2}, "image is 4x5, must be at least 5x5 for radius 2"),
        (np.full((4, 4, 3), np.nan), {}, "not finite"),
        (np.full((4, 4, 3), np.inf), {}, "not finite"),
        (np.zeros((4, 4, 3)), {"radius": 0}, "radius is 0, must be at least 1"),
        (np.zeros((4, 4, 3)), {"epsilon": 0.0}, "epsilon is 0.0, must be above 0"),
    ],
)
def test_wrong_argument_is_an_error(image: np.ndarray, options: dict, message: str) -> None:
    for build in (laplacian_stencil, MattingLaplacian.from_image):
        with pytest.raises(ValueError, match=message):
            build(image, **options)


def test_image_is_left_alone() -> None:
    image = photo(4, 5)
    before = image.copy()
    laplacian_stencil(image)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("width", [7, 8, 9, 31])
def test_stencil_begins_where_tensors_do(width: int) -> None:
    stencils = [laplacian_stencil(np.full((6, width, 3), 0.5)) for _ in range(5)]
    assert all(stencil.ctypes.data % 64 == 0 for stencil in stencils)
