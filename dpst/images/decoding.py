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
from dpst.images.resizing import MINIMUM_SIDE, FloatImage, Pixels

_HEIF_SUFFIXES = (".heic", ".heif", ".hif")
_ORIENTATION = 0x0112
_TIFF_BITS = 258
_PNG_BITS = 24  # Place of the depth in a PNG file, in its header chunk.


def decode_image(
    path: str | os.PathLike[str], name: str = "image", background: str = "white"
) -> FloatImage:
    """Decodes an image file of any size to RGB, for label maps and masks: profiles do not count.

    The EXIF orientation is applied. Grey becomes RGB; 16-bit grey and float grey keep their
    precision.

    Args:
        path: File of any format that Pillow reads.
        name: Where the path came from, for messages.
        background: Colour that transparency is composited over, by a name that Pillow knows.

    Returns:
        float32 [height, width, 3], RGB in [0, 1], upright.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is a folder, empty, truncated, too large, not an image, or holds
            values that are not finite or outside the range of its type.
    """
    with opened_image(path, name) as file:
        # Transposing loads the pixels, so a truncated file fails here.
        image = ImageOps.exif_transpose(file)
        if not _is_deep_grey(image) and image.has_transparency_data:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, background), image)
        values, _ = _pixels_and_alpha(image)
    check_range(values, f"{name} '{os.fspath(path)}'")
    return to_unit_range(values)


def decode_channels(path: str | os.PathLike[str], name: str = "image") -> FloatImage:
    """Decodes an image file of any size with the channels that it has, for semantic maps.

    Args:
        path: File of any format that Pillow reads.
        name: Where the path came from, for messages.

    Returns:
        float32 [height, width, channels] in [0, 1], upright: 1 channel of grey files, 3 of others,
        and alpha as one more where it is not opaque everywhere, the others multiplied by it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: As of `decode_image`.
    """
    with opened_image(path, name) as file:
        image = ImageOps.exif_transpose(file)
        is_grey = image.mode in ("1", "L", "LA") or _is_deep_grey(image)
        pixels, alpha = _pixels_and_alpha(image)
    check_range(pixels, f"{name} '{os.fspath(path)}'")
    values = to_unit_range(pixels[..., :1] if is_grey else pixels)
    if alpha is None or (alpha == np.iinfo(alpha.dtype).max).all():
        return values
    opacity = to_unit_range(alpha)[..., np.newaxis]
    # What a transparent pixel's colour would be is left over from painting.
    return np.concatenate([values * opacity, opacity], axis=-1)


def decode_pixels(file: Image.Image, path: Path) -> tuple[Pixels, Pixels | None]:
    """Decodes an opened image upright, at its own depth.

    Args:
        file: From `opened_image`, its pixels not loaded yet.
        path: The same file.

    Returns:
        uint8, uint16 or float32 [height, width, 3], RGB, float32 as the file has them (a 32-bit
        integer grey over 65535); and alpha [height, width] of the same type, or None.
    """
    orientation = file.getexif().get(_ORIENTATION, 1)  # Loading the pixels may remove the tag.
    is_deep = _is_deep_color(file, path)
    image = ImageOps.exif_transpose(file)
    if not is_deep:
        return _pixels_and_alpha(image)
    # Pillow has no mode for 16-bit colours; it has made sure that the file is whole.
    with _quiet_opencv():
        pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise OSError("its 16-bit pixels are stored in a way that is not supported")
    # OpenCV turns TIFF files, and in this mode no others.
    upright = pixels if file.format == "TIFF" else _turned(pixels, orientation)
    alpha = np.ascontiguousarray(upright[..., 3]) if upright.shape[2] == 4 else None
    return np.ascontiguousarray(upright[..., 2::-1]), alpha


@contextlib.contextmanager
def opened_image(path: str | os.PathLike[str], name: str) -> Iterator[Image.Image]:
    """Opens an image file; what goes wrong in it, also while pixels are loaded, is told clearly.

    Args:
        path: File of any format that Pillow reads; HEIC with the package pillow-heif.
        name: Where the path came from, for messages.

    Yields:
        The Pillow image, not loaded.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is a folder, empty, truncated, too large or not an image.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{name} '{path}' is a folder: give the path of an image file.")
    if not path.exists():
        raise FileNotFoundError(f"{name} '{path}' does not exist: give the path of an image file.")
    check_regular_file(path, name)
    if path.stat().st_size == 0:
        raise ValueError(f"{name} '{path}' is empty (0 bytes): save or download the image again.")
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
    except Image.UnidentifiedImageError as error:
        raise ValueError(
            f"{name} '{path}' is not an image that can be read: give a PNG, JPEG, TIFF, WebP or "
            "BMP file."
        ) from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        limit = (Image.MAX_IMAGE_PIXELS or 0) // 10**6
        raise ValueError(
            f"{name} '{path}' has more than {limit} million pixels, the most that is read: scale "
            "it down first."
        ) from error
    except PermissionError as error:
        raise ValueError(
            f"{name} '{path}' may not be read by this user: change its permissions."
        ) from error
    except (
        Exception
    ) as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error and more.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"{name} '{path}' cannot be decoded ({reason}): the file is damaged or of an "
            "unsupported kind, save it again as an 8-bit PNG."
        ) from error


def check_size(size: tuple[int, ...], name: str = "image") -> None:
    """Checks that an image is large enough to work on.

    Args:
        size: (height, width).
        name: What the size belongs to, for the message.

    Raises:
        ValueError: If a side is below `MINIMUM_SIDE`.
    """
    height, width = size
    if min(height, width) < MINIMUM_SIDE:
        raise ValueError(
            f"{name} is {width}x{height} px (width x height), each side must have at least "
            f"{MINIMUM_SIDE} px: give a larger image."
        )


def check_range(pixels: Pixels, source: str) -> None:
    """Checks that float pixels are finite and in [0, 1]; integer ones always are.

    Args:
        pixels: uint8, uint16 or float32, of any shape.
        source: What they are, for the message.

    Raises:
        ValueError: If they are not.
    """
    if pixels.dtype.kind == "u":
        return
    low, high = float(pixels.min()), float(pixels.max())
    if not np.isfinite([low, high]).all():
        raise ValueError(
            f"{source} holds values that are not finite, all must lie in [0, 1]: repair the file."
        )
    if low < 0.0 or high > 1.0:
        raise ValueError(
            f"{source} holds values from {low:g} to {high:g}, a float image must lie in [0, 1] (a "
            "32-bit integer one in [0, 65535]): rescale it, or save it with 8 or 16 bits."
        )


def to_unit_range(pixels: Pixels) -> FloatImage:
    """Brings values of any pixel type to [0, 1].

    Args:
        pixels: uint8, uint16 or float32, of any shape.

    Returns:
        float32 of the same shape; integers divided by the largest of their type.
    """
    if pixels.dtype.kind == "f":
        return pixels.astype(np.float32)
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def _pixels_and_alpha(
    image: Image.Image,
) -> tuple[Pixels, Pixels | None]:
    """Pixels of any Pillow image as uint8, uint16 or float32 [height, width, 3], and its alpha."""
    if _is_deep_grey(image):
        # 16-bit grey: Pillow's own conversion to RGB clips at 255 instead of scaling.
        grey = np.asarray(image)
        if image.mode == "I":
            grey = grey / np.float32(65535.0)
        dtype = np.float32 if image.mode in ("F", "I") else np.uint16
        return np.repeat(grey.astype(dtype)[:, :, np.newaxis], 3, axis=2), None
    if image.has_transparency_data:
        pixels = np.asarray(image.convert("RGBA"))
        return np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3])
    return np.asarray(image.convert("RGB")), None


def _is_deep_grey(image: Image.Image) -> bool:
    return image.mode == "F" or image.mode.startswith("I")


def _is_deep_color(file: Image.Image, path: Path) -> bool:
    """Whether a PNG or TIFF file has more than one channel of 16 bits."""
    if file.mode not in ("RGB", "RGBA", "LA"):
        return False
    if file.format == "PNG":
        with open(path, "rb") as raw:
            return raw.read(_PNG_BITS + 1)[-1] == 16
    return file.format == "TIFF" and max(getattr(file, "tag_v2", {}).get(_TIFF_BITS, (8,))) == 16


def _turned(pixels: Pixels, orientation: int) -> Pixels:
    """Pixels [height, width, channels] upright, from how EXIF says that they are stored."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


@contextlib.contextmanager
def _quiet_opencv() -> Iterator[None]:
    """Holds back what OpenCV prints about tags that it does not know."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)


def _register_heif(source: str) -> None:
    """Lets Pillow read HEIC, by its plugin."""
    try:
        import pillow_heif
    except ImportError as error:
        raise ValueError(
            f"{source} is a HEIC file, which needs the package pillow-heif to be read: "
            'pip install -e ".[heif]", or save the photo as JPEG.'
        ) from error
    pillow_heif.register_heif_opener()
