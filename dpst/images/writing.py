"""Writing of image files, whole or not at all."""

from __future__ import annotations

import dataclasses
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from dpst.files.whole_file import check_file_path, whole_file
from dpst.images.formats import open_picture
from dpst.images.given_image import given_image
from dpst.images.metadata import Metadata
from dpst.images.photo import Photo
from dpst.images.pixels import Pixels, from_unit_range, to_unit_range
from dpst.images.resizing import Size
from dpst.images.sixteen_bit_files import write_16_bit_png, write_16_bit_tiff

_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
    ".bmp": "BMP",
}
_OPAQUE_FORMATS = ("JPEG", "BMP")
_16_BIT_WRITERS = {"PNG": write_16_bit_png, "TIFF": write_16_bit_tiff}
_QUALITY = 95
_LARGEST_SIDES = {"JPEG": 65500, "WEBP": 16383}  # pixels that the formats' libraries take
_JPEG_SEGMENT = 65000  # bytes of metadata that one segment of a JPEG file holds


def check_output_path(path: str | os.PathLike[str], name: str = "output_image") -> None:
    """Check, before any work starts, that an image can be written. Creates and deletes nothing.

    Args:
        path: where the image is to go.
        name: where the path came from, for messages.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: the path is a folder, its folder is not writable, or its suffix is not one of
            those that `write_image` writes.
    """
    check_file_path(path, name, _FORMATS)


def check_output_size(path: str | os.PathLike[str], size: Size, name: str = "output_image") -> None:
    """Check that a format holds images of some size.

    Args:
        path: where the image is to go; the suffix sets the format.
        size: (height, width).
        name: where the path came from, for messages.

    Raises:
        ValueError: a side is too long for the format.
    """
    largest = _LARGEST_SIDES.get(_FORMATS[Path(path).suffix.lower()])
    if largest is not None and max(size) > largest:
        raise ValueError(
            f"{name} '{os.fspath(path)}' would have {size[1]}x{size[0]} px (width x height), its "
            f"format holds sides of at most {largest} px: write a .png or .tif file."
        )


def write_image(path: str | os.PathLike[str], image: npt.ArrayLike | Image.Image) -> None:
    """Write an image as 8-bit sRGB, whole or not at all.

    Args:
        path: where the image goes; the suffix sets the format. JPEG is written at quality 95 with
            4:4:4 chroma. An existing file is replaced at the last moment.
        image: float [height, width, 3], sRGB in [0, 1]; values outside are clipped. Or what
            `given_image` takes: uint8, uint16, an image of Pillow.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: the path is not one that `check_output_path` accepts, `image` has another shape
            or values that are not finite, or the file cannot be written.
    """
    check_output_path(path)
    if isinstance(image, Image.Image) or np.asarray(image).dtype.kind in "biu":
        image = given_image(image)
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
    write_photo(path, Photo(from_unit_range(np.clip(values, 0.0, 1.0), np.uint8)))


def write_photo(path: str | os.PathLike[str], photo: Photo) -> None:
    """Write a photo with all that belongs to it and that the format can hold.

    PNG and TIFF hold 16 bits; all formats but JPEG and BMP hold transparency (in those two the
    photo is put over white); all but BMP hold profile and metadata. JPEG is written at quality 95,
    or finer where the photo's own tables are, with 4:4:4 chroma.

    Args:
        path: where the photo goes; the suffix sets the format. An existing file is replaced at the
            last moment.
        photo: what to write.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: the path is not one that `check_output_path` accepts, or the file cannot be
            written.
    """
    check_output_path(path)
    path = Path(path)
    file_format = _FORMATS[path.suffix.lower()]
    if photo.alpha is not None and file_format in _OPAQUE_FORMATS:
        photo = _over_white(photo, photo.alpha)
    if file_format == "BMP":
        photo = Photo(from_unit_range(photo.image(), np.uint8))
    has_16_bits = photo.pixels.dtype != np.uint8 and file_format in _16_BIT_WRITERS
    photo = _at_depth(photo, np.uint16 if has_16_bits else np.uint8)
    write = (_16_BIT_WRITERS if has_16_bits else _WRITERS)[file_format]
    try:
        with whole_file(path) as file:
            write(file, photo)
    except (OSError, ValueError, SystemError) as error:
        raise ValueError(
            f"output_image '{path}' cannot be written ({error}): free space or change the path."
        ) from error


def losses_in_format(path: str | os.PathLike[str], photo: Photo) -> list[str]:
    """Return what a photo loses in a file, by the format that its suffix sets.

    Args:
        path: where `write_photo` is to put it.
        photo: what to write.

    Returns:
        One line for each loss, such as "its 16 bits a channel are rounded to 8"; empty for a
        faithful copy.
    """
    file_format = _FORMATS[Path(path).suffix.lower()]
    losses = []
    if photo.pixels.dtype != np.uint8 and file_format not in _16_BIT_WRITERS:
        losses.append("its 16 bits a channel are rounded to 8")
    if photo.alpha is not None and file_format in _OPAQUE_FORMATS:
        losses.append("its transparency is put over white")
    if photo.metadata != Metadata() and file_format == "BMP":
        losses.append("its metadata are left out")
    if _is_too_large_for_jpeg(photo) and file_format == "JPEG":
        losses.append("its EXIF data, too large for the format, are left out")
    if len(photo.metadata.xmp) > _JPEG_SEGMENT and file_format == "JPEG":
        losses.append("its XMP metadata, too large for the format, are left out")
    return losses


def _is_too_large_for_jpeg(photo: Photo) -> bool:
    """Return whether the EXIF data exceed the one segment that a JPEG file has for them."""
    return len(photo.metadata.exif_of_size(photo.size)) > _JPEG_SEGMENT


def _over_white(photo: Photo, alpha: Pixels) -> Photo:
    """Return an opaque photo: the photo, of that opacity, put over white."""
    opacity = to_unit_range(alpha)[..., np.newaxis]
    values = opacity * to_unit_range(photo.pixels) + (1 - opacity)
    return dataclasses.replace(
        photo, pixels=from_unit_range(values, photo.pixels.dtype), alpha=None
    )


def _at_depth(photo: Photo, dtype: npt.DTypeLike) -> Photo:
    """Return the photo with pixels of another type."""
    if photo.pixels.dtype == dtype:
        return photo
    alpha = None if photo.alpha is None else from_unit_range(to_unit_range(photo.alpha), dtype)
    pixels = from_unit_range(to_unit_range(photo.pixels), dtype)
    return dataclasses.replace(photo, pixels=pixels, alpha=alpha)


def _picture(photo: Photo) -> Image.Image:
    """Return an 8-bit photo as Pillow writes it."""
    picture = Image.fromarray(photo.pixels)
    if photo.alpha is not None:
        picture.putalpha(Image.fromarray(photo.alpha))
    return picture


def _options(photo: Photo) -> dict[str, Any]:
    """Return the profile and metadata as options of Pillow's writers."""
    values = {
        "icc_profile": photo.profile,
        "exif": photo.metadata.exif_of_size(photo.size),
        "dpi": photo.metadata.dpi,
    }
    return {name: value for name, value in values.items() if value}


def _write_png(file: IO[bytes], photo: Photo) -> None:
    text = PngImagePlugin.PngInfo()
    if photo.metadata.xmp:
        text.add_itxt("XML:com.adobe.xmp", photo.metadata.xmp.decode("utf-8", "replace"))
    _picture(photo).save(file, format="PNG", pnginfo=text, **_options(photo))


def _write_jpeg(file: IO[bytes], photo: Photo) -> None:
    options = _options(photo)
    if _is_too_large_for_jpeg(photo):
        del options["exif"]
    if 0 < len(photo.metadata.xmp) <= _JPEG_SEGMENT:
        options["xmp"] = photo.metadata.xmp
    tables = _finer_tables(photo.quantization)
    _picture(photo).save(file, format="JPEG", qtables=tables, subsampling="4:4:4", **options)


def _write_tiff(file: IO[bytes], photo: Photo) -> None:
    tags = photo.metadata.tiff_tags(photo.size)
    profile = {"icc_profile": photo.profile} if photo.profile else {}
    _picture(photo).save(file, format="TIFF", tiffinfo=tags, **profile)


def _write_webp(file: IO[bytes], photo: Photo) -> None:
    options = {**_options(photo), "xmp": photo.metadata.xmp, "quality": _QUALITY}
    _picture(photo).save(file, format="WEBP", **options)


def _write_bmp(file: IO[bytes], photo: Photo) -> None:
    _picture(photo).save(file, format="BMP")


_WRITERS: dict[str, Callable[[IO[bytes], Photo], None]] = {
    "PNG": _write_png,
    "JPEG": _write_jpeg,
    "TIFF": _write_tiff,
    "WEBP": _write_webp,
    "BMP": _write_bmp,
}


def _finer_tables(tables: dict[int, list[int]]) -> list[list[int]]:
    """Return the tables of luminance and chrominance: those of `_QUALITY`, or finer as given."""
    probe = io.BytesIO()
    Image.new("RGB", (8, 8)).save(probe, format="JPEG", quality=_QUALITY)
    with open_picture(probe, ("JPEG",)) as image:
        usual = dict(getattr(image, "quantization", {}))
    own = [tables[key] for key in sorted(tables)] or [usual[0], usual[1]]
    pairs = ((usual[0], own[0]), (usual[1], own[min(1, len(own) - 1)]))
    return [np.minimum(*pair).tolist() for pair in pairs]
