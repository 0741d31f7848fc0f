"""Image files as they are read, and what cannot be read."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dpst import images
from tests.images.pictures import HEIGHT, WIDTH, as_float, random_pixels
from tests.oracles.orientation import as_stored


@pytest.fixture
def photo_path(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(random_pixels()).save(path)
    return path


# Reading.


def test_read_image_gives_float32_rgb_in_unit_range(photo_path: Path) -> None:
    image = images.read_image(photo_path)
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, as_float(random_pixels()))


def test_path_may_be_a_string(photo_path: Path) -> None:
    assert images.read_image(str(photo_path)).shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    upright = random_pixels()
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "rotated.png"
    Image.fromarray(as_stored(upright, orientation)).save(path, exif=exif)
    np.testing.assert_array_equal(images.read_image(path), as_float(upright))


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "RGB", "RGBA", "LA", "I;16", "I"])
def test_every_mode_reads_as_rgb(tmp_path: Path, mode: str) -> None:
    grey = random_pixels(HEIGHT, WIDTH)
    if mode in ("I;16", "I"):
        image = Image.fromarray(grey.astype(np.uint16) * 257).convert(mode)
        expected = np.repeat(as_float(grey)[..., np.newaxis], 3, axis=-1)
    else:
        image = Image.fromarray(grey).convert("RGB").convert(mode)
        expected = as_float(np.asarray(image.convert("RGB")))
    path = tmp_path / ("image.tif" if mode in ("CMYK", "YCbCr", "I") else "image.png")
    image.save(path)
    try:
        with Image.open(path) as stored:
            stored.load()
    except OSError:  # Pillow 12.3 takes its own YCbCr files for truncated ones.
        with pytest.raises(ValueError, match="truncated"):
            images.read_image(path)
        return
    np.testing.assert_allclose(images.read_image(path), expected, atol=1e-6)


def test_cmyk_jpeg_reads_as_rgb(tmp_path: Path) -> None:
    path = tmp_path / "cmyk.jpg"
    Image.new("RGB", (WIDTH, HEIGHT), (200, 100, 50)).convert("CMYK").save(path, quality=100)
    np.testing.assert_allclose(images.read_image(path)[0, 0] * 255, [200, 100, 50], atol=3)


def test_16_bit_grey_keeps_its_precision(tmp_path: Path) -> None:
    grey = np.full((HEIGHT, WIDTH), 257 * 100 + 64, np.uint16)
    path = tmp_path / "grey16.png"
    Image.fromarray(grey).save(path)
    np.testing.assert_allclose(images.read_image(path), grey[0, 0] / 65535, rtol=1e-6)


def test_transparency_is_composited_over_white(tmp_path: Path) -> None:
    rgba = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    rgba[:, : WIDTH // 2] = (255, 0, 0, 255)
    path = tmp_path / "rgba.png"
    Image.fromarray(rgba).save(path)
    image = images.read_image(path)
    np.testing.assert_array_equal(image[0, 0], [1, 0, 0])
    np.testing.assert_array_equal(image[0, -1], [1, 1, 1])


def test_transparent_palette_colour_becomes_white(tmp_path: Path) -> None:
    indices = np.zeros((HEIGHT, WIDTH), np.uint8)
    indices[:, WIDTH // 2 :] = 1
    image = Image.fromarray(indices).convert("P")
    image.putpalette([0, 0, 255, 255, 0, 0])
    path = tmp_path / "palette.png"
    image.save(path, transparency=0)
    values = images.read_image(path)
    np.testing.assert_array_equal(values[0, 0], [1, 1, 1])
    np.testing.assert_array_equal(values[0, -1], [1, 0, 0])


def test_float_tiff_in_unit_range_is_read_as_it_is(tmp_path: Path) -> None:
    grey = np.linspace(0, 1, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)
    path = tmp_path / "float.tif"
    Image.fromarray(grey).save(path)
    np.testing.assert_array_equal(images.read_image(path)[..., 1], grey)


# What cannot be read.


def error_of(path: Path, name: str = "content_image") -> str:
    """The message of the error that reading gives: one line that names the path; no file left."""
    files = sorted(path.parent.iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((ValueError, FileNotFoundError)) as caught:
            images.read_image(path, name)
    message = str(caught.value)
    assert type(caught.value) in (ValueError, FileNotFoundError)
    assert message.startswith(f"{name} '{path}'")
    assert "\n" not in message
    assert sorted(path.parent.iterdir()) == files
    return message


def test_missing_file_is_file_not_found(tmp_path: Path) -> None:
    assert "does not exist" in error_of(tmp_path / "missing.png")
    with pytest.raises(FileNotFoundError):
        images.read_image(tmp_path / "missing.png")


def test_folder_is_an_error(tmp_path: Path) -> None:
    assert "folder" in error_of(tmp_path)


def test_empty_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    assert "empty" in error_of(path)


def test_text_named_png_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_text("not an image")
    assert "not an image" in error_of(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".bmp"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_file_is_an_error(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"truncated{suffix}"
    Image.fromarray(random_pixels()).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    error_of(path)


def test_damaged_png_is_an_error(photo_path: Path) -> None:
    data = bytearray(photo_path.read_bytes())
    data[60:200] = bytes(140)
    photo_path.write_bytes(data)
    assert "cannot be decoded" in error_of(photo_path)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"]), st.integers(0, 2**31))
def test_damaged_file_reads_or_is_a_value_error(
    tmp_path_factory: pytest.TempPathFactory, file_format: str, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    path = tmp_path_factory.mktemp("damaged") / "image"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(random_pixels()).save(path, format=file_format, exif=exif)
    data = bytearray(path.read_bytes())
    for position in generator.integers(0, min(len(data), 300), 8):
        data[position] = generator.integers(0, 256)
    path.write_bytes(data)
    try:
        image = images.decode_image(path)
    except ValueError as error:
        assert type(error) is ValueError
        assert "\n" not in str(error)
    else:
        assert image.dtype == np.float32
        assert image.ndim == 3


@pytest.mark.parametrize("excess", [1.5, 4.0])
def test_decompression_bomb_is_an_error(
    photo_path: Path, monkeypatch: pytest.MonkeyPatch, excess: float
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", int(HEIGHT * WIDTH / excess))
    assert "million pixels" in error_of(photo_path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_an_error(tmp_path: Path, value: float) -> None:
    grey = np.zeros((HEIGHT, WIDTH), np.float32)
    grey[3, 4] = value
    path = tmp_path / "float.tif"
    Image.fromarray(grey).save(path)
    assert "not finite" in error_of(path)


def test_float_values_outside_unit_range_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "float.tif"
    Image.fromarray(np.full((HEIGHT, WIDTH), 200, np.float32)).save(path)
    assert "200" in error_of(path)


@pytest.mark.parametrize("size", [(31, 100), (100, 31), (1, 1)])
def test_image_below_minimum_side_is_an_error(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "small.png"
    Image.fromarray(random_pixels(*size, 3)).save(path)
    message = error_of(path)
    assert f"{size[1]}x{size[0]}" in message
    assert "at least 32 px" in message
    assert images.decode_image(path).shape == (*size, 3)


def test_image_of_minimum_side_is_read(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    Image.fromarray(random_pixels(32, 32, 3)).save(path)
    assert images.read_image(path).shape == (32, 32, 3)
