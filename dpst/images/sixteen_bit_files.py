"""PNG and TIFF files of 16 bits a channel in RGB, which Pillow cannot write."""

from __future__ import annotations

import struct
import zlib
from typing import IO

import cv2
import numpy as np
from PIL import PngImagePlugin, TiffImagePlugin

from dpst.images.photo import Photo

_PNG_HEADER = 33  # bytes of signature and header chunk; all other chunks come after them
_INCH = 0.0254  # metres
_DEFLATE, _HORIZONTAL = 8, 2


def write_16_bit_png(file: IO[bytes], photo: Photo) -> None:
    """Write a photo as PNG with 16 bits a channel.

    Args:
        file: where it goes.
        photo: its pixels are uint16.

    Raises:
        OSError: it cannot be encoded.
    """
    channels = [photo.pixels[..., ::-1]]
    if photo.alpha is not None:
        channels.append(photo.alpha[..., np.newaxis])
    is_done, data = cv2.imencode(".png", np.concatenate(channels, -1))
    if not is_done:
        raise OSError("its 16-bit pixels cannot be encoded")
    encoded = data.tobytes()
    file.write(encoded[:_PNG_HEADER])
    for name, content in _png_chunks(photo):
        PngImagePlugin.putchunk(file, name, content)
    file.write(encoded[_PNG_HEADER:])


def write_16_bit_tiff(file: IO[bytes], photo: Photo) -> None:
    """Write a photo as TIFF with 16 bits a channel, losslessly compressed.

    Args:
        file: where it goes, at its beginning.
        photo: its pixels are uint16.
    """
    height, width = photo.size
    samples = 3 if photo.alpha is None else 4
    channels = [photo.pixels] if photo.alpha is None else [photo.pixels, photo.alpha[..., None]]
    rows = np.concatenate(channels, -1).astype("<u2", copy=False)
    # The predictor: differences between neighbouring pixels compress better.
    differences = rows.copy()
    differences[:, 1:] -= rows[:, :-1]
    data = zlib.compress(differences.tobytes())
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II")
    for tag, value in photo.metadata.tiff_tags(photo.size).items():
        directory[tag] = value
    directory[TiffImagePlugin.IMAGEWIDTH] = width
    directory[TiffImagePlugin.IMAGELENGTH] = height
    directory[TiffImagePlugin.BITSPERSAMPLE] = (16,) * samples
    directory[TiffImagePlugin.COMPRESSION] = _DEFLATE
    directory[TiffImagePlugin.PREDICTOR] = _HORIZONTAL
    directory[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] = 2  # RGB
    directory[TiffImagePlugin.SAMPLESPERPIXEL] = samples
    directory[TiffImagePlugin.ROWSPERSTRIP] = height
    directory[TiffImagePlugin.STRIPBYTECOUNTS] = len(data)
    directory[TiffImagePlugin.STRIPOFFSETS] = 0  # from the directory's end; `save` adds that
    if photo.profile:
        directory[TiffImagePlugin.ICCPROFILE] = photo.profile
    if samples == 4:
        directory[TiffImagePlugin.EXTRASAMPLES] = 2  # opacity that is not multiplied in
    directory.save(file)
    file.write(data)


def _png_chunks(photo: Photo) -> list[tuple[bytes, bytes]]:
    """Return the PNG chunks of the metadata and the profile."""
    metadata = photo.metadata
    chunks = []
    if photo.profile:
        chunks.append((b"iCCP", b"ICC Profile\0\0" + zlib.compress(photo.profile)))
    if metadata.dpi is not None:
        x, y = (round(value / _INCH) for value in metadata.dpi)
        chunks.append((b"pHYs", struct.pack(">IIB", x, y, 1)))
    if metadata.exif:
        exif = metadata.exif_of_size(photo.size).removeprefix(b"Exif\0\0")
        chunks.append((b"eXIf", exif))
    if metadata.xmp:
        chunks.append((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp))
    return chunks
