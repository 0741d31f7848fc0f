"""Moments of features, their mean and covariance, over each segment.

Gradients are written out: nothing flows back through the mean that a covariance is taken about,
since weighted deviations from it sum to zero. This saves every second matrix product.

Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, eq. 3.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf


class SegmentStatistics(NamedTuple):
    """Moments of the features of K segments; those of an empty segment are 0.

    Attributes:
        mean: float32 [batch, K, channels].
        covariance: float32 [batch, K, channels, channels], taken about the mean: as a difference of
            raw moments, it and its gradient would be rounding noise in a nearly flat segment.
    """

    mean: tf.Tensor
    covariance: tf.Tensor

    @property
    def gram(self) -> tf.Tensor:
        """Gram matrices F^T diag(m_k) F / sum(m_k), float32 [batch, K, channels, channels]."""
        return self.covariance + self.mean[..., :, None] * self.mean[..., None, :]


def segment_statistics(features: tf.Tensor, guidance: tf.Tensor) -> SegmentStatistics:
    """Return the moments by a masked product for each segment; compiles under XLA.

    Args:
        features: float32 [batch, height, width, channels].
        guidance: float32 [batch, height, width, K], masks in [0, 1].

    Returns:
        The moments.
    """
    shape = tf.shape(features)
    flat = tf.reshape(features, [shape[0], -1, shape[3]])
    masks = tf.reshape(guidance, [shape[0], -1, guidance.shape[-1]])
    masks = tf.math.divide_no_nan(masks, tf.reduce_sum(masks, 1, keepdims=True))
    return SegmentStatistics(*_moments(flat, masks))


@dataclass(frozen=True, eq=False)
class SortedGuidance:
    """Guidance of one image as the positions that each segment covers, segment by segment.

    Only positions with a mask above 0 are held, so the cost of the moments hardly grows with the
    number of segments. Only that number is static: images of all sizes share a trace.

    Attributes:
        positions: int32 ragged [K, None], row-major positions.
        weights: float32 ragged [K, None], masks there, divided by their sum over the segment.
    """

    positions: tf.RaggedTensor
    weights: tf.RaggedTensor

    @property
    def num_segments(self) -> int:
        """Number K of segments."""
        return self.positions.shape[0]

    @classmethod
    def from_masks(cls, masks: np.ndarray) -> "SortedGuidance":
        """Sort the positions of masks, float [K, height, width] in [0, 1], by segment."""
        flat = np.asarray(masks, np.float64).reshape(len(masks), -1)
        covered = [np.flatnonzero(mask) for mask in flat]
        lengths = [len(positions) for positions in covered]
        weights = [
            mask[positions] / max(mask.sum(), np.finfo(float).tiny)
            for mask, positions in zip(flat, covered, strict=True)
        ]
        positions = tf.RaggedTensor.from_row_lengths(
            np.concatenate(covered).astype(np.int32), lengths
        )
        return cls(positions, positions.with_flat_values(np.concatenate(weights).astype("f4")))

    def __tf_flatten__(self) -> tuple[tuple, tuple]:
        """Split into static metadata and tensors, for `tf.nest` and `tf.function`."""
        return (self.num_segments,), (self.positions, self.weights)

    @classmethod
    def __tf_unflatten__(cls, metadata: tuple, components: tuple) -> "SortedGuidance":
        """Inverse of `__tf_flatten__`."""
        return cls(*components)


def sorted_segment_statistics(features: tf.Tensor, guidance: SortedGuidance) -> SegmentStatistics:
    """Return the `segment_statistics` of one image, from the positions of each segment alone.

    Args:
        features: float32 [1, height, width, channels].
        guidance: the segments' positions at that size.

    Returns:
        The moments, with a batch of 1.
    """
    num_segments = guidance.num_segments
    lengths = guidance.positions.row_lengths()
    positions = guidance.positions.flat_values
    weights = tf.split(guidance.weights.flat_values[:, None], lengths, num=num_segments)

    @tf.custom_gradient
    def moments(flat: tf.Tensor) -> Any:
        num_positions = tf.shape(flat)[0]
        parts = tf.split(tf.gather(flat, positions), lengths, num=num_segments)
        means = [tf.matmul(w, p, transpose_a=True) for w, p in zip(weights, parts, strict=True)]
        deviations = [part - mean for part, mean in zip(parts, means, strict=True)]
        pairs = zip(deviations, weights, strict=True)
        covariance = tf.stack([tf.matmul(d * w, d, transpose_a=True) for d, w in pairs])

        def gradient(d_mean: tf.Tensor, d_covariance: tf.Tensor) -> tf.Tensor:
            d_covariance = d_covariance + tf.transpose(d_covariance, [0, 2, 1])
            each = zip(
                tf.split(d_mean, num_segments),
                tf.unstack(d_covariance, num_segments),
                deviations,
                weights,
                strict=True,
            )
            slopes = [
                (tf.matmul(deviation, slope) + shift) * weight
                for shift, slope, deviation, weight in each
            ]
            return tf.math.unsorted_segment_sum(tf.concat(slopes, 0), positions, num_positions)

        return (tf.concat(means, 0), covariance), gradient

    mean, covariance = moments(tf.reshape(features, [-1, features.shape[3]]))
    return SegmentStatistics(mean[None], covariance[None])


@tf.custom_gradient
def _moments(flat: tf.Tensor, masks: tf.Tensor) -> Any:
    """Return means and covariances, with their gradient.

    Args:
        flat: float32 [batch, positions, channels].
        masks: float32 [batch, positions, K], each with a sum of 1, or of 0.
    """
    mean = tf.matmul(masks, flat, transpose_a=True)
    segments = range(masks.shape[-1])
    weights = [masks[..., k : k + 1] for k in segments]
    deviations = [flat - mean[:, k, None] for k in segments]
    pairs = zip(deviations, weights, strict=True)
    covariance = tf.stack([tf.matmul(d * w, d, transpose_a=True) for d, w in pairs], 1)

    def gradient(d_mean: tf.Tensor, d_covariance: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        d_covariance = d_covariance + tf.linalg.matrix_transpose(d_covariance)
        d_means = [d_mean[:, k, None] for k in segments]
        slopes = [tf.matmul(deviations[k], d_covariance[:, k]) for k in segments]
        d_flat = tf.add_n([(slopes[k] + d_means[k]) * weights[k] for k in segments])
        d_masks = [flat * d_means[k] + deviations[k] * slopes[k] / 2 for k in segments]
        return d_flat, tf.stack([tf.reduce_sum(d_mask, 2) for d_mask in d_masks], 2)

    return (mean, covariance), gradient
