"""Decoding of image files: pixels as the file states them, upright, at the file's own depth."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageOps

from dpst.files.regular_file import check_regular_file
from dpst.images.checks import check_range
from dpst.images.formats import open_picture
from dpst.images.pixels import FloatImage, Pixels, to_unit_range, upright_pixels
from dpst.images.raw_files import is_raw, read_raw
from dpst.images.tiff_files import TiffPicture, developed, is_tiff, read_tiff
from dpst.messages import needs_package, one_line

_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
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
        path: a file of one of `dpst.images.FORMATS`, or camera raw.
        name: where the path came from, for messages.
        background: colour that transparency is composited over, by a name that Pillow knows.

    Returns:
        float32 [height, width, 3], RGB in [0, 1], upright.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is a folder, empty, truncated, too large, not an image, or holds values
            that are not finite or outside the range of its type.
    """
    pixels, alpha, _ = _decode(path, name)
    values = to_unit_range(pixels)
    if alpha is None:
        return values
    opacity = to_unit_range(alpha)[..., np.newaxis]
    ground = np.array(ImageColor.getrgb(background)[:3], np.float32) / 255
    blended = opacity * values + (1 - opacity) * ground
    # As files of 8 bits have it, so that flat colours stay flat.
    if pixels.dtype == np.uint8:
        blended = np.rint(blended * 255) / 255
    return blended.astype(np.float32)


def decode_channels(path: str | os.PathLike[str], name: str = "image") -> FloatImage:
    """Decode an image file of any size with the channels that it has, for semantic maps.

    Args:
        path: a file of one of `dpst.images.FORMATS`, or camera raw.
        name: where the path came from, for messages.

    Returns:
        float32 [height, width, channels] in [0, 1], upright: 1 channel of grey files, 3 of others,
        and alpha as one more where it is not opaque everywhere, the others multiplied by it.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: as for `decode_image`.
    """
    pixels, alpha, is_grey = _decode(path, name)
    values = to_unit_range(pixels[..., :1] if is_grey else pixels)
    if alpha is None or (to_unit_range(alpha) == 1).all():
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
    clear = file.info.get("transparency")
    image = ImageOps.exif_transpose(file)
    if not has_16_bits:
        pixels, alpha = _pixels_and_alpha(image)
        if alpha is None and pixels.dtype == np.uint16 and isinstance(clear, int):
            alpha = np.where(pixels[..., 0] == clear, 0, 65535).astype(np.uint16)
        return pixels, alpha
    # Pillow has no mode for 16-bit colours; it has made sure that the file is whole.
    with _quiet_opencv():
        stored = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16 or stored.ndim != 3:
        raise OSError("its 16-bit pixels are stored in a way that is not supported")
    # In this mode OpenCV turns TIFF files and no others.
    upright = stored if file.format == "TIFF" else upright_pixels(stored, orientation)
    alpha = np.ascontiguousarray(upright[..., 3]) if upright.shape[2] == 4 else None
    colors = np.ascontiguousarray(upright[..., 2::-1])
    if isinstance(clear, tuple):
        alpha = np.where((colors == np.array(clear)).all(-1), 0, 65535).astype(np.uint16)
    return colors, alpha


def _decode(path: str | os.PathLike[str], name: str) -> tuple[Pixels, Pixels | None, bool]:
    """Return a file's upright pixels, its alpha, and whether it is grey; profiles are ignored."""
    tiff = open_tiff(path, name)
    pixels: Pixels
    alpha: Pixels | None
    if isinstance(tiff, TiffPicture):
        pixels, alpha, is_grey = tiff.pixels, tiff.alpha, tiff.is_grey
    else:
        with open_image(path, name, tiff) as file:
            is_grey = file.mode in ("1", "L", "LA") or _is_precise_grey(file)
            pixels, alpha = decode_pixels(file, Path(path))
    check_range(pixels, f"{name} '{os.fspath(path)}'")
    return pixels, alpha, is_grey


def open_tiff(path: str | os.PathLike[str], name: str) -> TiffPicture | int | None:
    """Read a file that is TIFF or camera raw by its bytes, see `read_tiff`; None for others.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: as for `open_image`, or its samples are of a kind that is not read.
    """
    path = Path(path)
    _check_file(path, name)
    try:
        head = _head(path)
        if not is_raw(path, head):
            return read_tiff(path) if is_tiff(head) else None
    except Exception as error:  # tifffile raises many kinds for damaged files
        raise ValueError(f"{name} '{path}' {_fault(error)}") from error
    return developed(read_raw(path, f"{name} '{path}'"))


def _head(path: Path) -> bytes:
    """Return the first bytes of a file, which tell its kind."""
    with open(path, "rb") as file:
        return file.read(64)


@contextlib.contextmanager
def open_image(
    path: str | os.PathLike[str], name: str, page: int | None = None
) -> Iterator[Image.Image]:
    """Open an image file and explain what is wrong with it, also while its pixels are loaded.

    Args:
        path: a file of one of `FORMATS`; HEIC with the package pillow-heif.
        name: where the path came from, for messages.
        page: number of the page of a TIFF file; None for the first.

    Yields:
        The Pillow image, not loaded.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is a folder, empty, truncated, too large or not an image.
    """
    path = Path(path)
    _check_file(path, name)
    try:
        is_heif = _is_heif(_head(path))
    except OSError as error:
        raise ValueError(f"{name} '{path}' {_fault(error)}") from error
    if is_heif:
        _register_heif(f"{name} '{path}'")
    try:
        with warnings.catch_warnings():
            # Odd metadata must not reach the user as a warning; an image that is too large must
            # stop here.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with open_picture(path) as file:
                if page:
                    file.seek(page)
                _scale_transparent_grey(file)
                yield file
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error, ...
        raise ValueError(f"{name} '{path}' {_fault(error)}") from error


def _scale_transparent_grey(file: Image.Image) -> None:
    """Bring the transparent grey of a PNG file of 2 or 4 bits to 8, as Pillow brings its pixels."""
    clear = file.info.get("transparency")
    tiles = getattr(file, "tile", None)
    depth = {"L;2": 2, "L;4": 4}.get(str(tiles[0][3])) if tiles else None
    if file.format == "PNG" and isinstance(clear, int) and depth:
        file.info["transparency"] = clear * 255 // (2**depth - 1)


def _check_file(path: Path, name: str) -> None:
    """Check that there is a file, and something in it."""
    if path.is_dir():
        raise ValueError(f"{name} '{path}' is a folder: give the path of an image file.")
    if not path.exists():
        raise FileNotFoundError(f"{name} '{path}' does not exist: give the path of an image file.")
    check_regular_file(path, name)
    if path.stat().st_size == 0:
        raise ValueError(f"{name} '{path}' is empty (0 bytes): save or download the image again.")


def _is_heif(head: bytes) -> bool:
    """Return whether a file's first bytes are those of a HEIC file; AVIF, of Pillow's own, is none.

    Its brands say so: the main one, and those that it is compatible with.
    """
    brands = [head[8:12], *(head[k : k + 4] for k in range(16, len(head) - 3, 4))]
    is_avif = b"avif" in brands or b"avis" in brands
    return head[4:8] == b"ftyp" and not is_avif and any(b in _HEIF_BRANDS for b in brands)


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
        return str(error)
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


@contextlib.contextmanager
def _quiet_opencv() -> Iterator[None]:
    """Hold back what OpenCV prints about tags that it does not know."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
