"""Small pictures that a matting Laplacian is tested on."""

from __future__ import annotations

import numpy as np


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A smooth colour image with noise, 8 bits deep, as float32."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    ramps = np.stack([np.sin(0.3 * y + 0.1 * x), np.cos(0.2 * x), np.sin(0.15 * (x - y))], -1)
    noisy = 0.5 + 0.3 * ramps + generator.normal(0, 0.05, ramps.shape)
    return (np.round(255 * np.clip(noisy, 0, 1)) / 255).astype(np.float32)


def grey(height: int, width: int) -> np.ndarray:
    """Equal channels: each window's covariance has rank 1."""
    return np.repeat(photo(height, width)[..., :1], 3, -1)


def flat(height: int, width: int) -> np.ndarray:
    """One colour: each window's covariance is 0."""
    return np.full((height, width, 3), np.float32(0.3))


def noise(height: int, width: int, channels: int = 3) -> np.ndarray:
    """Independent values in [0, 1]."""
    return np.random.default_rng(1).random((height, width, channels)).astype(np.float32)
