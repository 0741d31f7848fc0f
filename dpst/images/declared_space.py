"""The colour space of a file that has no ICC profile: what EXIF and PNG's chunks say, as a profile.

Sources: PNG (third edition), sections 4.3 and 11.3.2; Exif 3.0, ColorSpace and
InteroperabilityIndex; DCF 2.0, R03; ITU-T H.273, tables 2 and 3 (cICP); ICC.1:2022 (the
profile).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from dpst.images.color_profile import srgb_profile

_EXIF, _INTEROP, _COLOR_SPACE = 0x8769, 0xA005, 0xA001
_D65, _D50 = (0.3127, 0.3290), (0.9642, 1.0, 0.8249)
_SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
_BT_601_625 = ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06))
_BT_601_525 = ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07))
_BT_2020 = ((0.708, 0.292), (0.17, 0.797), (0.131, 0.046))
_P3 = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
_PRIMARIES = {1: _SRGB, 5: _BT_601_625, 6: _BT_601_525, 9: _BT_2020, 12: _P3}
_SRGB_CURVE = (3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_BT_709_CURVE = (3, 1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
_CURVES = {
    **dict.fromkeys((1, 6, 14, 15), _BT_709_CURVE),
    4: (0, 2.2),
    5: (0, 2.8),
    8: (0, 1.0),
    13: _SRGB_CURVE,
}
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def declared_profile(file: Image.Image, path: Path) -> bytes:
    """Return the ICC profile of a file, or one made from what else tells its colour space.

    Args:
        file: the opened image.
        path: the same file.

    Returns:
        ICC profile; empty for sRGB.

    Raises:
        OSError: cICP tells a space that is not read, which the message names.
    """
    profile = file.info.get("icc_profile") or b""
    chunks = _png_chunks(path) if file.format == "PNG" else {}
    if b"cICP" in chunks:
        return _of_cicp(chunks[b"cICP"])
    if profile or b"sRGB" in chunks:
        return bytes(profile)
    if b"gAMA" in chunks or b"cHRM" in chunks:
        return _of_gamma(chunks)
    return _of_exif(file)


def _of_cicp(data: bytes) -> bytes:
    """Return the profile of a cICP chunk."""
    primaries, curve, matrix, full_range = struct.unpack(">4B", data[:4])
    if primaries == 2 or curve == 2:  # unspecified
        return b""
    if primaries not in _PRIMARIES or curve not in _CURVES or matrix != 0 or full_range != 1:
        kind = {16: "PQ (HDR)", 18: "HLG (HDR)"}.get(curve, f"transfer {curve}")
        raise OSError(f"its cICP colour space, primaries {primaries} and {kind}, is not read")
    if (primaries, curve) == (1, 13):
        return b""
    return _rgb_profile(_PRIMARIES[primaries], _D65, _CURVES[curve])


def _of_gamma(chunks: dict[bytes, bytes]) -> bytes:
    """Return the profile of the chunks gAMA and cHRM, or of one of them."""
    gamma = struct.unpack(">I", chunks[b"gAMA"][:4])[0] / 1e5 if b"gAMA" in chunks else 1 / 2.2
    if not 0.1 < gamma < 10:
        raise OSError(f"its gAMA chunk says {gamma:g}, which is no gamma of a picture")
    # 1 / 2.2 is what programs write for sRGB.
    curve = _SRGB_CURVE if abs(gamma - 0.45455) < 1e-4 else (0, 1 / gamma)
    white, primaries = _D65, _SRGB
    if b"cHRM" in chunks:
        values = [value / 1e5 for value in struct.unpack(">8I", chunks[b"cHRM"][:32])]
        pairs = list(zip(values[::2], values[1::2], strict=True))
        white, primaries = pairs[0], (pairs[1], pairs[2], pairs[3])
    if np.abs(np.subtract((white, *primaries), (_D65, *_SRGB))).max() < 1e-3:
        if curve is _SRGB_CURVE:
            return b""
        white, primaries = _D65, _SRGB
    elif b"gAMA" in chunks and curve is _SRGB_CURVE:
        curve = (0, 1 / gamma)
    try:
        return _rgb_profile(primaries, white, curve)
    except (np.linalg.LinAlgError, ZeroDivisionError, struct.error) as error:
        raise OSError("its cHRM chunk holds primaries that are none") from error


def _of_exif(file: Image.Image) -> bytes:
    """Return the profile of what EXIF tells: Adobe RGB, or nothing, which is sRGB."""
    try:
        exif = file.getexif()
        part = exif.get_ifd(_EXIF)
        interop = part.get(_INTEROP)
        if not isinstance(interop, dict):
            interop = exif.get_ifd(_INTEROP)
        index = interop.get(1, "")
        index = index.decode("latin-1") if isinstance(index, bytes) else str(index)
        space = part.get(_COLOR_SPACE)
    except Exception:  # damaged metadata must not cost the picture
        return b""
    is_adobe = space == 2 or (space != 1 and index.startswith("R03"))
    return _rgb_profile(_ADOBE_RGB, _D65, (0, 563 / 256)) if is_adobe else b""


def _png_chunks(path: Path) -> dict[bytes, bytes]:
    """Return the chunks of a PNG file that tell its colours, by name."""
    chunks: dict[bytes, bytes] = {}
    with open(path, "rb") as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            length, name = struct.unpack(">I4s", head)
            if name in (b"IDAT", b"IEND"):
                break
            if name in (b"cICP", b"gAMA", b"cHRM", b"sRGB") and length <= 64:
                chunks[name] = file.read(length)
                file.seek(4, 1)
            else:
                file.seek(length + 4, 1)
    return chunks


def _rgb_profile(
    primaries: tuple[tuple[float, float], ...], white: tuple[float, float], curve: tuple[float, ...]
) -> bytes:
    """Return an ICC profile of primaries and white in xy and of a parametric curve."""
    xyz = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]).T
    white_xyz = np.array([white[0] / white[1], 1.0, (1 - white[0] - white[1]) / white[1]])
    columns = xyz * np.linalg.solve(xyz, white_xyz)
    cones = _BRADFORD @ np.array(_D50) / (_BRADFORD @ white_xyz)
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD @ columns
    kind, *values = curve
    tone = b"para" + struct.pack(">IHH", 0, int(kind), 0)
    tone += b"".join(struct.pack(">i", round(value * 65536)) for value in values)
    tags = {b"wtpt": _xyz(_D50), **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tone)}
    columns_by_name = zip((b"rXYZ", b"gXYZ", b"bXYZ"), adapted.T, strict=True)
    tags |= {name: _xyz(column) for name, column in columns_by_name}
    text = b"RGB as the file's metadata tell"
    tags[b"desc"] = b"desc" + struct.pack(">II", 0, len(text) + 1) + text + bytes(1 + 78)
    tags[b"cprt"] = b"text" + bytes(4) + b"none\0"
    return _with_tags(srgb_profile()[:128], tags)


def _xyz(values: Iterable[float]) -> bytes:
    """Return a tag of type XYZ."""
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(v) * 65536) for v in values))


def _with_tags(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile with the header of another."""
    offset, table, data = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, offset + len(data), len(content))
        data += padded
    size = 128 + len(table) + len(data)
    return struct.pack(">I", size) + header[4:84] + bytes(16) + header[100:128] + table + data
