"""Oracle: the gradient of a scalar function by central differences, element by element."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def finite_differences(
    function: Callable[[np.ndarray], float], x: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Slopes of function at x along every axis, float64 of x's shape."""
    slopes = np.zeros(x.shape, np.float64)
    for index in np.ndindex(x.shape):
        move = np.zeros_like(x)
        move[index] = step
        slopes[index] = (function(x + move) - function(x - move)) / (2 * step)
    return slopes
