"""Functions to minimise, each returning (value, gradient)."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

ValueAndGradient = tuple[tf.Tensor, tf.Tensor]


def rosenbrock(x: tf.Tensor) -> ValueAndGradient:
    """Sum of 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2: a curved valley, minimum 0 at ones."""
    a, b = x[:-1], x[1:]
    valley, slope = b - a * a, 1 - a
    value = tf.reduce_sum(100 * valley**2 + slope**2)
    zero = tf.zeros_like(x[:1])
    gradient = tf.concat([-400 * a * valley - 2 * slope, zero], 0)
    return value, gradient + tf.concat([zero, 200 * valley], 0)


class Quadratic:
    """(x - minimum)^T A (x - minimum) / 2 for a diagonal or dense A."""

    def __init__(self, matrix: np.ndarray, minimum: np.ndarray) -> None:
        self.matrix = np.diag(matrix) if matrix.ndim == 1 else matrix
        self.minimum = minimum

    def __call__(self, x: tf.Tensor) -> ValueAndGradient:
        """(value, gradient) at x, [n]."""
        d = x - tf.constant(self.minimum, x.dtype)
        gradient = tf.linalg.matvec(tf.constant(self.matrix, x.dtype), d)
        return tf.reduce_sum(d * gradient) / 2, gradient

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """The gradient in NumPy."""
        return self.matrix @ (x - self.minimum)


class Counted:
    """A function that counts its evaluations, and keeps the values; not under XLA."""

    def __init__(self, function) -> None:
        self.function = function
        self.values: list[float] = []

    def __call__(self, x: tf.Tensor) -> ValueAndGradient:
        """(value, gradient) of the function at x."""

        def record(value: tf.Tensor) -> tf.Tensor:
            self.values.append(float(value))
            return value

        value, gradient = self.function(x)
        value = tf.ensure_shape(tf.py_function(record, [value], value.dtype), [])
        return value, gradient
