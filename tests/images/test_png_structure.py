"""PNG files of every colour type, depth and kind of transparency, written byte by byte."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dpst import images

H, W = 33, 37
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8)}
COUNTS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
KINDS = [(kind, depth) for kind in COUNTS for depth in DEPTHS.get(kind, (8, 16))]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(values: np.ndarray, depth: int) -> bytes:
    """Rows of samples, without a filter."""
    rows = values.reshape(H, -1)
    if depth == 16:
        data = rows.astype(">u2").view(np.uint8).reshape(H, -1)
    else:
        bits = (rows[..., None] >> np.arange(depth)[::-1]) & 1
        data = np.packbits(bits.reshape(H, -1).astype(np.uint8), axis=1)
    return b"".join(b"\0" + row.tobytes() for row in data)


def png(kind: int, depth: int, values: np.ndarray, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", W, H, depth, kind, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(packed(values, depth)))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def check(path, data: bytes, color: np.ndarray, opacity: np.ndarray | None) -> None:
    path.write_bytes(data)
    photo = images.read_photo(path)
    top = np.iinfo(photo.pixels.dtype).max
    tolerance = 0.51 / 255 if top == 255 else 1e-4
    np.testing.assert_allclose(
        photo.pixels / top, np.broadcast_to(color, (H, W, 3)), atol=tolerance
    )
    if opacity is None or opacity.min() == 1:
        assert photo.alpha is None or photo.alpha.min() == np.iinfo(photo.alpha.dtype).max
    else:
        assert photo.alpha is not None
        top = np.iinfo(photo.alpha.dtype).max
        np.testing.assert_allclose(photo.alpha / top, opacity, atol=tolerance)


@settings(max_examples=60, deadline=None)
@given(
    kind_and_depth=st.sampled_from(KINDS),
    seed=st.integers(0, 99),
    has_transparency=st.booleans(),
)
def test_samples_mean_what_the_specification_says(
    tmp_path_factory: pytest.TempPathFactory,
    kind_and_depth: tuple[int, int],
    seed: int,
    has_transparency: bool,
) -> None:
    kind, depth = kind_and_depth
    rng = np.random.default_rng(seed)
    top = 2**depth - 1
    values = rng.integers(0, top + 1, (H, W, COUNTS[kind]))
    chunks, opacity = [], None
    color = values[..., :3] if kind in (RGB, RGB_ALPHA) else values[..., :1]
    color = color / top
    if kind == PALETTE:
        palette = rng.integers(0, 256, (top + 1, 3), dtype=np.uint8)
        chunks.append(chunk(b"PLTE", palette.tobytes()))
        color = palette[values[..., 0]] / 255
        if has_transparency:
            opacities = rng.integers(0, 256, top + 1, dtype=np.uint8)
            chunks.append(chunk(b"tRNS", opacities.tobytes()))
            opacity = opacities[values[..., 0]] / 255
    elif kind in (GREY_ALPHA, RGB_ALPHA):
        opacity = values[..., -1] / top
    elif has_transparency:
        clear = values[5, 7]
        chunks.append(chunk(b"tRNS", clear.astype(">u2").tobytes()))
        opacity = 1.0 - (values == clear).all(-1)
    path = tmp_path_factory.mktemp("png") / "a.png"
    check(path, png(kind, depth, values, *chunks), color, opacity)
