"""Metadata of a photo: EXIF, XMP and resolution, fit to be written with an upright picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, TiffImagePlugin

from dpst.images.xmp import cleaned_xmp

_EXIF_IFD = 0x8769
_PARTS = (_EXIF_IFD, 0x8825)  # EXIF proper and GPS: directories of their own
_ORIENTATION = 0x0112
_PIXEL_SIZE = (0xA003, 0xA002)  # height and width, in the EXIF part
_XMP_ORIENTATION = re.compile(rb"(tiff:Orientation(?:=[\"']|>))[0-9]")

# Tags that tell how a TIFF file stores its pixels, its profile and its XMP, not what the photo is:
# sizes, compression, strips, tiles, samples, JPEG tables.
_STRUCTURAL_TAGS = frozenset(
    (
        *(254, 255, 256, 257, 258, 259, 262, 263, 266, 273, 277, 278, 279, 280, 281, 284, 292, 293),
        *(317, 320, 322, 323, 324, 325, 330, 332, 338, 339, 340, 341, 347, *range(512, 522)),
        *(529, 530, 531, 532, 700, 33723, 34377, 34675),
    )
)


@dataclass(frozen=True)
class Metadata:
    """The metadata that a file holds beside its photo.

    Attributes:
        exif: EXIF data as Pillow writes them, without orientation, thumbnail and what describes the
            old file's pixels; empty for none.
        xmp: XMP packet, upright; empty for none.
        dpi: resolution, horizontal and vertical, or None.
    """

    exif: bytes = b""
    xmp: bytes = b""
    dpi: tuple[float, float] | None = None

    def exif_of_size(self, size: tuple[int, int]) -> bytes:
        """Return the EXIF data; a size in pixels in them is set to (height, width)."""
        if not self.exif:
            return b""
        exif = Image.Exif()
        exif.load(self.exif)
        part = exif.get_ifd(_EXIF_IFD)
        for tag, side in zip(_PIXEL_SIZE, size, strict=True):
            if tag in part:
                part[tag] = side
        return exif.tobytes()

    def tiff_tags(self, size: tuple[int, int]) -> dict[int, Any]:
        """Return all metadata as tags of a TIFF file of (height, width), parts of EXIF as dicts."""
        tags: dict[int, Any] = {}
        if self.exif:
            exif = Image.Exif()
            exif.load(self.exif_of_size(size))
            tags.update(exif)
            tags.update((tag, dict(exif.get_ifd(tag))) for tag in _PARTS if tag in exif)
        if self.dpi is not None:
            tags[TiffImagePlugin.RESOLUTION_UNIT] = 2  # inch
            tags[TiffImagePlugin.X_RESOLUTION], tags[TiffImagePlugin.Y_RESOLUTION] = self.dpi
        if self.xmp:
            tags[TiffImagePlugin.XMP] = self.xmp
        return tags


def read_exif(load: Callable[[], Image.Exif]) -> bytes:
    """Read the EXIF data of an opened image, for `Metadata`.

    Args:
        load: gives them; if from a TIFF, its pixels must not be loaded yet, which closes the file.

    Returns:
        The data; empty if there are none, or if they are damaged, which must not cost the picture.
    """
    try:
        original = load()
        exif = Image.Exif()
        for tag, value in original.items():
            if tag not in _STRUCTURAL_TAGS and tag not in (_ORIENTATION, *_PARTS):
                exif[tag] = value
        for tag in _PARTS:
            part = original.get_ifd(tag)
            if part:
                exif.get_ifd(tag).update(part)
        return exif.tobytes() if len(exif) or any(map(exif.get_ifd, _PARTS)) else b""
    except Exception:  # Pillow's parsers raise many kinds
        return b""


def read_xmp(info: Mapping[Any, Any]) -> tuple[bytes, list[str]]:
    """Read the upright XMP packet in what Pillow tells of a loaded image.

    Args:
        info: what Pillow tells.

    Returns:
        The packet, empty for none, and what is left out of it, see `cleaned_xmp`.
    """
    xmp = info.get("xmp") or info.get("XML:com.adobe.xmp") or b""
    if isinstance(xmp, str):
        xmp = xmp.encode()
    return cleaned_xmp(_XMP_ORIENTATION.sub(rb"\g<1>1", xmp))


def read_dpi(file: Image.Image) -> tuple[float, float] | None:
    """Read the resolution of an image in dots per inch, None unless it is a sensible one."""
    try:
        x, y = (float(value) for value in file.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (x, y) if 1 <= min(x, y) and max(x, y) < 65535 else None
