"""Decoding of image files: pixels as the file states them, upright, at the file's own depth."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from dpst.files.regular_file import check_regular_file
from dpst.images.checks import check_range
from dpst.images.pixels import FloatImage, Pixels, to_unit_range
from dpst.messages import needs_package, one_line

_HEIF_SUFFIXES = (".heic", ".heif", ".hif")
_ORIENTATION = 0x0112
_TIFF_BITS = 258
_PNG_BITS = 24  # place of the depth in a PNG file, in its header chunk


def decode_image(
    path: str | os.PathLike[str], name: str = "image", background: str = "white"
) -> FloatImage:
    """Decode an image file of any size to RGB, for label maps and masks; profiles are ignored.

    The EXIF orientation is applied. Grey becomes RGB; 16-bit grey and float grey keep their
    precision.

    Args:
        path: a file of any format that Pillow reads.
        name: where the path came from, for messages.
        background: colour that transparency is composited over, by a name that Pillow knows.

    Returns:
        float32 [height, width, 3], RGB in [0, 1], upright.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is a folder, empty, truncated, too large, not an image, or holds values
            that are not finite or outside the range of its type.
    """
    with open_image(path, name) as file:
        # Transposing loads the pixels, so a truncated file fails here.
        image = ImageOps.exif_transpose(file)
        if not _is_precise_grey(image) and image.has_transparency_data:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, background), image)
        values, _ = _pixels_and_alpha(image)
    check_range(values, f"{name} '{os.fspath(path)}'")
    return to_unit_range(values)


def decode_channels(path: str | os.PathLike[str], name: str = "image") -> FloatImage:
    """Decode an image file of any size with the channels that it has, for semantic maps.

    Args:
        path: a file of any format that Pillow reads.
        name: where the path came from, for messages.

    Returns:
        float32 [height, width, channels] in [0, 1], upright: 1 channel of grey files, 3 of others,
        and alpha as one more where it is not opaque everywhere, the others multiplied by it.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: as for `decode_image`.
    """
    with open_image(path, name) as file:
        image = ImageOps.exif_transpose(file)
        is_grey = image.mode in ("1", "L", "LA") or _is_precise_grey(image)
        pixels, alpha = _pixels_and_alpha(image)
    check_range(pixels, f"{name} '{os.fspath(path)}'")
    values = to_unit_range(pixels[..., :1] if is_grey else pixels)
    if alpha is None or (alpha == np.iinfo(alpha.dtype).max).all():
        return values
    opacity = to_unit_range(alpha)[..., np.newaxis]
    # The colour of a transparent pixel is left over from painting.
    return np.concatenate([values * opacity, opacity], axis=-1)


def decode_pixels(file: Image.Image, path: Path) -> tuple[Pixels, Pixels | None]:
    """Decode an opened image upright, at its own depth.

    Args:
        file: the image from `open_image`, its pixels not loaded yet.
        path: the same file.

    Returns:
        uint8, uint16 or float32 [height, width, 3], RGB, float32 as the file has them (a 32-bit
        integer grey over 65535); and alpha [height, width] of the same type, or None.
    """
    orientation = file.getexif().get(_ORIENTATION, 1)  # Loading the pixels may remove the tag.
    has_16_bits = _is_16_bit_color(file, path)
    image = ImageOps.exif_transpose(file)
    if not has_16_bits:
        return _pixels_and_alpha(image)
    # Pillow has no mode for 16-bit colours; it has made sure that the file is whole.
    with _quiet_opencv():
        pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise OSError("its 16-bit pixels are stored in a way that is not supported")
    # In this mode OpenCV turns TIFF files and no others.
    upright = pixels if file.format == "TIFF" else _upright_pixels(pixels, orientation)
    alpha = np.ascontiguousarray(upright[..., 3]) if upright.shape[2] == 4 else None
    return np.ascontiguousarray(upright[..., 2::-1]), alpha


@contextlib.contextmanager
def open_image(path: str | os.PathLike[str], name: str) -> Iterator[Image.Image]:
    """Open an image file and explain what is wrong with it, also while its pixels are loaded.

    Args:
        path: a file of any format that Pillow reads; HEIC with the package pillow-heif.
        name: where the path came from, for messages.

    Yields:
        The Pillow image, not loaded.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is a folder, empty, truncated, too large or not an image.
    """
    path = Path(path)
    _check_file(path, name)
    if path.suffix.lower() in _HEIF_SUFFIXES:
        _register_heif(f"{name} '{path}'")
    try:
        with warnings.catch_warnings():
            # Odd metadata must not reach the user as a warning; an image that is too large must
            # stop here.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                yield file
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error, ...
        raise ValueError(f"{name} '{path}' {_fault(error)}") from error


def _check_file(path: Path, name: str) -> None:
    """Check that there is a file, and something in it."""
    if path.is_dir():
        raise ValueError(f"{name} '{path}' is a folder: give the path of an image file.")
    if not path.exists():
        raise FileNotFoundError(f"{name} '{path}' does not exist: give the path of an image file.")
    check_regular_file(path, name)
    if path.stat().st_size == 0:
        raise ValueError(f"{name} '{path}' is empty (0 bytes): save or download the image again.")


def _register_heif(source: str) -> None:
    """Let Pillow read HEIC, by its plugin."""
    try:
        import pillow_heif
    except ImportError as error:
        what = f"{source} is a HEIC file, which"
        message = needs_package(what, "pillow-heif", "heif", error, "save the photo as JPEG")
        raise ValueError(message) from error
    pillow_heif.register_heif_opener()


def _fault(error: Exception) -> str:
    """Return what is wrong with a file and what to do, from the error that reading it gave."""
    if isinstance(error, Image.UnidentifiedImageError):
        return "is not an image that can be read: give a PNG, JPEG, TIFF, WebP or BMP file."
    if isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError):
        limit = (Image.MAX_IMAGE_PIXELS or 0) // 10**6
        return f"has more than {limit} million pixels, the most that is read: scale it down first."
    if isinstance(error, PermissionError):
        return "may not be read by this user: change its permissions."
    return (
        f"cannot be decoded ({one_line(error)}): the file is damaged or of an unsupported kind, "
        "save it again as an 8-bit PNG."
    )


def _pixels_and_alpha(image: Image.Image) -> tuple[Pixels, Pixels | None]:
    """Return any Pillow image as uint8, uint16 or float32 [height, width, 3], and its alpha."""
    if _is_precise_grey(image):
        # Pillow's own conversion of 16-bit grey to RGB clips at 255 instead of scaling.
        grey = np.asarray(image)
        if image.mode == "I":
            grey = grey / np.float32(65535.0)
        dtype = np.float32 if image.mode in ("F", "I") else np.uint16
        return np.repeat(grey.astype(dtype)[:, :, np.newaxis], 3, axis=2), None
    if image.has_transparency_data:
        pixels = np.asarray(image.convert("RGBA"))
        return np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3])
    return np.asarray(image.convert("RGB")), None


def _is_precise_grey(image: Image.Image) -> bool:
    """Return whether an image is grey with more than 8 bits."""
    return image.mode == "F" or image.mode.startswith("I")


def _is_16_bit_color(file: Image.Image, path: Path) -> bool:
    """Return whether a PNG or TIFF file has more than one channel, of 16 bits each."""
    if file.mode not in ("RGB", "RGBA", "LA"):
        return False
    if file.format == "PNG":
        with open(path, "rb") as raw:
            return raw.read(_PNG_BITS + 1)[-1] == 16
    return file.format == "TIFF" and max(getattr(file, "tag_v2", {}).get(_TIFF_BITS, (8,))) == 16


def _upright_pixels(pixels: Pixels, orientation: int) -> Pixels:
    """Return pixels [height, width, channels] upright; EXIF says how they are stored."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


@contextlib.contextmanager
def _quiet_opencv() -> Iterator[None]:
    """Hold back what OpenCV prints about tags that it does not know."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
