"""Gamut: how far colours leave the range that a picture can show.

Without this loss a solve puts bright skies above 1 and nights below 0. Clipping them at the end
breaks the local affine map that made them, which was most of the matting energy of such results.
"""

import keras
import tensorflow as tf

from dpst.losses.image_loss import ImageLoss


def gamut_loss(images: tf.Tensor) -> tf.Tensor:
    """Return the squared distance of colours from the cube [0, 1]^3, averaged over pixels.

    Args:
        images: float32 [batch, height, width, channels].

    Returns:
        float32 [batch]; 0 if nothing would be clipped.
    """
    excess = tf.square(images - tf.clip_by_value(images, 0, 1))
    return tf.reduce_mean(tf.reduce_sum(excess, 3), [1, 2])


@keras.saving.register_keras_serializable(package="dpst")
class GamutLoss(ImageLoss):
    """`gamut_loss` of the prediction as a Keras loss; ignores its first argument."""

    default_name = "gamut_loss"

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """See `gamut_loss`."""
        return gamut_loss(tf.convert_to_tensor(y_pred))
