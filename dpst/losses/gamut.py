"""Gamut: how far colours leave the range that a picture can show.

Without it a solve finds bright skies above 1 and nights below 0, and the clip at the end breaks the
local affine map that made them: most of what a matting Laplacian found at fault in such results.
"""

import keras
import tensorflow as tf

from dpst.losses.image_loss import ImageLoss


def gamut_loss(images: tf.Tensor) -> tf.Tensor:
    """Mean over pixels of the squared distance of their colours from the cube [0, 1]^3.

    Args:
        images: float32 [batch, height, width, channels].

    Returns:
        float32 [batch]; 0 where nothing would be clipped.
    """
    excess = tf.square(images - tf.clip_by_value(images, 0, 1))
    return tf.reduce_mean(tf.reduce_sum(excess, 3), [1, 2])


@keras.saving.register_keras_serializable(package="dpst")
class GamutLoss(ImageLoss):
    """`gamut_loss` of the prediction as a Keras loss; the first argument is not used."""

    default_name = "gamut_loss"

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `gamut_loss`."""
        return gamut_loss(tf.convert_to_tensor(y_pred))
