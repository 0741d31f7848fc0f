"""Total variation: how much neighbouring pixels differ.

Source: Kane, Rohatgi and Saxena, "Photo Style Transfer in TensorFlow", section 3.2.
"""

import keras
import tensorflow as tf

from dpst.losses.image_loss import ImageLoss


def total_variation(images: tf.Tensor) -> tf.Tensor:
    """Mean over pixels of the squared differences to the right and lower neighbours.

    The exponent is 2, as in neural-style; differences across the border do not count.

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
    """`total_variation` of the prediction as a Keras loss; the first argument is not used."""

    default_name = "total_variation_loss"

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `total_variation`."""
        return total_variation(tf.convert_to_tensor(y_pred))


@keras.saving.register_keras_serializable(package="dpst")
class TotalVariationRegularizer(keras.regularizers.Regularizer):
    """`total_variation` as an `activity_regularizer` of the layer that gives the images.

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
        """The sum over images [batch, height, width, channels], float32; Keras divides by batch."""
        images = tf.cast(tf.convert_to_tensor(x), tf.float32)
        return self.weight * tf.reduce_sum(total_variation(images))

    def get_config(self) -> dict:
        """Options, for saving."""
        return {"weight": self.weight}
