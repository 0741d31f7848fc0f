"""Segment-wise style losses: of means and covariances, or of raw Gram matrices.

Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, eq. 3; Kane, Shemaj
and Lemionet, "Photo Style Transfer in TensorFlow", eq. 6.
"""

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from dpst.losses.image_loss import ImageLoss
from dpst.losses.segment_statistics import SegmentStatistics, segment_statistics

NORMALIZATIONS = ("relative", "luan")
STATISTICS = ("centred", "gram")
FLOOR = 0.05  # of the whole image's spread, for segments flatter than that
ROUNDING_FLOOR = 1e-6  # of the whole image's energy, for images of one colour


class CentredTarget(NamedTuple):
    """Means and covariances to reach, and the scales of distances from them.

    Attributes:
        mean: float32 [batch, K, channels].
        covariance: float32 [batch, K, channels, channels].
        mean_scale: float32 [batch, K], divisor of squared distances of means.
        covariance_scale: float32 [batch, K], divisor of squared distances of covariances.
        shares: float32 [batch, K], weight of each segment.
    """

    mean: tf.Tensor
    covariance: tf.Tensor
    mean_scale: tf.Tensor
    covariance_scale: tf.Tensor
    shares: tf.Tensor


class GramTarget(NamedTuple):
    """Gram matrices to reach.

    Attributes:
        gram: float32 [batch, K, channels, channels].
        shares: float32 [batch, K], weight of each segment.
    """

    gram: tf.Tensor
    shares: tf.Tensor


def centred_target(
    style: SegmentStatistics, whole_style: SegmentStatistics, shares: tf.Tensor
) -> CentredTarget:
    """Return the target of `segment_centred_loss`.

    Args:
        style: moments of the style image's K segments.
        whole_style: moments of the whole style image as one segment. With weight `FLOOR` they bound
            the scales from below, so that a flat segment is not matched to the last digit; their
            energy, with weight `ROUNDING_FLOOR`, does so for an image of one colour.
        shares: float32 [batch, K], each segment's share of the content image; 0 ignores a segment.

    Returns:
        The target.
    """
    covariance, whole = style.covariance, whole_style.covariance
    energy = tf.reduce_sum(tf.square(covariance), [2, 3])
    whole_energy = tf.reduce_sum(tf.square(whole), [2, 3])
    rounding = ROUNDING_FLOOR * tf.linalg.trace(whole_style.gram)
    return CentredTarget(
        mean=style.mean,
        covariance=covariance,
        mean_scale=tf.linalg.trace(covariance) + FLOOR * tf.linalg.trace(whole) + rounding,
        covariance_scale=energy + FLOOR**2 * whole_energy + tf.square(rounding),
        shares=shares,
    )


def segment_centred_loss(target: CentredTarget, output: SegmentStatistics) -> tf.Tensor:
    """Sum the relative distances of means and of covariances over the segments.

    sum_k a_k (|d mu_k|^2 / (tr S_k + 0.05 tr S) + |d S_k|^2 / (|S_k|^2 + 0.05^2 |S|^2)), with S_k
    the covariance of the style's segment k, and S that of the whole style image. A rounding floor
    is added to both scales, see `centred_target`.

    Deviation: Luan et al. compare Gram matrices. That of features with a large mean is mostly this
    mean; taken apart, mean and covariance both count.

    Args:
        target: from `centred_target`.
        output: moments of the output image's segments.

    Returns:
        float32 [batch]; an empty segment contributes 0.
    """
    return tf.reduce_sum(segment_centred_losses(target, output), 1)


def segment_centred_losses(target: CentredTarget, output: SegmentStatistics) -> tf.Tensor:
    """Return what each segment adds to `segment_centred_loss`, float32 [batch, K].

    The gradient, of the output's moments alone, is written out: where sizes are not known, that of
    a sum takes a dozen operations to trace and to run.
    """
    of_mean = tf.math.divide_no_nan(target.shares, target.mean_scale)
    of_covariance = tf.math.divide_no_nan(target.shares, target.covariance_scale)

    @tf.custom_gradient
    def losses(mean: tf.Tensor, covariance: tf.Tensor) -> Any:
        mean -= target.mean
        covariance -= target.covariance
        distances = of_mean * tf.reduce_sum(tf.square(mean), 2)
        distances += of_covariance * tf.reduce_sum(tf.square(covariance), [2, 3])

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            twice = 2 * upstream
            by_mean = (twice * of_mean)[..., None] * mean
            return by_mean, (twice * of_covariance)[..., None, None] * covariance

        return distances, gradient

    return losses(output.mean, output.covariance)


def segment_gram_loss(
    target: GramTarget, output: SegmentStatistics, normalization: str = "relative"
) -> tf.Tensor:
    """Sum the squared distances of Gram matrices over the segments.

    Args:
        target: Gram matrices of the style's segments, and the segments' shares.
        output: moments of the output image's segments.
        normalization: "relative" divides by the squared norm of each target; "luan" is the
            paper's 1 / (2 N^2), with N channels.

    Returns:
        float32 [batch]; an empty segment contributes 0.

    Raises:
        ValueError: the normalization is unknown.
    """
    return tf.reduce_sum(segment_gram_losses(target, output, normalization), 1)


def segment_gram_losses(
    target: GramTarget, output: SegmentStatistics, normalization: str = "relative"
) -> tf.Tensor:
    """Return what each segment adds to `segment_gram_loss`, float32 [batch, K]."""
    distance = tf.reduce_sum(tf.math.squared_difference(target.gram, output.gram), [2, 3])
    if normalization == "relative":
        distance = tf.math.divide_no_nan(distance, tf.reduce_sum(tf.square(target.gram), [2, 3]))
    elif normalization == "luan":
        num_channels = tf.cast(tf.shape(target.gram)[-1], distance.dtype)
        distance = distance / (2 * tf.square(num_channels))
    else:
        raise _unknown("normalization", normalization, NORMALIZATIONS)
    return target.shares * distance


# Registered by its former name, which saved models hold.
@keras.saving.register_keras_serializable(package="dpst", name="SegmentGramLoss")
class SegmentStyleLoss(ImageLoss):
    """Segment-wise style loss of one layer.

    `SegmentStyleLoss()((style_features, style_guidance), (features, guidance))` is float32 [batch].
    Features are [batch, height, width, channels]; guidance [batch, height, width, K] holds the
    masks of the K segments at the features' size. Style and output may differ in size. Each segment
    is weighted by its share of the output's guidance; one that is empty in either contributes 0.

    `model.compile` knows a single tensor for each output: there `num_segments` says how many of its
    last channels are guidance, as in `Concatenate()([features, guidance])`.
    """

    default_name = "segment_gram_loss"
    option_names = ("statistic", "normalization", "num_segments")

    def __init__(
        self,
        statistic: str = "centred",
        normalization: str = "relative",
        num_segments: int | None = None,
        name: str | None = None,
        **options: object,
    ) -> None:
        """Create the loss.

        Args:
            statistic: "centred" for means and covariances, "gram" for raw Gram matrices.
            normalization: of "gram", see `segment_gram_loss`.
            num_segments: number of last channels that are guidance; None expects pairs.
            name: name of the loss.
            options: further options of `keras.losses.Loss`.

        Raises:
            ValueError: an option is unknown.
        """
        super().__init__(name, **options)
        for option, value, choices in (
            ("statistic", statistic, STATISTICS),
            ("normalization", normalization, NORMALIZATIONS),
        ):
            if value not in choices:
                raise _unknown(option, value, choices)
        self.statistic = statistic
        self.normalization = normalization
        self.num_segments = num_segments

    def call(
        self, y_true: tuple[tf.Tensor, tf.Tensor], y_pred: tuple[tf.Tensor, tf.Tensor]
    ) -> tf.Tensor:
        """See `segment_centred_loss` and `segment_gram_loss`."""
        style_features, style_guidance = self._pair(y_true)
        features, guidance = self._pair(y_pred)
        style = segment_statistics(style_features, style_guidance)
        output = segment_statistics(features, guidance)
        shares = tf.reduce_mean(guidance, [1, 2])
        shares = tf.where(tf.reduce_sum(style_guidance, [1, 2]) > 0, shares, 0)
        if self.statistic == "gram":
            return segment_gram_loss(GramTarget(style.gram, shares), output, self.normalization)
        whole = segment_statistics(style_features, tf.ones_like(style_features[..., :1]))
        return segment_centred_loss(centred_target(style, whole, shares), output)

    def _pair(self, y: tf.Tensor | tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Split an argument into features and guidance."""
        if self.num_segments is None:
            return tf.convert_to_tensor(y[0]), tf.convert_to_tensor(y[1])
        y = tf.convert_to_tensor(y)
        return y[..., : -self.num_segments], y[..., -self.num_segments :]


SegmentGramLoss = SegmentStyleLoss  # the former name, for one release


def _unknown(option: str, value: str, choices: tuple[str, ...]) -> ValueError:
    return ValueError(f"{option} is {value!r}, must be one of {', '.join(choices)}.")
