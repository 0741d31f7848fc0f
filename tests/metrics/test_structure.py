"""Metrics of structure and photorealism, against their definitions and other libraries."""

from __future__ import annotations

import numpy as np
import pytest
from pymatting import cf_laplacian
from skimage.metrics import structural_similarity

from dpst.metrics import (
    affine_residual,
    edge_ssim,
    matting_energy,
    ssim,
)
from tests.oracles.quality import (
    sobel_edges,
    window_ssim,
)

LUMA = np.array([0.299, 0.587, 0.114])


def test_ssim_equals_its_definition(photo_pair, output) -> None:
    content = photo_pair[0]
    expected = window_ssim(output @ LUMA, content @ LUMA)
    assert 0.1 < expected < 0.95
    assert ssim(output, content) == pytest.approx(expected, abs=1e-9)


def test_edge_ssim_equals_its_definition(photo_pair, output) -> None:
    content = photo_pair[0]
    expected = window_ssim(sobel_edges(output @ LUMA), sobel_edges(content @ LUMA))
    assert 0.1 < expected < 0.95
    assert edge_ssim(output, content) == pytest.approx(expected, abs=1e-9)


def test_ssim_equals_scikit_images(photo_pair, output) -> None:
    content = photo_pair[0]
    expected = structural_similarity(
        output @ LUMA,
        content @ LUMA,
        data_range=1,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert ssim(output, content) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("function", [ssim, edge_ssim])
def test_similarity_is_1_for_equal_and_lower_for_other_images(function, photo_pair, output) -> None:
    content = photo_pair[0]
    assert function(content, content) == pytest.approx(1, abs=1e-12)
    assert function(output, content) == pytest.approx(function(content, output), abs=1e-12)
    blurred = np.repeat(np.repeat(content[::4, ::4], 4, 0), 4, 1)
    assert function(blurred, content) < 0.7


def test_edge_ssim_forgives_less_contrast_where_ssim_does_not(photo_pair) -> None:
    content = photo_pair[0]
    faint = 0.3 * content + 0.3
    assert edge_ssim(faint, content) == pytest.approx(1, abs=1e-4)
    assert ssim(faint, content) < 0.9


@pytest.mark.parametrize("function", [ssim, edge_ssim])
def test_one_window_is_enough_for_a_similarity(function) -> None:
    images = np.random.default_rng(0).random((2, 11, 11, 3)).astype(np.float32)
    planes = images @ LUMA
    if function is edge_ssim:
        planes = [sobel_edges(plane) for plane in planes]
    assert function(*images) == pytest.approx(window_ssim(*planes), abs=1e-9)
    with pytest.raises(ValueError, match=r"10x12, must be at least 11x11.*larger image"):
        function(np.zeros((12, 10, 3), np.float32), np.zeros((12, 10, 3), np.float32))


def test_matting_energy_equals_pymattings(photo_pair, output) -> None:
    content = photo_pair[0]
    laplacian = cf_laplacian(content.astype(np.float64), epsilon=1e-7, radius=1)
    pixels = output.reshape(-1, 3).astype(np.float64)
    expected = (pixels * (laplacian @ pixels)).sum() / len(pixels)
    assert expected > 1e-4
    assert matting_energy(output_image=output, content_image=content) == pytest.approx(
        expected, rel=1e-5
    )


def test_matting_energy_equals_pymattings_on_a_wide_strip_with_another_epsilon() -> None:
    content, output = np.random.default_rng(5).random((2, 3, 17, 3)).astype(np.float32)
    laplacian = cf_laplacian(content.astype(np.float64), epsilon=1e-4, radius=1)
    pixels = output.reshape(-1, 3).astype(np.float64)
    expected = (pixels * (laplacian @ pixels)).sum() / len(pixels)
    assert matting_energy(
        output_image=output, content_image=content, epsilon=1e-4
    ) == pytest.approx(expected, rel=1e-5)


def test_recolouring_costs_no_energy_and_leaves_no_residual(photo_pair, output) -> None:
    content = photo_pair[0]
    matrix = np.array([[0.5, 0.2, 0.0], [0.1, 0.6, 0.1], [0.0, 0.1, 0.7]], np.float32)
    recoloured = content @ matrix + np.float32(0.05)
    assert matting_energy(output_image=recoloured, content_image=content) < 1e-3 * matting_energy(
        output_image=output, content_image=content
    )
    assert affine_residual(output_image=recoloured, content_image=content).max() < 1e-3
    assert affine_residual(output_image=output, content_image=content).mean() > 1e-2


@pytest.mark.parametrize("function", [matting_energy, affine_residual])
def test_images_without_names_are_an_error(function, photo_pair, output) -> None:
    """The order used to be (content, output): such calls would silently give another value."""
    with pytest.raises(TypeError, match="positional"):
        function(photo_pair[0], output)


def test_residual_shows_where_the_output_has_texture_of_its_own(photo_pair) -> None:
    content = photo_pair[0]
    output = content.copy()
    output[10:20, 30:50] += 0.1 * np.indices((10, 20)).sum(0)[..., None] % 0.2
    output = output.clip(0, 1)
    residual = affine_residual(output_image=output, content_image=content)
    assert residual.shape == content.shape[:2] and residual.dtype == np.float32
    far = np.ones(residual.shape, bool)
    far[5:25, 25:55] = False  # fits reach two windows, four pixels, beyond
    assert residual[far].max() < 1e-3
    assert residual[10:20, 30:50].mean() > 0.02


def test_residual_is_the_root_mean_square_over_channels() -> None:
    flat = np.full((21, 21, 3), 0.5, np.float32)
    output = flat.copy()
    output[10, 10] += np.float32([0.3, 0.0, 0.4])
    # Around the pixel all windows' means are 1/25 of the way, and so is their average.
    expected = np.sqrt((0.3**2 + 0.4**2) / 3) * (1 - 1 / 25)
    assert affine_residual(output_image=output, content_image=flat)[10, 10] == pytest.approx(
        expected, rel=1e-4
    )
