"""Image files as they are written, and the paths that they are written to."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dpst import images
from tests.images.pictures import HEIGHT, WIDTH, as_float, random_pixels

# Output paths.


@pytest.mark.parametrize(
    "suffix", [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".PNG"]
)
def test_check_output_path_creates_and_deletes_nothing(tmp_path: Path, suffix: str) -> None:
    images.check_output_path(tmp_path / f"new{suffix}")
    assert list(tmp_path.iterdir()) == []
    existing = tmp_path / f"existing{suffix}"
    existing.write_bytes(b"precious")
    images.check_output_path(existing)
    assert existing.read_bytes() == b"precious"


@pytest.mark.parametrize("file", ["output", "output.txt", "output.gif", "output.npy", ".png"])
def test_output_suffix_that_cannot_be_written_is_an_error(tmp_path: Path, file: str) -> None:
    with pytest.raises(ValueError, match=r"must be one of \.png"):
        images.check_output_path(tmp_path / file)


def test_output_path_that_is_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ValueError, match="is a folder"):
        images.check_output_path(tmp_path / "folder.png")


def test_output_in_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"output_image .* create"):
        images.check_output_path(tmp_path / "missing" / "output.png")
    assert list(tmp_path.iterdir()) == []


def test_output_below_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="not a folder"):
        images.check_output_path(tmp_path / "file" / "output.png")


def test_output_in_a_folder_that_is_not_writable_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Asked of the system, not of the file mode: the superuser may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ValueError, match="not writable"):
        images.check_output_path(tmp_path / "output.png")


# Writing.


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".bmp"])
def test_written_image_reads_back_exactly(tmp_path: Path, suffix: str) -> None:
    image = as_float(random_pixels())
    images.write_image(tmp_path / f"output{suffix}", image)
    np.testing.assert_array_equal(images.read_image(tmp_path / f"output{suffix}"), image)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_lossy_formats_stay_close(tmp_path: Path, suffix: str) -> None:
    image = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    image[..., 0] = np.linspace(0, 1, WIDTH)
    image[..., 2] = np.linspace(1, 0, HEIGHT)[:, np.newaxis]
    images.write_image(tmp_path / f"output{suffix}", image)
    error = images.read_image(tmp_path / f"output{suffix}") - image
    assert np.sqrt(np.mean(error**2)) < 0.02


def test_jpeg_keeps_full_chroma_resolution(tmp_path: Path) -> None:
    images.write_image(tmp_path / "output.jpg", as_float(random_pixels()))
    with Image.open(tmp_path / "output.jpg") as file:
        assert [layer[1:3] for layer in file.layer] == [(1, 1)] * 3


def test_values_are_clipped_and_rounded(tmp_path: Path) -> None:
    image = np.full((HEIGHT, WIDTH, 3), 100.6 / 255, np.float64)
    image[0, 0] = (-3.0, 1.5, 0.0)
    images.write_image(tmp_path / "output.png", image)
    pixels = np.asarray(Image.open(tmp_path / "output.png"))
    assert pixels[0, 0].tolist() == [0, 255, 0]
    assert pixels[1, 1].tolist() == [101] * 3


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0o027)
    try:
        images.write_image(tmp_path / "output.png", as_float(random_pixels()))
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "output.png").stat().st_mode) == 0o640


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_failed_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = tmp_path / "output.png"
    path.write_bytes(b"precious")

    def fail(self: object, file: object, **options: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises((ValueError, KeyboardInterrupt)) as caught:
        images.write_image(path, as_float(random_pixels()))
    assert isinstance(caught.value, KeyboardInterrupt) or "disk full" in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"precious"


def test_image_too_large_for_its_format_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        images.write_image(tmp_path / "output.webp", np.zeros((1, 20000, 3), np.float32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((HEIGHT, WIDTH)),
        np.zeros((HEIGHT, WIDTH, 4)),
        np.zeros((1, HEIGHT, WIDTH, 3)),
        np.zeros((0, WIDTH, 3)),
        np.full((HEIGHT, WIDTH, 3), np.nan),
    ],
)
def test_image_that_is_not_one_is_not_written(tmp_path: Path, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"must be \[height, width, 3\]|not finite"):
        images.write_image(tmp_path / "output.png", image)
    assert list(tmp_path.iterdir()) == []
