"""Sums over square windows."""

import cv2
import numpy as np


def box_sum(planes: np.ndarray, radius: int) -> np.ndarray:
    """Sum every plane over the window of `2 * radius + 1` pixels a side around each pixel.

    Windows are cut off at the border: what lies outside counts as zero.

    Args:
        planes: float32 or float64 [..., height, width].
        radius: half the window's side, in pixels, at least 0.

    Returns:
        Array of the same shape and dtype.
    """
    height, width = planes.shape[-2:]
    side = 2 * radius + 1
    flat = planes.reshape(-1, height, width)
    sums = [
        cv2.boxFilter(plane, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
        for plane in flat
    ]
    return np.stack(sums).reshape(planes.shape)


def window_count(size: tuple[int, int], radius: int) -> np.ndarray:
    """Number of pixels in the cut-off window around each pixel, float64 (height, width)."""
    return box_sum(np.ones(size), radius)
