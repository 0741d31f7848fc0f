"""The activations that the modules of the two teachers read, and those that they answer with."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from dpst.extractors import Extractor
from dpst.extractors.embedded import (
    ENCODER_CHANNELS,
    ENCODER_POOLED,
    FIRE_CHANNELS,
    POOLED,
    centre,
)

Activations = dict[str, tuple[tf.Tensor, tf.Tensor]]


def squeezenet_activations(images: tf.Tensor, squeezenet: Extractor) -> Activations:
    """Return what "conv1" and "fire2" to "fire7" read and answer.

    Source: Iandola et al. 2016, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and
    <0.5MB model size".

    Args:
        images: float32 [batch, height, width, 3], sRGB in [0, 1].
        squeezenet: SqueezeNet v1.1.

    Returns:
        What each module reads, pixels after `centre` or the activations before it, after maxima
        where there are any between them; and its answers; each float32 [batch, h, w, channels].
    """
    before, activations = centre(images), {}
    for name, answers in squeezenet(images, ["conv1", *FIRE_CHANNELS]).items():
        if name in POOLED:
            before = keras.ops.max_pool(before, 3, 2, data_format="channels_last")
        activations[name] = before, answers
        before = answers
    return activations


def encoder_activations(images: tf.Tensor, arrays: Mapping[str, np.ndarray]) -> Activations:
    """Return what the layers of the encoder distilled from VGG19 read and answer.

    Source: Chiu and Gurari 2022, "PCA-based knowledge distillation towards lightweight and
    content-style balanced photorealistic style transfer models".

    Args:
        images: float32 [batch, height, width, 3], sRGB in [0, 1], sides divisible by 8.
        arrays: "preprocess/kernel", "conv1_1/kernel", "conv1_1/bias" and so on.

    Returns:
        The same as `squeezenet_activations`, for "conv1_1" to "conv4_1".
    """
    x = tf.nn.conv2d(images, arrays["preprocess/kernel"], 1, "VALID") + arrays["preprocess/bias"]
    before, activations = centre(images), {}
    for name in ENCODER_CHANNELS:
        x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT")
        x = tf.nn.conv2d(x, arrays[f"{name}/kernel"], 1, "VALID")
        x = tf.nn.relu(x + arrays[f"{name}/bias"])
        activations[name] = before, x
        if name in ENCODER_POOLED:
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        before = x
    return activations
