"""A guided filter whose windows are soft masks: it goes by what a pixel is, not by where it is.

Source: after He, Sun and Tang, "Guided Image Filtering", 2013, eqs. 11 to 13.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

_SUM_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class MaskedGuidedFilter:
    """A symmetric, positive semi-definite smoother K whose outputs are affine in the guide by mask.

    K p = sum_k w_k(i) [mean_k(p) + (I_i - mu_k)^T (Sigma_k + epsilon)^-1 cov_k(I, p)], a sum over
    masks k of the weighted ridge fit of p to the colours of the guide I. With one mask for each
    segment and range of lightness, what K leaves as it is are the smooth maps of colours by
    segment.

    Deviation: the windows of a guided filter are boxes around each pixel; here they are any masks,
    anywhere in the image. `GuidedFilter` has windows of place.

    Instances may be arguments of a `tf.function`; they share a trace for all sizes.

    Attributes:
        image: float32 [pixels, 3], the colours of the guide.
        masks: float32 [num_masks, pixels], those that are not empty.
        shares: float32 [num_masks, 1], one over the mask's sum.
        means: float32 [num_masks, 3], mean colour mu.
        precisions: float32 [num_masks, 3, 3], (Sigma + epsilon)^-1.
    """

    image: tf.Tensor
    masks: tf.Tensor
    shares: tf.Tensor
    means: tf.Tensor
    precisions: tf.Tensor

    @classmethod
    def from_masks(
        cls, image: np.ndarray, masks: np.ndarray, epsilon: float = 1e-2
    ) -> MaskedGuidedFilter:
        """Build the operator of a guide image and its masks.

        Args:
            image: float [height, width, 3], RGB in [0, 1].
            masks: float [num_masks, height, width], in [0, 1], with a sum of at most 1 at each
                pixel; empty ones are left out.
            epsilon: ridge on the colour slopes of a mask, above 0.

        Returns:
            The operator.

        Raises:
            ValueError: the image, the masks or epsilon are out of range, or all masks are empty.
        """
        image, masks = np.asarray(image, np.float64), np.asarray(masks, np.float32)
        if image.ndim != 3 or image.shape[-1] != 3 or masks.shape[1:] != image.shape[:2]:
            raise ValueError(
                f"image has shape {image.shape} and masks {masks.shape}, must be [height, width, "
                "3] and [num_masks, height, width]; resize the masks to the image's size."
            )
        if epsilon <= 0:
            raise ValueError(f"epsilon is {epsilon}, must be above 0; the default suits a photo.")
        if masks.size and (masks.min() < 0 or masks.sum(0).max() > 1 + _SUM_TOLERANCE):
            raise ValueError(
                "masks must be at least 0, and sum to at most 1 at each pixel; divide them by "
                "their sum."
            )
        masks = masks.reshape(len(masks), -1)
        masks = masks[masks.sum(1) > 0]
        if not len(masks):
            raise ValueError("masks are all empty, one must hold a pixel.")
        colors = image.reshape(-1, 3)
        products = (colors[:, :, None] * colors[:, None]).reshape(-1, 9)
        mass = masks.sum(1, dtype=np.float64)
        weights = masks / mass[:, None]
        means = weights @ colors
        covariances = (weights @ products).reshape(-1, 3, 3) - means[:, :, None] * means[:, None]
        precisions = np.linalg.inv(covariances + epsilon * np.eye(3))
        arrays = colors, masks, 1 / mass[:, None], means, precisions
        return cls(*(tf.constant(array, tf.float32) for array in arrays))

    def __call__(self, p: tf.Tensor) -> tf.Tensor:
        """Return K p.

        Args:
            p: float32 [height, width, channels], of the guide's size.

        Returns:
            float32 [height, width, channels].
        """
        return _apply(self, p)

    def fit(self, moments: tf.Tensor) -> tf.Tensor:
        """Return the coefficients (offset, slopes) of each mask's ridge fit.

        Args:
            moments: float32 [num_masks, 4, channels], the sums (sum w p, sum w p I).

        Returns:
            The same shape.
        """
        moments = moments * self.shares[..., None]
        mean, products = moments[:, :1], moments[:, 1:]
        centres = self.means[..., None]
        slopes = tf.matmul(self.precisions, products - centres * mean)
        offset = mean - tf.reduce_sum(centres * slopes, 1, keepdims=True)
        return tf.concat([offset, slopes], 1)

    def __tf_flatten__(self) -> tuple[tuple, tuple]:
        """Split into static metadata and tensors, for `tf.nest` and `tf.function`."""
        return (), (self.image, self.masks, self.shares, self.means, self.precisions)

    @classmethod
    def __tf_unflatten__(cls, metadata: tuple, components: tuple) -> MaskedGuidedFilter:
        """Inverse of `__tf_flatten__`."""
        return cls(*components)


@tf.function(autograph=False, reduce_retracing=True)
def _apply(operator: MaskedGuidedFilter, p: tf.Tensor) -> tf.Tensor:
    """Sum the masks' fits; outside XLA, whose matrix products are slower on a CPU."""
    channels = tf.shape(p)[2]
    values = tf.reshape(p, [-1, channels])
    colors = operator.image
    products = tf.concat([values] + [values * colors[:, c : c + 1] for c in range(3)], 1)
    moments = tf.reshape(tf.matmul(operator.masks, products), [-1, 4, channels])
    fits = tf.reshape(operator.fit(moments), [-1, 4 * channels])
    fits = tf.reshape(tf.matmul(operator.masks, fits, transpose_a=True), [-1, 4, channels])
    slopes = sum(fits[:, 1 + c] * colors[:, c : c + 1] for c in range(3))
    return tf.reshape(fits[:, 0] + slopes, tf.shape(p))
