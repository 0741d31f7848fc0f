"""Random pictures for the tests of image files."""

from __future__ import annotations

import numpy as np

HEIGHT, WIDTH = 40, 48


def random_pixels(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape or (HEIGHT, WIDTH, 3), dtype=np.uint8)


def as_float(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) / np.float32(255)
