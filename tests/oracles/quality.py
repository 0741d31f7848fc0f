"""Oracles: the quality measures by their definitions, in float64 and without a fast path."""

from __future__ import annotations

import numpy as np


def window_ssim(x: np.ndarray, y: np.ndarray) -> float:
    """Wang et al. 2004, eq. 13: mean over all 11x11 Gaussian windows inside float64 planes."""
    reach = np.arange(-5, 6)
    kernel = np.exp(-(reach[:, None] ** 2 + reach**2) / (2 * 1.5**2))
    kernel /= kernel.sum()
    height, width = x.shape
    similarities = []
    for top in range(height - 10):
        for left in range(width - 10):
            window = np.s_[top : top + 11, left : left + 11]
            mean_x, mean_y = (kernel * x[window]).sum(), (kernel * y[window]).sum()
            dx, dy = x[window] - mean_x, y[window] - mean_y
            structure = 2 * (kernel * dx * dy).sum() + 0.0009
            structure /= (kernel * dx**2).sum() + (kernel * dy**2).sum() + 0.0009
            luminance = (2 * mean_x * mean_y + 0.0001) / (mean_x**2 + mean_y**2 + 0.0001)
            similarities.append(luminance * structure)
    return float(np.mean(similarities))


def sobel_edges(plane: np.ndarray) -> np.ndarray:
    """Sobel magnitude over its maximum, border pixels repeated."""
    height, width = plane.shape
    padded = np.pad(plane, 1, mode="edge")
    magnitude = np.zeros_like(plane)
    for y in range(height):
        for x in range(width):
            p = padded[y : y + 3, x : x + 3]
            horizontal = (p[:, 2] - p[:, 0]) @ [1, 2, 1]
            vertical = (p[2] - p[0]) @ [1, 2, 1]
            magnitude[y, x] = np.hypot(horizontal, vertical)
    return magnitude / magnitude.max() if magnitude.any() else magnitude


def area_mask(inside: np.ndarray, factor: int) -> np.ndarray:
    """Share of each square block of pixels that lies inside."""
    height, width = inside.shape
    blocks = inside.reshape(height // factor, factor, width // factor, factor)
    return blocks.mean((1, 3))


def weighted_moments(features: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, ...]:
    """Mean, covariance and Gram matrix of features under a mask, position by position."""
    rows = features.reshape(-1, features.shape[-1]).astype(np.float64)
    weights = mask.ravel().astype(np.float64) / mask.sum(dtype=np.float64)
    mean = sum(w * f for w, f in zip(weights, rows, strict=True))
    covariance = sum(w * np.outer(f - mean, f - mean) for w, f in zip(weights, rows, strict=True))
    gram = sum(w * np.outer(f, f) for w, f in zip(weights, rows, strict=True))
    return mean, covariance, gram


def color_features(image: np.ndarray) -> dict[str, np.ndarray]:
    """Features without a network: colours and their products, at full and at half size."""
    products = image[..., :, None] * image[..., None, :]
    full = np.concatenate([image, products.reshape(*image.shape[:2], 9)], -1)
    return {"full": full, "half": full[::2, ::2] - 0.3}
