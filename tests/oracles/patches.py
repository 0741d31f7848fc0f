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
    """Squared distances of patches from those chosen, summed, over the spread of the style."""
    offered = patches(style, patch_size)
    distance = sum(
        ((patch - offered[index]) ** 2).sum()
        for patch, index in zip(patches(features, patch_size), indices, strict=True)
    )
    flat = style.reshape(-1, style.shape[-1]).astype(np.float64)
    spread = ((flat - flat.mean(0)) ** 2).sum(1).mean() + 1e-6 * (flat**2).sum(1).mean()
    return float(distance / (len(indices) * patch_size**2 * spread))
