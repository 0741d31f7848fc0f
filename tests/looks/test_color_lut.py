"""The global part of a look as a .cube file, read back by others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dpst.looks.color_lut import ColorLut, fit_color_lut, trilinear_weights, write_cube
from tests.oracles.cube_file import look_up, read_cube

MATRIX = np.array([[0.5, 0.2, 0.0], [0.1, 0.7, -0.2], [0.0, 0.1, 0.6]])


def photo(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((60, 70, 3)).astype(np.float32)


def curved(image: np.ndarray) -> np.ndarray:
    """A look that is the same everywhere, and no affine map."""
    return (0.1 + 0.7 * image[..., [1, 0, 2]] ** 1.5).astype(np.float32)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_lookup_is_that_of_the_oracle(size: int) -> None:
    table = np.random.default_rng(1).random((size, size, size, 3)).astype(np.float32)
    colors = np.concatenate([photo()[0, :20], [[0, 0, 0], [1, 1, 1], [0, 1, 0.5]]])
    colors = colors.astype(np.float32)
    found = ColorLut(table).apply(colors[None])[0]
    np.testing.assert_allclose(found, [look_up(table, color) for color in colors], atol=1e-5)
    np.testing.assert_allclose(trilinear_weights(colors, size).sum(1), 1)


def test_affine_look_is_found_everywhere() -> None:
    image = 0.3 + 0.3 * photo()
    lut, error = fit_color_lut(image, (image @ MATRIX + 0.1).astype(np.float32), 9)
    assert error < 1e-4
    others = photo(1)
    expected = others @ MATRIX + 0.1  # also where the image has no colours
    is_inside = (expected > 0.1) & (expected < 0.9)
    np.testing.assert_allclose(lut.apply(others)[is_inside], expected[is_inside], atol=0.01)
    assert 0 <= lut.table.min() and lut.table.max() <= 1


def test_curved_look_is_found_and_its_error_said() -> None:
    image = photo()
    lut, error = fit_color_lut(image, curved(image))
    assert error < 0.004
    missed = np.sqrt(np.mean((lut.apply(image) - curved(image)) ** 2))
    assert error == pytest.approx(missed, abs=1e-6)


def test_what_is_local_is_the_error() -> None:
    image = np.tile(photo()[:, :35], (1, 2, 1))
    output = curved(image)
    output[:, 35:] += 0.1  # for the same colours
    _, error = fit_color_lut(image, output)
    assert error == pytest.approx(0.05, abs=0.002)


def test_cube_file_is_read_back_and_reproduces_the_global_part(tmp_path: Path) -> None:
    image = photo()
    lut, _ = fit_color_lut(image, curved(image))
    write_cube(tmp_path / "look.cube", lut)
    table = read_cube(tmp_path / "look.cube")
    np.testing.assert_allclose(table, lut.table, atol=1e-6)
    # Pillow's own lookup, an independent one; its tables have red running fastest, as the file.
    flat = table.transpose(2, 1, 0, 3).reshape(-1, 3).ravel().tolist()
    picture = Image.fromarray(np.rint(image * 255).astype(np.uint8))
    shown = np.asarray(picture.filter(ImageFilter.Color3DLUT(len(table), flat))) / 255
    assert np.abs(shown - curved(np.asarray(picture) / np.float32(255))).mean() < 1.5 / 255


@pytest.mark.filterwarnings('ignore:"Matplotlib" related')  # its plots, not used here
def test_cube_file_is_read_by_colour_science(tmp_path: Path) -> None:
    import colour

    lut, _ = fit_color_lut(photo(), curved(photo()), 5)
    write_cube(tmp_path / "look.cube", lut)
    read = colour.io.read_LUT_IridasCube(str(tmp_path / "look.cube"))
    np.testing.assert_allclose(read.table, lut.table, atol=1e-6)
    np.testing.assert_allclose(read.apply(photo()[:5]), lut.apply(photo()[:5]), atol=1e-5)


def test_path_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        write_cube(tmp_path / "no" / "look.cube", ColorLut(np.zeros((2, 2, 2, 3), np.float32)))
