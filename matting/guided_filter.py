"""The symmetric guided-filter operator: the smoother that keeps to an image's colours.

Source: He, Sun and Tang, "Guided Image Filtering", 2013; He and Sun, "Fast Guided Filter", 2015.
"""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf


def tent_weights(size: int, spacing: float) -> np.ndarray:
    """Weights of evenly spaced, overlapping tent-shaped windows along an axis.

    Args:
        size: number of pixels, at least 2.
        spacing: wanted distance between window centres in pixels, above 0.

    Returns:
        float64 [num_windows, size], at least two windows, at most one a pixel, so that none is
        empty; each column sums to 1.
    """
    num_windows = min(max(round((size - 1) / spacing), 1) + 1, size)
    centres = np.linspace(0, size - 1, num_windows)
    distance = np.abs(np.arange(size) - centres[:, None])
    return np.maximum(1 - distance / (centres[1] - centres[0]), 0)


def window_models(
    image: np.ndarray, rows: np.ndarray, columns: np.ndarray, epsilon: float
) -> np.ndarray:
    """Per window, the matrix that turns moments of p into its weighted local affine fit.

    With the weighted sums z = (sum p, sum p I) of a window, mass |w|, mean colour mu and
    covariance Sigma, the fit's coefficients (offset, slopes) are M z, where with
    A = (Sigma + epsilon)^-1

        M = [[1 + mu^T A mu, -mu^T A], [-A mu, A]] / |w|,  symmetric and positive definite.

    Args:
        image: [height, width, 3], RGB in [0, 1].
        rows: [num_rows, height] window weights along y.
        columns: [num_columns, width] window weights along x.
        epsilon: ridge on the slopes, above 0.

    Returns:
        float64 [num_rows, num_columns, 4, 4].
    """
    height, width, _ = image.shape
    homogeneous = np.concatenate([np.ones((height, width, 1)), image.astype(np.float64)], -1)
    # A window's moments sum(w [1, I] [1, I]^T), the columns first so that little is held.
    moments = np.empty((len(rows), len(columns), 4, 4))
    for c in range(4):
        products = columns @ (homogeneous * homogeneous[..., c : c + 1])
        moments[..., c] = np.tensordot(rows, products, 1)
    mass = moments[..., :1, :1]
    mean = moments[..., 1:, :1] / mass
    covariance = moments[..., 1:, 1:] / mass - mean @ np.swapaxes(mean, -1, -2)
    inverse = np.linalg.inv(covariance + epsilon * np.eye(3))
    models = np.empty_like(moments)
    models[..., 1:, 1:] = inverse
    models[..., 1:, :1] = -inverse @ mean
    models[..., :1, 1:] = np.swapaxes(models[..., 1:, :1], -1, -2)
    models[..., :1, :1] = 1 - np.swapaxes(mean, -1, -2) @ models[..., 1:, :1]
    return models / mass


@tf.function(jit_compile=True, autograph=False)
def _apply(
    image: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor, models: tf.Tensor, p: tf.Tensor
) -> tf.Tensor:
    height, width, channels = p.shape
    num_rows, num_columns = rows.shape[0], columns.shape[0]
    # Gather: the moments of p over each window.
    z = tf.concat([p] + [p * image[..., c : c + 1] for c in range(3)], -1)
    z = tf.matmul(rows, tf.reshape(z, [height, -1]))
    z = tf.matmul(columns, tf.reshape(z, [num_rows, width, 4 * channels]))
    # Fit, then spread: each pixel averages the fits of its windows.
    fit = tf.matmul(models, tf.reshape(z, [num_rows, num_columns, 4, channels]))
    fit = tf.reshape(fit, [num_rows, num_columns, 4 * channels])
    fit = tf.matmul(columns, fit, transpose_a=True)
    fit = tf.matmul(rows, tf.reshape(fit, [num_rows, -1]), transpose_a=True)
    fit = tf.reshape(fit, [height, width, 4, channels])
    slopes = sum(fit[:, :, 1 + c] * image[..., c : c + 1] for c in range(3))
    return fit[:, :, 0] + slopes


@dataclass(frozen=True, eq=False)
class GuidedFilter:
    """Symmetric, positive semi-definite smoother K: every output is locally affine in the guide.

    K p = sum_k w_k(i) [mean_k(p) + (I_i - mu_k)^T (Sigma_k + epsilon)^-1 cov_k(I, p)], a sum over
    windows k of the weighted ridge fit of p to the colours of the guide I.

    Deviation: instead of a box around every pixel, tent-shaped windows on a grid of the given
    spacing, whose weights sum to 1 at every pixel. A sum of fits over any set of windows is
    symmetric and semi-definite, so this one is too, with no rule for borders, and it costs four
    small matrix products. A tent as wide as two spacings smooths like a box of radius
    0.7 * spacing.

    Instances may be arguments of a `tf.function`: two images of one size share a trace.

    Attributes:
        image: float32 [height, width, 3], the guide.
        rows: float32 [num_rows, height], window weights along y.
        columns: float32 [num_columns, width], window weights along x.
        models: float32 [num_rows, num_columns, 4, 4], see `window_models`.
        identity: weight alpha of the identity that is added to K.
    """

    image: tf.Tensor
    rows: tf.Tensor
    columns: tf.Tensor
    models: tf.Tensor
    identity: tf.Tensor

    @classmethod
    def from_image(
        cls,
        image: np.ndarray,
        spacing: float = 12.0,
        epsilon: float = 1e-3,
        identity: float = 0.0,
    ) -> "GuidedFilter":
        """Build the operator K + identity * Id of a guide image.

        Args:
            image: [height, width, 3], RGB in [0, 1], at least 2x2.
            spacing: distance between window centres in pixels, above 0.
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
        if spacing <= 0 or epsilon <= 0 or identity < 0:
            raise ValueError(
                f"spacing = {spacing}, epsilon = {epsilon}, identity = {identity}: spacing and "
                "epsilon must be above 0, identity at least 0; the defaults suit a photo."
            )
        rows = tent_weights(image.shape[0], spacing)
        columns = tent_weights(image.shape[1], spacing)
        models = window_models(image, rows, columns, epsilon)
        tensors = (tf.constant(a, tf.float32) for a in (image, rows, columns, models, identity))
        return cls(*tensors)

    def __call__(self, p: tf.Tensor) -> tf.Tensor:
        """(K + identity * Id) p.

        Args:
            p: float32 [height, width, channels], of the guide's size.

        Returns:
            float32 [height, width, channels].
        """
        smooth = _apply(self.image, self.rows, self.columns, self.models, p)
        return smooth + self.identity * p

    def __tf_flatten__(self) -> tuple[tuple, tuple[tf.Tensor, ...]]:
        """Split into static metadata and tensors, for `tf.nest` and `tf.function`."""
        return (), (self.image, self.rows, self.columns, self.models, self.identity)

    @classmethod
    def __tf_unflatten__(cls, metadata: tuple, components: tuple) -> "GuidedFilter":
        """Inverse of `__tf_flatten__`."""
        return cls(*components)
