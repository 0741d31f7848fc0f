"""The formats that are opened, judged by a file's bytes: no others reach their decoders.

Pillow opens some fifty formats, one of them by running Ghostscript, under any name of a file.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import IO

from PIL import Image, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "HEIF")
"""What Pillow may open, by its names. HEIF is known to it once pillow-heif is registered."""

_HEAD = 512  # bytes by which a format that is not opened is told
_KINDS = (
    (b"%PDF", "a PDF file"),
    (b"SIMPLE  =", "a FITS file"),
    (b"GRIB", "a GRIB file"),
    (b"\xff\x0a", "a JPEG XL file"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL file"),
    (b"<svg", "an SVG file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\3\4", "a ZIP file"),
)
_NOT_READ = "give a PNG, JPEG, TIFF, WebP or BMP file."


def open_picture(file: Path | IO[bytes], formats: tuple[str, ...] = FORMATS) -> Image.Image:
    """Open a picture as `PIL.Image.open` does, if it has one of the formats.

    Args:
        file: path of the file, or the file, open for reading.
        formats: those to try, of `FORMATS`.

    Returns:
        The Pillow image, not loaded.

    Raises:
        PIL.UnidentifiedImageError: it is of another format, which the message names, or damaged.
        Exception: of many kinds, for a damaged file.
    """
    Image.init()
    try:
        return Image.open(file, formats=[name for name in formats if name in Image.OPEN])
    except UnidentifiedImageError as error:
        kind = _kind(_head(file))
        fault = f"is {kind}, which is not read" if kind else "is not an image that can be read"
        raise UnidentifiedImageError(f"{fault}: {_NOT_READ}") from error


def open_no_others() -> None:
    """Let Pillow open nothing but `FORMATS` in this process, whoever calls it."""
    Image.init()
    Image.ID[:] = [name for name in Image.ID if name in FORMATS]


def _head(file: Path | IO[bytes]) -> bytes:
    if isinstance(file, Path):
        with open(file, "rb") as opened:
            return opened.read(_HEAD)
    file.seek(0)
    return file.read(_HEAD)


def _kind(head: bytes) -> str:
    """Return what a file of none of the formats is; "" if it is not known."""
    for magic, kind in _KINDS:
        if head.startswith(magic):
            return kind
    if b"<svg" in head.lower():
        return "an SVG file"
    if head[4:8] == b"ftyp":
        brand = head[8:12].decode("latin-1").strip()
        return f"an MP4 file or of its family ({brand})" if brand.isalnum() else "an MP4 file"
    for name, (_, accept) in Image.OPEN.items():
        if name in FORMATS or accept is None:
            continue
        with contextlib.suppress(Exception):  # Some expect more bytes than there are.
            if accept(head[:16]) is True:
                return f"{'an' if name[0] in 'AEFHILMNRSX' else 'a'} {name} file"
    return ""
