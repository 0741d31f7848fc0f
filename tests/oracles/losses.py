"""Oracles: the losses and their statistics, position by position, in float64 NumPy."""

from __future__ import annotations

import numpy as np


def gram(features: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Mask-weighted mean of f f^T over the positions of [height, width, channels]; 0 if empty."""
    height, width, channels = features.shape
    total, mass = np.zeros((channels, channels)), 0.0
    for y in range(height):
        for x in range(width):
            weight = 1.0 if mask is None else float(mask[y, x])
            f = features[y, x].astype(np.float64)
            total += weight * np.outer(f, f)
            mass += weight
    return total / mass if mass else total


def mean(features: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mask-weighted mean of features, [channels]; 0 if empty."""
    weights = mask.astype(np.float64)[..., None]
    mass = weights.sum()
    return (weights * features).sum((0, 1)) / mass if mass else np.zeros(features.shape[-1])


def covariance(features: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mask-weighted mean of (f - mean)(f - mean)^T; 0 if empty."""
    return gram(features - mean(features, mask), mask)


def segment_centred_loss(
    style: np.ndarray, style_masks: np.ndarray, features: np.ndarray, masks: np.ndarray
) -> float:
    """Relative distances of means and covariances over segments; masks [height, width, K]."""
    whole = covariance(style, np.ones(style.shape[:2]))
    rounding = 1e-6 * (style**2).sum(-1).mean()
    total = 0.0
    for k in range(masks.shape[-1]):
        style_mask, mask = style_masks[..., k], masks[..., k]
        if not style_mask.any() or not mask.any():
            continue
        target = covariance(style, style_mask)
        d_mean = mean(features, mask) - mean(style, style_mask)
        d_covariance = covariance(features, mask) - target
        of_means = (d_mean**2).sum() / (np.trace(target) + 0.05 * np.trace(whole) + rounding)
        energy = (target**2).sum() + 0.05**2 * (whole**2).sum() + rounding**2
        total += mask.mean() * (of_means + (d_covariance**2).sum() / energy)
    return total


def segment_gram_loss(
    style: np.ndarray,
    style_masks: np.ndarray,
    features: np.ndarray,
    masks: np.ndarray,
    normalization: str,
) -> float:
    """Distances of Gram matrices over segments; masks [height, width, K]."""
    total = 0.0
    for k in range(masks.shape[-1]):
        style_mask, mask = style_masks[..., k], masks[..., k]
        if not style_mask.any() or not mask.any():
            continue
        target = gram(style, style_mask)
        distance = ((gram(features, mask) - target) ** 2).sum()
        divisor = {"relative": (target**2).sum(), "luan": 2 * len(target) ** 2}[normalization]
        total += mask.mean() * distance / divisor
    return total


def total_variation(image: np.ndarray) -> float:
    """Squared differences to the right and lower neighbours, by pixel, over their number."""
    height, width, _ = image.shape
    total = 0.0
    for y in range(height):
        for x in range(width):
            if y + 1 < height:
                total += ((image[y + 1, x] - image[y, x]) ** 2).sum()
            if x + 1 < width:
                total += ((image[y, x + 1] - image[y, x]) ** 2).sum()
    return total / (height * width)


def gamut(image: np.ndarray) -> float:
    """Squared excess over [0, 1] of every channel, by pixel, over their number."""
    total = 0.0
    for value in image.ravel():
        total += max(value - 1, 0) ** 2 + max(-value, 0) ** 2
    return total / (image.shape[0] * image.shape[1])
