"""Content loss: how far features are from those of the content image.

Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016,
eq. 1.
"""

import keras
import tensorflow as tf

from dpst.losses.image_loss import ImageLoss


def content_loss(content_features: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    """Return the squared distance of features, relative to the energy of the target.

    Deviation: divided by sum(content_features ** 2) instead of multiplied by 1/2, so that the
    loss depends neither on the network nor on the image's size.

    Args:
        content_features: float32 [batch, height, width, channels], the target.
        features: the same shape.

    Returns:
        float32 [batch]; 0 if the target is all zeros.
    """
    axes = [1, 2, 3]
    distance = tf.reduce_sum(tf.math.squared_difference(content_features, features), axes)
    return tf.math.divide_no_nan(distance, tf.reduce_sum(tf.square(content_features), axes))


@keras.saving.register_keras_serializable(package="dpst")
class ContentLoss(ImageLoss):
    """`content_loss` as a Keras loss: `ContentLoss()(content_features, features)`, [batch]."""

    default_name = "content_loss"

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `content_loss`."""
        return content_loss(tf.convert_to_tensor(y_true), tf.convert_to_tensor(y_pred))
