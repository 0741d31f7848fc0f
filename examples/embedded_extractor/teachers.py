"""The encoder that the embedded extractor's trunk imitates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

_ENCODER_STRIDES = {"relu1_1": 1, "relu2_1": 2, "relu3_1": 4, "relu4_1": 8}
_ENCODER_LAYERS = ("1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3", "3_4", "4_1")
_POOLED_LAYERS = ("1_2", "2_2", "3_4")


def trunk_targets(
    images: tf.Tensor, margin: int, encoder: Mapping[str, np.ndarray]
) -> dict[str, tf.Tensor]:
    """What the trunk is to answer for the middle of some images.

    Args:
        images: float32 [batch, height, width, 3], sRGB in [0, 1].
        margin: Pixels around the middle that only the encoder sees, divisible by 8. The middle's
            sides are divisible by 8.
        encoder: Arrays of the encoder distilled from VGG19, see `encoder_features`.

    Returns:
        float32 [batch, h, w, channels] by layer, at the trunk's sizes.
    """
    height, width = (side - 2 * margin for side in images.shape[1:3])
    targets = {}
    for name, features in encoder_features(images, encoder).items():
        stride = _ENCODER_STRIDES[name]
        top = margin // stride
        targets[name] = features[:, top : top + height // stride, top : top + width // stride]
    return targets


def encoder_features(images: tf.Tensor, arrays: Mapping[str, np.ndarray]) -> dict[str, tf.Tensor]:
    """Features of the encoder distilled from VGG19's principal components.

    Source: Chiu and Gurari 2022, "PCA-based knowledge distillation towards lightweight and
    content-style balanced photorealistic style transfer models".

    Args:
        images: float32 [batch, height, width, 3], sRGB in [0, 1], sides divisible by 8.
        arrays: "preprocess/kernel", "conv1_1/kernel", "conv1_1/bias" and so on.

    Returns:
        float32 feature maps "relu1_1" to "relu4_1".
    """
    x = tf.nn.conv2d(images, arrays["preprocess/kernel"], 1, "VALID") + arrays["preprocess/bias"]
    features = {}
    for layer in _ENCODER_LAYERS:
        x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT")
        x = tf.nn.conv2d(x, arrays[f"conv{layer}/kernel"], 1, "VALID")
        x = tf.nn.relu(x + arrays[f"conv{layer}/bias"])
        if layer.endswith("_1"):
            features[f"relu{layer}"] = x
        if layer in _POOLED_LAYERS:
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
    return features
