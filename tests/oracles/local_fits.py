"""Oracles: weighted ridge fits to colours, one window at a time, in float64."""

from __future__ import annotations

import numpy as np


def tent(size: int, centre: float, half_width: float) -> np.ndarray:
    """Values of a tent at the pixels of an axis."""
    return np.array([max(1 - abs(i - centre) / half_width, 0.0) for i in range(size)])


def tent_windows(height: int, width: int, spacing: float) -> list[np.ndarray]:
    """Products of evenly spaced tents, each float64 [height, width]; together they sum to 1."""

    def axis(size: int) -> list[np.ndarray]:
        intervals = min(max(round((size - 1) / spacing), 1), size - 1)
        gap = (size - 1) / intervals
        return [tent(size, k * gap, gap) for k in range(intervals + 1)]

    return [np.outer(row, column) for row in axis(height) for column in axis(width)]


def box_windows(height: int, width: int, radius: int) -> list[np.ndarray]:
    """A cut-off square window of ones around every pixel, in row-major order."""
    windows = []
    for y in range(height):
        for x in range(width):
            window = np.zeros((height, width))
            window[max(y - radius, 0) : y + radius + 1, max(x - radius, 0) : x + radius + 1] = 1
            windows.append(window)
    return windows


def ridge_fit(
    image: np.ndarray, target: np.ndarray, weights: np.ndarray, epsilon: float
) -> np.ndarray:
    """(offset, slopes) of a window, [4, channels]: slopes (Sigma + epsilon)^-1 cov(I, p)."""
    colors = image.reshape(-1, 3).astype(np.float64)
    values = target.reshape(len(colors), -1).astype(np.float64)
    w = weights.ravel() / weights.sum()
    mean_color, mean_value = w @ colors, w @ values
    d = colors - mean_color
    covariance = (d * w[:, None]).T @ d
    cross = (d * w[:, None]).T @ (values - mean_value)
    slopes = np.linalg.solve(covariance + epsilon * np.eye(3), cross)
    return np.vstack([mean_value - mean_color @ slopes, slopes])


def guided_filter_matrix(
    image: np.ndarray, windows: list[np.ndarray], epsilon: float
) -> np.ndarray:
    """K of `matting.GuidedFilter`, [pixels, pixels]: what the windows' fits make of unit images."""
    num_pixels = image.shape[0] * image.shape[1]
    homogeneous = np.hstack([np.ones((num_pixels, 1)), image.reshape(-1, 3).astype(np.float64)])
    total = np.zeros((num_pixels, num_pixels))
    for weights in windows:
        fit = ridge_fit(image, np.eye(num_pixels), weights, epsilon)
        total += weights.reshape(-1, 1) * (homogeneous @ fit)
    return total


def averaged_fits(image: np.ndarray, output: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """Mean over the windows around each pixel of their fits, [height, width, 4, 3]."""
    height, width, _ = image.shape
    windows = box_windows(height, width, radius)
    fits = np.array([ridge_fit(image, output, window, epsilon) for window in windows])
    # The windows whose centres lie in the window around a pixel are those that hold the pixel.
    means = [fits[window.ravel() > 0].mean(0) for window in windows]
    return np.reshape(means, (height, width, 4, 3))
