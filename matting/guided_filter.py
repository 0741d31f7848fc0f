"""The symmetric guided-filter operator: a smoother that follows an image's colours.

Source: He, Sun and Tang, "Guided Image Filtering", 2013; He and Sun, "Fast Guided Filter", 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import tensorflow as tf


@dataclass(frozen=True, eq=False)
class GuidedFilter:
    """A symmetric, positive semi-definite smoother K with outputs locally affine in the guide.

    K p = sum_k w_k(i) [mean_k(p) + (I_i - mu_k)^T (Sigma_k + epsilon)^-1 cov_k(I, p)], a sum over
    windows k of the weighted ridge fit of p to the colours of the guide I.

    Deviation: instead of a box around each pixel, the windows are tents on a grid of the given
    spacing, with weights that sum to 1 at each pixel; and several such grids are added with
    weights. A sum of fits over any set of windows is symmetric and semi-definite, so this one is
    too, without a rule for borders, and it costs four small matrix products. A tent as wide as two
    spacings smooths like a box with a radius of 0.7 * spacing.

    Instances may be arguments of a `tf.function`; those with the same number of grids share a trace
    for all sizes.

    Attributes:
        image: float32 [height, width, 3], the guide.
        grids: the windows, one grid for each scale.
        identity: float32 scalar, weight alpha of the identity that is added to K.
    """

    image: tf.Tensor
    grids: tuple[WindowGrid, ...]
    identity: tf.Tensor

    @classmethod
    def from_image(
        cls,
        image: np.ndarray,
        spacings: Sequence[float] = (12.0,),
        weights: Sequence[float] | None = None,
        epsilon: float = 1e-3,
        identity: float = 0.0,
    ) -> GuidedFilter:
        """Build the operator sum_s weight_s K_s + identity * Id of a guide image.

        Args:
            image: float [height, width, 3], RGB in [0, 1], at least 2x2.
            spacings: distance between window centres in pixels, above 0, for each scale.
            weights: weight of each scale, above 0; None sets each to 1.
            epsilon: ridge on the colour slopes of a window, above 0.
            identity: weight of the identity, at least 0.

        Returns:
            The operator.

        Raises:
            ValueError: the image or a parameter is out of range.
        """
        image = np.asarray(image)
        if image.ndim != 3 or image.shape[-1] != 3 or min(image.shape[:2]) < 2:
            raise ValueError(
                f"image has shape {image.shape}, must be [height, width, 3] of at least 2x2; "
                "convert it to RGB."
            )
        weights = [1.0] * len(spacings) if weights is None else weights
        if not spacings or len(weights) != len(spacings) or min(*spacings, *weights) <= 0:
            raise ValueError(
                f"spacings = {spacings}, weights = {weights}: they must be above 0, and there "
                "must be as many of both, at least one."
            )
        if epsilon <= 0 or identity < 0:
            raise ValueError(
                f"epsilon = {epsilon}, identity = {identity}: epsilon must be above 0, identity "
                "at least 0; the defaults suit a photo."
            )
        grids = tuple(
            WindowGrid.from_image(image, spacing, weight, epsilon)
            for spacing, weight in zip(spacings, weights, strict=True)
        )
        return cls(tf.constant(image, tf.float32), grids, tf.constant(identity, tf.float32))

    def __call__(self, p: tf.Tensor) -> tf.Tensor:
        """Return (K + identity * Id) p.

        Args:
            p: float32 [height, width, channels], of the guide's size.

        Returns:
            float32 [height, width, channels].
        """
        return _apply(self.image, self.grids, p) + self.identity * p

    def __tf_flatten__(self) -> tuple[tuple, tuple]:
        """Split into static metadata and tensors, for `tf.nest` and `tf.function`."""
        return (len(self.grids),), (self.image, self.grids, self.identity)

    @classmethod
    def __tf_unflatten__(cls, metadata: tuple, components: tuple) -> GuidedFilter:
        """Inverse of `__tf_flatten__`."""
        return cls(*components)


class WindowGrid(NamedTuple):
    """The windows of one scale, and what each needs to fit p to the colours of the guide.

    Attributes:
        rows: float32 [num_rows, height], window weights along y.
        columns: float32 [num_columns, width], window weights along x.
        shares: float32 [num_rows, num_columns], weight of the scale over the window's mass |w|.
        means: float32 [num_rows, num_columns, 3], mean colour mu.
        precisions: float32 [num_rows, num_columns, 3, 3], share times (Sigma + epsilon)^-1, with
            Sigma the covariance of the colours.
    """

    rows: tf.Tensor
    columns: tf.Tensor
    shares: tf.Tensor
    means: tf.Tensor
    precisions: tf.Tensor

    @classmethod
    def from_image(
        cls, image: np.ndarray, spacing: float, weight: float, epsilon: float
    ) -> WindowGrid:
        """Place windows on a guide [height, width, 3]; see `GuidedFilter.from_image`."""
        height, width, _ = image.shape
        rows, columns = tent_weights(height, spacing), tent_weights(width, spacing)
        homogeneous = np.concatenate([np.ones((height, width, 1)), image.astype(np.float64)], -1)
        # A window's moments sum(w [1, I] [1, I]^T); columns first, which needs little memory.
        moments = np.empty((len(rows), len(columns), 4, 4))
        for c in range(4):
            products = columns @ (homogeneous * homogeneous[..., c : c + 1])
            moments[..., c] = np.tensordot(rows, products, 1)
        mass = moments[..., 0, 0].copy()
        moments /= mass[..., None, None]
        means = moments[..., 0, 1:]
        covariances = moments[..., 1:, 1:] - means[..., :, None] * means[..., None, :]
        precisions = np.linalg.inv(covariances + epsilon * np.eye(3))
        shares = weight / mass
        arrays = rows, columns, shares, means, shares[..., None, None] * precisions
        return cls(*(tf.constant(array, tf.float32) for array in arrays))

    def fit(self, z: tf.Tensor) -> tf.Tensor:
        """Return the coefficients (offset, slopes) of each window's ridge fit.

        Args:
            z: float32 [num_rows, num_columns, 4, channels], the moments (sum w p, sum w p I).

        Returns:
            The same shape. The offset is computed from the rounded slopes, so that their errors
            cancel in the fitted values even where slopes are steep.
        """
        total, products = z[:, :, :1], z[:, :, 1:]
        means = self.means[..., None]
        slopes = tf.matmul(self.precisions, products - means * total)
        offset = self.shares[..., None, None] * total
        offset -= tf.reduce_sum(means * slopes, 2, keepdims=True)
        return tf.concat([offset, slopes], 2)


def tent_weights(size: int, spacing: float) -> np.ndarray:
    """Return the weights of evenly spaced, overlapping tent-shaped windows along an axis.

    Args:
        size: number of pixels, at least 2.
        spacing: wanted distance between window centres in pixels, above 0.

    Returns:
        float64 [num_windows, size], with at least two windows and at most one for each pixel, so
        that none is empty; each column sums to 1.
    """
    num_windows = min(max(round((size - 1) / spacing), 1) + 1, size)
    centres = np.linspace(0, size - 1, num_windows)
    distance = np.abs(np.arange(size) - centres[:, None])
    return np.maximum(1 - distance / (centres[1] - centres[0]), 0)


@tf.function(jit_compile=True, autograph=False)
def _apply(image: tf.Tensor, grids: tuple[WindowGrid, ...], p: tf.Tensor) -> tf.Tensor:
    """Sum the averaged fits over the grids, which share all passes over whole images."""
    height, width = tf.unstack(tf.shape(p)[:2])
    channels = p.shape[2]
    rows = tf.concat([grid.rows for grid in grids], 0)
    z = tf.concat([p] + [p * image[..., c : c + 1] for c in range(3)], -1)
    z = tf.matmul(rows, tf.reshape(z, [height, -1]))
    parts = tf.split(z, [tf.shape(grid.rows)[0] for grid in grids])
    spread = []
    for grid, part in zip(grids, parts, strict=True):
        num_rows, num_columns = tf.shape(grid.rows)[0], tf.shape(grid.columns)[0]
        # The moments of each window, its fit, and for each column the average of its windows' fits.
        part = tf.matmul(grid.columns, tf.reshape(part, [num_rows, width, 4 * channels]))
        fit = grid.fit(tf.reshape(part, [num_rows, num_columns, 4, channels]))
        fit = tf.reshape(fit, [num_rows, num_columns, 4 * channels])
        spread.append(tf.matmul(grid.columns, fit, transpose_a=True))
    fits = tf.reshape(tf.concat(spread, 0), [-1, 4 * width * channels])
    fits = tf.reshape(tf.matmul(rows, fits, transpose_a=True), [height, width, 4, channels])
    slopes = sum(fits[:, :, 1 + c] * image[..., c : c + 1] for c in range(3))
    return fits[:, :, 0] + slopes
