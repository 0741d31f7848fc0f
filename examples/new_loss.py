"""A new loss, from its formula to its use: colours and textures by sorted projections.

Source: Heitz et al. 2021, "A sliced Wasserstein loss for neural texture synthesis", eq. 4.
"""

import keras
import tensorflow as tf

import dpst


def sliced_wasserstein(style: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    """Return the distance of two feature maps [batch, h, w, channels], float32 [batch]."""
    directions = tf.random.stateless_normal([features.shape[-1], 32], (0, 0))
    directions /= tf.norm(directions, axis=0)

    def projections(x: tf.Tensor) -> tf.Tensor:
        flat = tf.reshape(x, [tf.shape(x)[0], -1, x.shape[-1]])
        return tf.sort(flat @ directions, axis=1)

    difference = tf.math.squared_difference(projections(style), projections(features))
    return tf.reduce_mean(difference, [1, 2])


@keras.saving.register_keras_serializable(package="examples")
class SlicedWassersteinLoss(keras.losses.Loss):
    """`sliced_wasserstein` for `model.compile`."""

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """Return `sliced_wasserstein` of both."""
        return sliced_wasserstein(y_true, y_pred)


def recolor(content_image: tf.Tensor, style_image: tf.Tensor) -> tf.Tensor:
    """Return the content image in the colours of a style image of its size, [height, width, 3]."""
    term = dpst.FeatureTerm("colors", "rgb", sliced_wasserstein, style_image[None])
    objective = dpst.Objective(None, (term,))
    return dpst.optimizers.lbfgs.minimize(objective, content_image, max_evaluations=30).position
