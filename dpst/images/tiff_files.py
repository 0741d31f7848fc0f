"""TIFF files by tifffile: the largest page, with the meaning of its samples at every depth."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from dpst.images.formats import open_picture
from dpst.images.pixels import Pixels, to_unit_range, upright_pixels

_MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _MASK = 0, 1, 2, 4
_BY_PILLOW = (3, 5, 6, 8)  # palette, inks, YCbCr and Lab, which Pillow reads with 8 bits
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_PREMULTIPLIED, _STRAIGHT = 1, 2


@dataclass(frozen=True, eq=False)
class TiffPicture:
    """The largest page of a TIFF file.

    Attributes:
        pixels: uint8, uint16 or float32 [height, width, 3], RGB, upright, of straight alpha.
        alpha: opacity [height, width] of the same type, or None.
        is_grey: whether the file holds one value a pixel.
        profile: ICC profile, or empty.
        xmp: XMP packet, or empty.
        exif: the tags of the first page, which holds the metadata.
        dpi: resolution, or None.
        num_pages: number of pages, without masks.
    """

    pixels: Pixels
    alpha: Pixels | None
    is_grey: bool
    profile: bytes
    xmp: bytes
    exif: Image.Exif
    dpi: tuple[float, float] | None
    num_pages: int


def is_tiff(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a TIFF file."""
    return head[:4] in _MAGICS


def read_tiff(path: Path) -> TiffPicture | int:
    """Read the largest page of a TIFF file.

    Args:
        path: a file of which `is_tiff` is true.

    Returns:
        The picture; or, where its colours are of a kind that Pillow reads (palette, CMYK, YCbCr,
        Lab, with 8 bits), the number of the largest page.

    Raises:
        OSError: samples or layout are of a kind that is not read, which the message names.
        Exception: of many kinds, for a damaged file.
    """
    with _quiet_tifffile(), tifffile.TiffFile(path) as file:
        pages = list(file.pages)
        pictures = [k for k, page in enumerate(pages) if page.photometric != _MASK]
        if not pictures:
            raise OSError("it holds no picture, only masks")
        number = max(pictures, key=lambda k: pages[k].imagewidth * pages[k].imagelength)
        page: Any = pages[number]
        if any(
            (other.imagewidth, other.imagelength) == (page.imagewidth, page.imagelength)
            for other in pages
            if other.photometric == _MASK
        ):
            raise OSError("its transparency is a mask on a page of its own, which is not read")
        if page.photometric in _BY_PILLOW:
            _check_pillow_reads(page)
            return number
        _check_layout(page, path)
        pixels, alpha = _colors(_samples(page), page)
        orientation = _tag(page, 274) or _tag(pages[0], 274) or 1
        return TiffPicture(
            upright_pixels(pixels, orientation),
            None if alpha is None else upright_pixels(alpha, orientation),
            page.photometric != _RGB,
            bytes(_tag(page, 34675) or b""),
            bytes(_tag(pages[0], 700) or b""),
            _exif(path),
            _dpi(page),
            len(pictures),
        )


def developed(pixels: Pixels) -> TiffPicture:
    """Return a developed raw file, uint16 [height, width, 3] in sRGB, like a TIFF file's page."""
    return TiffPicture(pixels, None, False, b"", b"", Image.Exif(), None, 1)


def _exif(path: Path) -> Image.Exif:
    """Return the tags of the first page as Pillow reads them; none where it cannot."""
    with contextlib.suppress(Exception), open_picture(path, ("TIFF",)) as file:
        exif = file.getexif()
        dict(exif.items())  # they are loaded when asked for
        for part in (0x8769, 0x8825):
            exif.get_ifd(part)
        return exif
    return Image.Exif()


def _check_pillow_reads(page: Any) -> None:
    """Check that a page of other colours is one that Pillow reads rightly."""
    name = getattr(page.photometric, "name", str(page.photometric))
    depths = np.atleast_1d(page.bitspersample)
    if depths.max() > 8:
        raise OSError(f"its colours are {name} of {depths.max()} bits, only those of 8 are read")
    extra = tuple(int(kind) for kind in page.extrasamples)
    if extra:
        raise OSError(f"its colours are {name} with extra samples, which are not read")


def _check_layout(page: Any, path: Path) -> None:
    """Check that a page is a flat picture of known samples, all in the file."""
    if page.photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB):
        name = getattr(page.photometric, "name", str(page.photometric))
        raise OSError(f"its colours are of the kind {name}, which is not read")
    if page.imagedepth != 1:
        raise OSError(f"it is a volume of {page.imagedepth} layers, not a picture")
    count = 3 if page.photometric == _RGB else 1
    if page.samplesperpixel < count:
        raise OSError(f"it has {page.samplesperpixel} samples a pixel, {count} are needed")
    pixels = page.imagewidth * page.imagelength
    if Image.MAX_IMAGE_PIXELS and pixels > Image.MAX_IMAGE_PIXELS:
        raise Image.DecompressionBombError(f"{pixels} pixels")
    size = path.stat().st_size
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    if not segments or any(not n or offset + n > size for offset, n in segments):
        raise OSError("image file is truncated")
    if page.compression == 1:
        needed = pixels * page.samplesperpixel * int(np.max(page.bitspersample)) // 8
        if sum(n for _, n in segments) < needed:
            raise OSError("image file is truncated")


def _samples(page: Any) -> Pixels:
    """Return the samples [height, width, samples] as uint8, uint16 or float32, 1 or full: white."""
    kinds = {int(kind) for kind in np.atleast_1d(page.sampleformat)}
    depths = {int(bits) for bits in np.atleast_1d(page.bitspersample)}
    if len(kinds) != 1 or len(depths) != 1:
        raise OSError("its channels have different sample formats or depths, which is not read")
    (kind,), (bits,) = kinds, depths
    values = np.asarray(page.asarray())
    planes = 2 if page.planarconfig == 2 and page.samplesperpixel > 1 else 1
    if values.ndim == 2:
        values = values[..., np.newaxis]
    elif planes == 2:
        values = np.moveaxis(values, 0, -1)
    if values.shape != (page.imagelength, page.imagewidth, page.samplesperpixel):
        raise OSError(f"its samples have the shape {values.shape}, which is not a picture")
    if kind == _FLOAT:
        return values.astype(np.float32)
    if kind == _SIGNED and bits == 32:
        return (values / 65535.0).astype(np.float32)
    if kind != _UNSIGNED or bits > 32:
        name = {1: "unsigned integers", 2: "signed integers"}.get(kind, f"numbers of kind {kind}")
        raise OSError(f"its samples are {name} of {bits} bits, which are not read")
    if bits in (8, 16):
        return values.astype(np.uint8 if bits == 8 else np.uint16, copy=False)
    if bits == 32:
        top = 65535.0 if values.max() <= 65535 else 2.0**32 - 1
        return (values.astype(np.float64) / top).astype(np.float32)
    full = 255 if bits < 8 else 65535
    scaled = np.rint(values.astype(np.float64) * full / (2**bits - 1))
    return scaled.astype(np.uint8 if bits < 8 else np.uint16)


def _colors(samples: Pixels, page: Any) -> tuple[Pixels, Pixels | None]:
    """Return RGB with straight alpha, and that alpha, of samples [height, width, samples]."""
    count = 3 if page.photometric == _RGB else 1
    extra = [int(kind) for kind in np.atleast_1d(_tag(page, 338) if _tag(page, 338) else [])]
    num_extra = samples.shape[2] - count
    if not extra and num_extra == 1 and 338 not in page.tags:
        extra = [_STRAIGHT]  # as OpenCV and others write it
    place = next((k for k, e in enumerate(extra) if e in (_PREMULTIPLIED, _STRAIGHT)), None)
    white = 1 if samples.dtype.kind == "f" else np.iinfo(samples.dtype).max
    pixels = samples[..., :count]
    alpha = None
    if place is not None and place < num_extra:
        alpha = np.ascontiguousarray(samples[..., count + place])
    if page.photometric == _WHITE_IS_ZERO:
        if samples.dtype.kind == "f":
            raise OSError("it holds floats in which 0 is white, which is not read")
        if alpha is not None and extra[place or 0] == _PREMULTIPLIED:
            raise OSError("its white is 0 and its alpha multiplied in, which is not read")
        pixels = white - pixels
    elif alpha is not None and extra[place or 0] == _PREMULTIPLIED:
        opacity = to_unit_range(alpha).astype(np.float64)[..., np.newaxis]
        straight = np.divide(
            pixels.astype(np.float64), opacity, out=np.zeros(pixels.shape), where=opacity > 0
        ).clip(0, white)
        whole = straight if samples.dtype.kind == "f" else np.rint(straight)
        pixels = whole.astype(samples.dtype)
    if count == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return np.ascontiguousarray(pixels), alpha


def _tag(page: Any, code: int) -> Any:
    """Return the value of a tag, None where there is none."""
    tag = page.tags.get(code)
    return None if tag is None else tag.value


def _dpi(page: Any) -> tuple[float, float] | None:
    """Return the resolution in dots per inch."""
    scale = {2: 1.0, 3: 2.54}.get(int(_tag(page, 296) or 2))
    try:
        x, y = (float(a) / float(b) * (scale or 0) for a, b in (_tag(page, 282), _tag(page, 283)))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (x, y) if 1 < min(x, y) and max(x, y) < 65535 else None


@contextlib.contextmanager
def _quiet_tifffile() -> Iterator[None]:
    """Hold back what tifffile logs about tags that it does not know."""
    logger = logging.getLogger("tifffile")
    was = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = was
