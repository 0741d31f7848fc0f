"""Oracles: patches and their matching, one pair at a time, in float64 NumPy."""

from __future__ import annotations

import numpy as np


def patches(features: np.ndarray, patch_size: int) -> np.ndarray:
    """All patches within [height, width, channels], row by row: [patches, values]."""
    height, width, _ = features.shape
    return np.array(
        [
            features[y : y + patch_size, x : x + patch_size].astype(np.float64).ravel()
            for y in range(height - patch_size + 1)
            for x in range(width - patch_size + 1)
        ]
    )


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Normalised cross-correlation of two patches; 0 with a patch of zeros."""
    lengths = np.sqrt((a**2).sum() * (b**2).sum())
    return float((a * b).sum() / lengths) if lengths else 0.0


def correlations(output: np.ndarray, style: np.ndarray) -> np.ndarray:
    """Of each output patch with each style patch, [output patches, style patches]."""
    return np.array([[correlation(a, b) for b in style] for a in output])


def patch_loss(
    style: np.ndarray, features: np.ndarray, indices: np.ndarray, patch_size: int
) -> float:
    """Squared distances from the chosen patches, mean at a position and over these, relative."""
    height, width, _ = features.shape
    chosen = patches(style, patch_size)[indices].reshape(len(indices), patch_size, patch_size, -1)
    distances: list[list[float]] = [[] for _ in range(height * width)]
    for number, patch in enumerate(chosen):
        y, x = divmod(number, width - patch_size + 1)
        for dy, dx in np.ndindex(patch_size, patch_size):
            distance = ((features[y + dy, x + dx] - patch[dy, dx]) ** 2).sum()
            distances[(y + dy) * width + x + dx].append(distance)
    flat = style.reshape(-1, style.shape[-1]).astype(np.float64)
    spread = ((flat - flat.mean(0)) ** 2).sum(1).mean() + 1e-6 * (flat**2).sum(1).mean()
    return float(np.mean([np.mean(each) for each in distances]) / spread)
