"""Oracle: the matting Laplacian by its definition, window by window, in exact rational numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np


def windows(height: int, width: int, radius: int) -> Iterator[list[tuple[int, int]]]:
    """Pixels of every square window that lies inside an image."""
    side = 2 * radius + 1
    for top in range(height - side + 1):
        for left in range(width - side + 1):
            yield [(top + y, left + x) for y in range(side) for x in range(side)]


def inverse_3x3(matrix: list[list[Any]]) -> list[list[Any]]:
    """Adjugate over determinant: exact for fractions."""

    def cofactor(row: int, column: int) -> Any:
        a, b = (i for i in range(3) if i != row)
        c, d = (i for i in range(3) if i != column)
        minor = matrix[a][c] * matrix[b][d] - matrix[a][d] * matrix[b][c]
        return minor if (row + column) % 2 == 0 else -minor

    determinant = sum(matrix[0][i] * cofactor(0, i) for i in range(3))
    return [[cofactor(j, i) / determinant for j in range(3)] for i in range(3)]


def exact_laplacian(image: np.ndarray, epsilon: float, radius: int = 1) -> np.ndarray:
    """Levin et al. 2008, eq. 12, summed in fractions; float64 [pixels, pixels]."""
    height, width, _ = image.shape
    total = [[Fraction(0)] * (height * width) for _ in range(height * width)]
    for window in windows(height, width, radius):
        area = len(window)
        colors = [[Fraction(float(v)) for v in image[pixel]] for pixel in window]
        mean = [sum(color[c] for color in colors) / area for c in range(3)]
        deviations = [[color[c] - mean[c] for c in range(3)] for color in colors]
        covariance = [
            [sum(d[row] * d[column] for d in deviations) / area for column in range(3)]
            for row in range(3)
        ]
        for c in range(3):
            covariance[c][c] += Fraction(epsilon) / area
        inverse = inverse_3x3(covariance)
        for i, (yi, xi) in enumerate(window):
            projected = [sum(deviations[i][r] * inverse[r][c] for r in range(3)) for c in range(3)]
            for j, (yj, xj) in enumerate(window):
                affinity = sum(projected[c] * deviations[j][c] for c in range(3))
                entry = Fraction(int(i == j)) - (1 + affinity) / area
                total[yi * width + xi][yj * width + xj] += entry
    return np.array(total, np.float64)


def affine_residual(image: np.ndarray, x: np.ndarray, epsilon: float, radius: int = 1) -> float:
    """Sum over windows and channels of min over a, b of |x - I a - b|^2 + epsilon |a|^2."""
    total = 0.0
    for window in windows(*image.shape[:2], radius):
        rows, columns = np.transpose(window)
        colors = image[rows, columns].astype(np.float64)
        # The ridge as three more equations, sqrt(epsilon) a = 0.
        ridge = np.sqrt(epsilon) * np.eye(3)
        system = np.block([[colors, np.ones((len(window), 1))], [ridge, np.zeros((3, 1))]])
        for channel in np.moveaxis(x[rows, columns].astype(np.float64), -1, 0):
            values = np.append(channel, np.zeros(3))
            solution = np.linalg.lstsq(system, values, rcond=None)[0]
            total += np.sum((system @ solution - values) ** 2)
    return total
