"""Images: read, write, resize; the one statement of range, layout, colour space and orientation.

Everywhere in this library an image is a float32 array [height, width, 3] that holds RGB (sRGB)
values in [0, 1], with row 0 at the top of the upright picture. Sizes are `(height, width)`. Pixel
values are taken as the file states them: an embedded colour profile is not applied.
"""

from __future__ import annotations

import os
import secrets
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from scipy import sparse

FloatImage = npt.NDArray[np.float32]
Size = tuple[int, int]

MINIMUM_SIDE = 32  # Pixels: below this the deeper layers of an extractor have nothing left to see.

_WRITERS: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": "4:4:4"}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": "4:4:4"}),
    ".tif": ("TIFF", {}),
    ".tiff": ("TIFF", {}),
    ".webp": ("WEBP", {"quality": 95}),
    ".bmp": ("BMP", {}),
}


def read_image(path: str | os.PathLike[str], name: str = "image") -> FloatImage:
    """Reads a photo or painting.

    Args:
        path: File of any format that Pillow reads.
        name: Where the path came from, for messages, e.g. "content_image".

    Returns:
        float32 [height, width, 3], sRGB in [0, 1], upright.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is not a readable image, or one of its sides is below
            `MINIMUM_SIDE`.
    """
    image = decode_image(path, name)
    check_size(image.shape[:2], f"{name} '{os.fspath(path)}'")
    return image


def decode_image(
    path: str | os.PathLike[str], name: str = "image", background: str = "white"
) -> FloatImage:
    """Decodes an image file of any size to RGB.

    The EXIF orientation is applied. Grey becomes RGB; 16-bit grey and float grey keep their
    precision.

    Args:
        path: File of any format that Pillow reads.
        name: Where the path came from, for messages.
        background: Colour that transparency is composited over, by a name that Pillow knows.

    Returns:
        float32 [height, width, 3], sRGB in [0, 1], upright.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is a folder, empty, truncated, too large, not an image, or holds
            values that are not finite or outside the range of its type.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{name} '{path}' is a folder: give the path of an image file.")
    if not path.exists():
        raise FileNotFoundError(f"{name} '{path}' does not exist: give the path of an image file.")
    if path.stat().st_size == 0:
        raise ValueError(f"{name} '{path}' is empty (0 bytes): save or download the image again.")
    try:
        with warnings.catch_warnings():
            # Odd metadata must not reach the user as a warning; an image that is too large must
            # stop here.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                # Transposing loads the pixels, so a truncated file fails here.
                image = ImageOps.exif_transpose(file)
                values = _rgb_values(image, background)
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
    except (
        Exception
    ) as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error and more.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"{name} '{path}' cannot be decoded ({reason}): the file is damaged or of an "
            "unsupported kind, save it again as an 8-bit PNG."
        ) from error
    return _checked_range(values, f"{name} '{path}'")


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


def check_output_path(path: str | os.PathLike[str], name: str = "output_image") -> None:
    """Checks, before any work starts, that an image can be written. Creates and deletes nothing.

    Args:
        path: Where the image shall go.
        name: Where the path came from, for messages.

    Raises:
        FileNotFoundError: If the folder does not exist.
        ValueError: If the path is a folder, its folder is not writable, or its suffix is not one of
            those that `write_image` writes.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(
            f"{name} '{path}' is a folder: give the path of a file, e.g. '{path / 'output.png'}'."
        )
    if path.suffix.lower() not in _WRITERS:
        raise ValueError(
            f"{name} '{path}' has the suffix '{path.suffix}', it must be one of "
            f"{' '.join(_WRITERS)}: rename it."
        )
    if not path.parent.exists():
        raise FileNotFoundError(
            f"{name} '{path}' lies in a folder that does not exist: create '{path.parent}' first."
        )
    if not path.parent.is_dir():
        raise ValueError(
            f"{name} '{path}' lies under '{path.parent}', which is not a folder: choose another "
            "path."
        )
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise ValueError(
            f"{name} '{path}' lies in a folder that is not writable: choose another folder."
        )


def write_image(path: str | os.PathLike[str], image: npt.ArrayLike) -> None:
    """Writes an image as 8-bit RGB, whole or not at all.

    Args:
        path: Where the image goes; the suffix sets the format. JPEG is written at quality 95 with
            4:4:4 chroma. An existing file is replaced at the last moment.
        image: float [height, width, 3], sRGB in [0, 1]; values outside are clipped.

    Raises:
        FileNotFoundError: If the folder does not exist.
        ValueError: If the path is not one that `check_output_path` accepts, `image` has another
            shape or values that are not finite, or the file cannot be written.
    """
    check_output_path(path)
    values = np.asarray(image, dtype=np.float32)
    if values.ndim != 3 or values.shape[2] != 3 or values.size == 0:
        raise ValueError(
            f"image has the shape {list(values.shape)}, it must be [height, width, 3]: convert it "
            "to RGB."
        )
    if not np.isfinite(values).all():
        raise ValueError(
            "image holds values that are not finite, they must lie in [0, 1]: nothing was written."
        )
    pixels = np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)

    path = Path(path)
    file_format, options = _WRITERS[path.suffix.lower()]
    # Created by open(), not by tempfile: the file that stays has the permissions that the user's
    # umask asks for.
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        with open(temporary, "xb") as file:
            Image.fromarray(pixels).save(file, format=file_format, **options)
        os.replace(temporary, path)
    except (OSError, ValueError, SystemError) as error:
        raise ValueError(
            f"output_image '{path}' cannot be written ({error}): free space or change the path."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def resize(image: npt.ArrayLike, size: Size) -> FloatImage:
    """Resizes an image without aliasing and without overshoot.

    An axis that shrinks is averaged by area, one that grows is interpolated bicubically; each
    channel stays within the range it has in `image`.

    Args:
        image: float [height, width, channels] or [height, width].
        size: (height, width) of the result.

    Returns:
        float32, with as many dimensions as `image`; `image` itself if it is float32 of that size
        already.

    Raises:
        ValueError: If `image` has another number of dimensions or no pixels, or a side of `size` is
            below 1.
    """
    values = np.asarray(image, dtype=np.float32)
    if values.ndim not in (2, 3) or values.size == 0:
        raise ValueError(
            f"image has the shape {list(values.shape)}, it must be [height, width] or [height, "
            "width, channels]."
        )
    height, width = size
    if min(height, width) < 1:
        raise ValueError(f"size is {(height, width)}, each side must be at least 1.")
    if values.shape[:2] == (height, width):
        return values
    resized = values
    # The axis that shrinks most goes first: it leaves less to do for the other.
    for axis in sorted((0, 1), key=lambda axis: size[axis] / values.shape[axis]):
        resized = _resize_axis(resized, size[axis], axis)
    clipped = np.clip(resized, values.min(axis=(0, 1)), values.max(axis=(0, 1)))
    return np.ascontiguousarray(clipped)


def area_weights(old_length: int, new_length: int) -> sparse.csr_matrix:
    """Matrix that averages an axis by area, exactly.

    OpenCV's INTER_AREA drops overlaps below 1e-3 of a pixel and interpolates when enlarging.

    Args:
        old_length: Number of old pixels.
        new_length: Number of new pixels over the same extent.

    Returns:
        float64 sparse [new_length, old_length]: the share of each new pixel that lies in each old
        one; rows sum to 1.
    """
    # On a grid in which an old pixel is new_length long and a new one old_length, all borders are
    # integers. Cutting at all borders gives pieces that each lie in one old and one new pixel.
    old_borders = np.arange(old_length + 1) * new_length
    new_borders = np.arange(new_length + 1) * old_length
    borders = np.union1d(old_borders, new_borders)
    starts, lengths = borders[:-1], np.diff(borders)
    pieces = (lengths / old_length, (starts // old_length, starts // new_length))
    return sparse.coo_matrix(pieces, shape=(new_length, old_length)).tocsr()


def cubic_weights(old_length: int, new_length: int) -> sparse.csr_matrix:
    """Matrix that interpolates an axis by Keys' cubic convolution (1981), a = -1/2.

    This value reproduces straight ramps; OpenCV's INTER_CUBIC has a = -3/4 and does not.

    Args:
        old_length: Number of old pixels; the first and the last are repeated beyond the border.
        new_length: Number of new pixels over the same extent.

    Returns:
        float64 sparse [new_length, old_length]; rows sum to 1.
    """
    positions = (np.arange(new_length) + 0.5) * old_length / new_length - 0.5
    taps = np.floor(positions).astype(np.intp)[:, np.newaxis] + np.arange(-1, 3)
    distances = np.abs(positions[:, np.newaxis] - taps)
    near = (1.5 * distances - 2.5) * distances**2 + 1.0
    far = ((-0.5 * distances + 2.5) * distances - 4.0) * distances + 2.0
    weights = np.where(distances <= 1.0, near, np.where(distances < 2.0, far, 0.0))
    rows = np.broadcast_to(np.arange(new_length)[:, np.newaxis], taps.shape)
    columns = taps.clip(0, old_length - 1)
    entries = (weights.ravel(), (rows.ravel(), columns.ravel()))
    return sparse.coo_matrix(entries, shape=(new_length, old_length)).tocsr()


def fit_size(size: Size, longer_side: int) -> Size:
    """Scales a size down so that its longer side is at most `longer_side`; never enlarges.

    Args:
        size: (height, width).
        longer_side: Largest allowed side, in pixels.

    Returns:
        (height, width), each at least 1, of the same aspect ratio up to rounding.

    Raises:
        ValueError: If `longer_side` or a side of `size` is below 1.
    """
    height, width = size
    if min(height, width, longer_side) < 1:
        raise ValueError(
            f"size {(height, width)} and longer_side {longer_side} must be at least 1."
        )
    scale = min(1.0, longer_side / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _resize_axis(values: FloatImage, new_length: int, axis: int) -> FloatImage:
    old_length = values.shape[axis]
    if new_length == old_length:
        return values
    find_weights = area_weights if new_length < old_length else cubic_weights
    weights = find_weights(old_length, new_length).astype(np.float32)
    moved = np.moveaxis(values, axis, 0)
    resized = weights @ moved.reshape(old_length, -1)
    return np.moveaxis(resized.reshape(new_length, *moved.shape[1:]), 0, axis)


def _rgb_values(image: Image.Image, background: str) -> FloatImage:
    """Pixels of any Pillow image as float32 [height, width, 3]; in [0, 1] for the integer modes."""
    if image.mode == "F" or image.mode.startswith("I"):
        # 16-bit grey: Pillow's own conversion to RGB clips at 255 instead of scaling.
        grey = np.asarray(image, dtype=np.float32) / (1.0 if image.mode == "F" else 65535.0)
        return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, background), image)
    return np.asarray(image.convert("RGB"), dtype=np.float32) / np.float32(255.0)


def _checked_range(values: FloatImage, source: str) -> FloatImage:
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise ValueError(
            f"{source} holds values that are not finite, all must lie in [0, 1]: repair the file."
        )
    if low < 0.0 or high > 1.0:
        raise ValueError(
            f"{source} holds values from {low:g} to {high:g}, a float image must lie in [0, 1] (a "
            "32-bit integer one in [0, 65535]): rescale it, or save it with 8 or 16 bits."
        )
    return values
