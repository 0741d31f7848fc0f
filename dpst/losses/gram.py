"""Gram matrices and the style loss on whole images.

Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016,
eqs. 3 and 4.
"""

import keras
import tensorflow as tf

from dpst.losses.image_loss import ImageLoss

NORMALIZATIONS = ("relative", "gatys")


def gram_matrix(features: tf.Tensor) -> tf.Tensor:
    """Return the Gram matrix F^T F / n of the features at the n positions of a layer.

    Deviation: divided by n, so that images of different sizes can be compared.

    Args:
        features: float32 [batch, height, width, channels].

    Returns:
        float32 [batch, channels, channels].
    """
    shape = tf.shape(features)
    num_positions = shape[1] * shape[2]
    flat = tf.reshape(features, [shape[0], num_positions, shape[3]])
    return tf.matmul(flat, flat, transpose_a=True) / tf.cast(num_positions, features.dtype)


def gram_loss(style_gram: tf.Tensor, gram: tf.Tensor, normalization: str = "relative") -> tf.Tensor:
    """Return the squared distance of Gram matrices.

    Args:
        style_gram: float32 [batch, channels, channels], the target, from `gram_matrix`.
        gram: the same shape.
        normalization: "relative" divides by the squared norm of the target, so that all layers
            and networks have the same weight; "gatys" is the paper's 1 / (4 N^2 M^2), with N
            channels and M positions, which is 1 / (4 N^2) here: these matrices are divided by M.

    Returns:
        float32 [batch].

    Raises:
        ValueError: the normalization is unknown.
    """
    distance = tf.reduce_sum(tf.math.squared_difference(style_gram, gram), [1, 2])
    if normalization == "relative":
        return tf.math.divide_no_nan(distance, tf.reduce_sum(tf.square(style_gram), [1, 2]))
    if normalization == "gatys":
        num_channels = tf.cast(tf.shape(gram)[-1], gram.dtype)
        return distance / (4 * tf.square(num_channels))
    raise _unknown_normalization(normalization)


@keras.saving.register_keras_serializable(package="dpst")
class GramLoss(ImageLoss):
    """Style loss of one layer: `GramLoss()(style_features, features)`, float32 [batch].

    The two may differ in height and width. See `gram_loss` for the normalizations.
    """

    default_name = "gram_loss"
    option_names = ("normalization",)

    def __init__(
        self, normalization: str = "relative", name: str | None = None, **options: object
    ) -> None:
        """Create the loss.

        Args:
            normalization: see `gram_loss`.
            name: name of the loss.
            options: further options of `keras.losses.Loss`.

        Raises:
            ValueError: the normalization is unknown.
        """
        super().__init__(name, **options)
        if normalization not in NORMALIZATIONS:
            raise _unknown_normalization(normalization)
        self.normalization = normalization

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `gram_loss`."""
        style_gram = gram_matrix(tf.convert_to_tensor(y_true))
        return gram_loss(style_gram, gram_matrix(tf.convert_to_tensor(y_pred)), self.normalization)


def _unknown_normalization(value: str) -> ValueError:
    return ValueError(f"normalization is {value!r}, must be one of {', '.join(NORMALIZATIONS)}.")
