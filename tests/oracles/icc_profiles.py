"""Small ICC profiles, written from their specification, and their conversion by ImageCms."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image, ImageCms

# Columns red, green, blue, relative to D50, as the makers' own profiles have them.
DISPLAY_P3 = (
    (0.51512, 0.29198, 0.15710),
    (0.24120, 0.69225, 0.06657),
    (-0.00105, 0.04189, 0.78407),
)
ADOBE_RGB = ((0.60974, 0.20528, 0.14919), (0.31111, 0.62567, 0.06322), (0.01947, 0.06087, 0.74457))
PROPHOTO = ((0.79767, 0.13519, 0.03134), (0.28804, 0.71188, 0.00009), (0.0, 0.0, 0.82491))
SRGB_TONES = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def parametric(kind: int, *values: float) -> bytes:
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + _fixed(*values)


def gamma(value: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256)) + bytes(2)


def table(values: np.ndarray) -> bytes:
    data = np.rint(np.asarray(values) * 65535).astype(">u2").tobytes()
    return b"curv" + bytes(4) + struct.pack(">I", len(values)) + data + bytes(len(data) % 4)


def _profile(space: bytes, tags: dict[str, bytes]) -> bytes:
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(83)
    tags = {"desc": text, "wtpt": b"XYZ " + bytes(4) + _fixed(0.9642, 1.0, 0.8249), **tags}
    directory, data = b"", b""
    start = 132 + 12 * len(tags)
    for name, content in tags.items():
        directory += name.encode() + struct.pack(">II", start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    head = bytearray(128)
    head[:4] = struct.pack(">I", start + len(data))
    head[8:12] = bytes([2, 0x40, 0, 0])
    head[12:24] = b"mntr" + space + b"XYZ "
    head[24:36] = struct.pack(">6H", 2020, 1, 1, 0, 0, 0)
    head[36:40] = b"acsp"
    head[68:80] = _fixed(0.9642, 1.0, 0.8249)
    return bytes(head) + struct.pack(">I", len(tags)) + directory + data


def rgb_profile(primaries: tuple = DISPLAY_P3, tones: bytes | None = None) -> bytes:
    tones = tones or parametric(3, *SRGB_TONES)
    columns = zip("rgb", np.transpose(primaries), strict=True)
    colors = {f"{name}XYZ": b"XYZ " + bytes(4) + _fixed(*column) for name, column in columns}
    return _profile(b"RGB ", {**colors, **{f"{name}TRC": tones for name in "rgb"}})


def grey_profile(tones: bytes) -> bytes:
    return _profile(b"GRAY", {"kTRC": tones})


def seen_as_lab(pixels: np.ndarray, profile: bytes | None) -> np.ndarray:
    """What a colour-managed viewer shows: float64 CIE Lab of 8-bit pixels [height, width, 3]."""
    srgb = ImageCms.createProfile("sRGB")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else srgb
    lab = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        source,
        ImageCms.createProfile("LAB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="LAB",
    )
    values = np.asarray(lab).astype(np.float64)
    values[..., 0] *= 100 / 255
    values[..., 1:] = np.asarray(lab)[..., 1:].astype(np.int8)
    return values
