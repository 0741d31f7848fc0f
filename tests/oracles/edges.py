"""Oracle: structural similarity of edges, one window at a time, in float64."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import sobel

from tests.oracles.local_fits import tent_windows


def edge_magnitude(image: np.ndarray, chroma_weight: float, smoothing: float) -> np.ndarray:
    """Smoothed Sobel magnitude of luma and chroma where no neighbour is missing."""
    red, green, blue = np.moveaxis(image.astype(np.float64), -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    squares = np.full(luma.shape, smoothing**2)
    for plane, weight in ((luma, 1), (red - luma, chroma_weight), (blue - luma, chroma_weight)):
        squares += weight * (sobel(plane, 0) ** 2 + sobel(plane, 1) ** 2)
    return np.sqrt(squares)[1:-1, 1:-1] - smoothing


def mean_similarity(a: np.ndarray, b: np.ndarray, spacing: float, c1: float, c2: float) -> float:
    """Mean over tent-shaped windows of the structural similarity of two planes."""
    values = []
    for window in tent_windows(*a.shape, spacing):
        w = window / window.sum()
        mean_a, mean_b = (w * a).sum(), (w * b).sum()
        var_a, var_b = (w * (a - mean_a) ** 2).sum(), (w * (b - mean_b) ** 2).sum()
        covariance = (w * (a - mean_a) * (b - mean_b)).sum()
        likeness = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
        values.append(likeness * (2 * covariance + c2) / (var_a + var_b + c2))
    return float(np.mean(values))
