"""Total variation: how much neighbouring pixels differ.

Source: Kane, Shemaj and Lemionet, "Photo Style Transfer in TensorFlow", section 3.2.
"""

import keras
import tensorflow as tf

from dpst.losses.image_loss import ImageLoss


def total_variation_loss(images: tf.Tensor) -> tf.Tensor:
    """Return the mean over pixels of squared differences to the right and lower neighbours.

    The exponent is 2, as in neural-style; there are no differences across the border.

    Args:
        images: float32 [batch, height, width, channels].

    Returns:
        float32 [batch].
    """
    down = tf.square(images[:, 1:] - images[:, :-1])
    right = tf.square(images[:, :, 1:] - images[:, :, :-1])
    shape = tf.shape(images)
    num_pixels = tf.cast(shape[1] * shape[2], images.dtype)
    return (tf.reduce_sum(down, [1, 2, 3]) + tf.reduce_sum(right, [1, 2, 3])) / num_pixels


@keras.saving.register_keras_serializable(package="dpst")
class TotalVariationLoss(ImageLoss):
    """`total_variation_loss` of the prediction as a Keras loss; ignores its first argument."""

    default_name = "total_variation_loss"

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `total_variation_loss`."""
        return total_variation_loss(tf.convert_to_tensor(y_pred))


@keras.saving.register_keras_serializable(package="dpst")
class TotalVariationRegularizer(keras.regularizers.Regularizer):
    """`total_variation_loss` as the `activity_regularizer` of a layer that outputs images.

    Example:
        ```python
        keras.layers.Conv2D(3, 3, activity_regularizer=TotalVariationRegularizer(1e-2))
        ```
    """

    def __init__(self, weight: float = 1.0) -> None:
        """Create the regulariser.

        Args:
            weight: factor of the mean over the batch, at least 0.

        Raises:
            ValueError: the weight is negative.
        """
        if weight < 0:
            raise ValueError(f"weight is {weight}, must be at least 0; 0 adds nothing.")
        self.weight = weight

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return the weighted sum over the images; Keras divides it by their number.

        Args:
            x: float [batch, height, width, channels].

        Returns:
            float32 scalar.
        """
        images = tf.cast(tf.convert_to_tensor(x), tf.float32)
        return self.weight * tf.reduce_sum(total_variation_loss(images))

    def get_config(self) -> dict:
        """Return the options, for saving."""
        return {"weight": self.weight}
