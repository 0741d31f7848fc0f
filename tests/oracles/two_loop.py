"""Oracle: the textbook product with the L-BFGS inverse Hessian, in NumPy.

Source: Nocedal and Wright, "Numerical Optimization", 2006, algorithm 7.4 and eq. 6.17.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Pairs = list[tuple[np.ndarray, np.ndarray]]


def two_loop(
    gradient: np.ndarray, pairs: Pairs, initial: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """H g for pairs (s, y), oldest first, and H0 = initial."""
    q = gradient.copy()
    alphas = []
    for s, y in reversed(pairs):
        alpha = (s @ q) / (s @ y)
        q -= alpha * y
        alphas.append(alpha)
    r = initial(q)
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        r += s * (alpha - (y @ r) / (s @ y))
    return r


def dense_bfgs(pairs: Pairs, initial: np.ndarray) -> np.ndarray:
    """H itself, from the dense matrix H0, by one BFGS update a pair."""
    h, one = initial.copy(), np.eye(len(initial))
    for s, y in pairs:
        rho = 1 / (s @ y)
        h = (one - rho * np.outer(s, y)) @ h @ (one - rho * np.outer(y, s)) + rho * np.outer(s, s)
    return h
