"""Pixels as files hold them, and as values in [0, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
Pixels = npt.NDArray[Any]  # uint8, uint16 or float32


def to_unit_range(pixels: Pixels) -> FloatImage:
    """Scale pixels of any type to [0, 1].

    Args:
        pixels: uint8, uint16 or float32, of any shape.

    Returns:
        float32 of the same shape; integers divided by the largest of their type.
    """
    if pixels.dtype.kind == "f":
        return pixels.astype(np.float32)
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def from_unit_range(values: FloatImage, dtype: npt.DTypeLike) -> Pixels:
    """Turn values in [0, 1] into pixels, rounded to the nearest.

    Args:
        values: float32 in [0, 1], of any shape.
        dtype: uint8, uint16 or float32.

    Returns:
        Pixels of that type and the same shape.
    """
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return values.astype(dtype)
    return np.rint(values * np.float32(np.iinfo(dtype).max)).astype(dtype)


def upright_pixels(pixels: Pixels, orientation: int) -> Pixels:
    """Return pixels upright.

    Args:
        pixels: [height, width] or [height, width, channels] as they are stored.
        orientation: of EXIF, 1 to 8; others change nothing.
    """
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
