"""Moments of the features of a segment, and distances between two of them."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

_ROUNDING_FLOOR = 1e-9  # of the features' energy: rounding of constant features is not spread


class Moments(NamedTuple):
    """Moments of the features of one segment.

    Attributes:
        mean: float64 [channels].
        covariance: float64 [channels, channels].
    """

    mean: np.ndarray
    covariance: np.ndarray

    @property
    def gram(self) -> np.ndarray:
        """Mean of f f^T, float64 [channels, channels]."""
        return self.covariance + np.outer(self.mean, self.mean)


def moments(features: np.ndarray, mask: np.ndarray) -> Moments:
    """Return the mask-weighted moments of features, from the positions that the mask covers.

    Args:
        features: float32 [h, w, channels].
        mask: float32 [h, w], in [0, 1], not all 0.

    Returns:
        The moments.
    """
    is_covered = mask > 0
    weights = (mask[is_covered] / mask.sum(dtype=np.float64)).astype(np.float32)
    rows = features[is_covered]  # a copy, so it may be changed
    # Centred first: beside a large mean float32 would lose the covariance. `shift` is what
    # rounding left of the mean.
    mean = np.einsum("n,nc->c", weights, rows)
    rows -= mean
    shift = np.einsum("n,nc->c", weights, rows).astype(np.float64)
    rows *= np.sqrt(weights)[:, None]
    covariance = _product(rows).astype(np.float64)
    return Moments(mean + shift, covariance - np.outer(shift, shift))


def relative_gram_distance(output: Moments, style: Moments) -> float:
    """Return |G_o - G_s|^2 / |G_s|^2 (Gatys et al. 2016, eq. 4, over the target's energy)."""
    return ratio(np.square(output.gram - style.gram).sum(), np.square(style.gram).sum())


def relative_statistics_distance(output: Moments, style: Moments) -> float:
    """Return the mean of two distances in [0, 1], one of means and one of covariances.

    With d = |mu_o - mu_s|^2: d / (d + tr S_o + tr S_s), and |S_o - S_s|^2 / (|S_o|^2 + |S_s|^2).
    """
    covariance, style_covariance = output.covariance, style.covariance
    rounding = _ROUNDING_FLOOR * (np.trace(output.gram) + np.trace(style.gram))
    of_means = np.square(output.mean - style.mean).sum()
    spread = np.trace(covariance) + np.trace(style_covariance) + rounding
    of_covariances = np.square(covariance - style_covariance).sum()
    energy = np.square(covariance).sum() + np.square(style_covariance).sum() + rounding**2
    return (ratio(of_means, of_means + spread) + ratio(of_covariances, energy)) / 2


def ratio(part: float, whole: float) -> float:
    """Divide two values that are at least 0; 0 / 0 is 0, any other part of 0 is infinite."""
    if part == 0:
        return 0.0
    return float(part / whole) if whole > 0 else float("inf")


def _product(rows: np.ndarray) -> np.ndarray:
    """Return rows^T rows, float32 [channels, channels].

    By TensorFlow, whose threads yield: NumPy's take up to a hundred times as long on a busy
    machine. On the CPU, since GPUs round the factors to 10 bits.
    """
    with tf.device("CPU:0"):
        return tf.matmul(rows, rows, transpose_a=True).numpy()
