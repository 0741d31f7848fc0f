"""Sums over square windows."""

import cv2
import numpy as np


def box_sum(planes: np.ndarray, radius: int) -> np.ndarray:
    """Sum each plane over the square window around each pixel, with sides of 2 * radius + 1.

    Windows are cut off at the border: pixels outside count as zero.

    Args:
        planes: float32 or float64 [..., height, width].
        radius: half a window's side in pixels, at least 0.

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
    """Count the pixels in the cut-off window around each pixel.

    Args:
        size: (height, width).
        radius: half a window's side in pixels, at least 0.

    Returns:
        float64 [height, width].
    """
    return box_sum(np.ones(size), radius)
