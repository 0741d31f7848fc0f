"""Oracle: Adam as printed, Kingma and Ba 2015, algorithm 1, with a matrix on the gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def naive_adam(
    gradient: Callable[[np.ndarray], np.ndarray],
    theta: np.ndarray,
    alpha: float,
    num_steps: int,
    matrix: np.ndarray,
    epsilon: float,
) -> list[np.ndarray]:
    """Positions theta_0 to theta_num_steps."""
    m = v = np.zeros_like(theta)
    positions = [theta]
    for t in range(1, num_steps + 1):
        g = matrix @ gradient(theta)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        theta = theta - alpha * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + epsilon)
        positions.append(theta)
    return positions
