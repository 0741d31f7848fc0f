"""Preprocessing of ImageNet networks that were trained in Caffe."""

from __future__ import annotations

import tensorflow as tf

# Mean of the ImageNet training images in the order and range these networks see: BGR in [0, 255].
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)


def caffe_preprocess(images: tf.Tensor) -> tf.Tensor:
    """Turns images into what a network converted from Caffe was trained on.

    Source: Simonyan and Zisserman 2015, section 2.1; `mode="caffe"` of `keras.applications`, which
    writes into the array it is given and starts from [0, 255].

    Args:
        images: float32 [batch, height, width, 3], sRGB in [0, 1]. Not written to.

    Returns:
        float32 [batch, height, width, 3], BGR in [0, 255] minus the ImageNet mean.
    """
    return 255.0 * tf.reverse(images, axis=[-1]) - tf.constant(IMAGENET_MEAN_BGR, images.dtype)
