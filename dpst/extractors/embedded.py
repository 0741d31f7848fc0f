"""`EmbeddedExtractor`: a small trained network whose weights are part of the package."""

from __future__ import annotations

import importlib.resources
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from dpst.extractors.extractor import Extractor
from dpst.extractors.pooling import pooling_layer_class

WEIGHTS_NAME = "embedded.npz"

# Channels of the 3x3 convolutions of each scale; scale k has 1 / 2^k of the image's sides.
TRUNK_CHANNELS = ((16,), (32, 32), (96, 96), (144, 144, 144), (192, 192))

# The fine scales are averages of finer ones, which leaves no checkerboard in gradients; from this
# one on they are maxima, as in the networks that are imitated.
FIRST_MAX_POOLED_SCALE = 3

# The scale that a feature map is read from, and its channels: those of the layer it imitates.
HEADS: dict[str, tuple[int, int]] = {
    "relu1_1": (0, 10),
    "relu2_1": (1, 20),
    "conv1": (1, 64),
    "relu3_1": (2, 58),
    "fire3": (2, 128),
    "relu4_1": (3, 64),
    "fire5": (3, 256),
    "fire7": (4, 384),
}


class EmbeddedExtractor(Extractor):
    """A small network that imitates two large ones; nothing to download.

    Five scales of 3x3 convolutions and ReLU, with 2x2 pooling between them and reflection at the
    borders; from each scale, 1x1 convolutions and ReLU give the feature maps. `conv1`, `fire3`,
    `fire5` and `fire7` imitate the layers of SqueezeNet v1.1 (Iandola et al. 2016);
    `relu1_1`, `relu2_1`, `relu3_1` and `relu4_1` the leading principal components of VGG19's, 10,
    20, 58 and 64 channels (Chiu and Gurari 2022, "PCA-based knowledge distillation towards
    lightweight and content-style balanced photorealistic style transfer models"). Each is divided
    by the root mean square of its channels' standard deviations on photos. The script that trained
    the weights is `examples/embedded_extractor/train.py`.

    Deviation: all strides are 1 and the finer scales are averages, so gradients spread over all
    pixels alike and leave no checkerboard; SqueezeNet itself starts at stride 2.
    """

    def __init__(self) -> None:
        """Builds the network and loads the package's weights."""
        network = embedded_network()
        with importlib.resources.files(__package__).joinpath(WEIGHTS_NAME).open("rb") as file:
            set_weights(network, dict(np.load(file, allow_pickle=False)))
        super().__init__(
            network.inputs[0],
            dict(zip(HEADS, (network.output[name] for name in HEADS), strict=True)),
            name="embedded",
            style_layers=tuple(HEADS),
            content_layers=("relu4_1",),
            patch_layers=("relu3_1", "relu4_1"),
            # Reflection needs two pixels a side at the coarsest scale.
            minimum_side=2 ** len(TRUNK_CHANNELS),
            style_scale=0.25,
            preprocess=centre,
        )


@keras.saving.register_keras_serializable(package="dpst")
def centre(images: tf.Tensor) -> tf.Tensor:
    """Moves the middle of [0, 1] to zero, as the network is used to it.

    Args:
        images: float32 [batch, height, width, 3], sRGB in [0, 1].

    Returns:
        float32 of the same shape, in [-0.5, 0.5].
    """
    return images - 0.5


def embedded_network(initializer: str = "zeros", dtype: str = "float32") -> keras.Model:
    """Builds the network.

    Args:
        initializer: Keras name of what its kernels start from; zeros leave all random generators
            alone, "he_normal" is for training.
        dtype: Keras dtype policy of its layers; "mixed_bfloat16" trains faster.

    Returns:
        Model from `centre`d images [batch, height, width, 3] to a dict of the feature maps that
        `HEADS` names, [batch, h, w, channels].
    """
    x = inputs = keras.Input((None, None, 3), dtype="float32")
    feature_maps = {}
    for scale, widths in enumerate(TRUNK_CHANNELS):
        if scale:
            pooling = pooling_layer_class("average" if scale < FIRST_MAX_POOLED_SCALE else "max")
            x = pooling(2, data_format="channels_last", dtype=dtype)(x)
        for index, channels in enumerate(widths):
            x = keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
            x = _convolution(channels, 3, f"scale{scale}_{index}", initializer, dtype)(x)
        for name, (head_scale, channels) in HEADS.items():
            if head_scale == scale:
                feature_maps[name] = _convolution(channels, 1, name, initializer, dtype)(x)
    return keras.Model(inputs, feature_maps)


def set_weights(network: keras.Model, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Sets the weights of an `embedded_network`.

    Args:
        network: The network.
        arrays: Its kernels and biases, any floating point dtype, keyed as by `weight_arrays`.

    Raises:
        ValueError: If an array is missing or of a wrong shape.
    """
    for path, variable in _variables(network).items():
        if path not in arrays or arrays[path].shape != tuple(variable.shape):
            found = arrays[path].shape if path in arrays else "none"
            raise ValueError(
                f"weights of the embedded extractor must hold '{path}' of the shape "
                f"{tuple(variable.shape)}, got {found}; install the package anew"
            )
        variable.assign(arrays[path].astype(np.float32))


def weight_arrays(network: keras.Model) -> dict[str, npt.NDArray[np.float16]]:
    """Returns the weights of an `embedded_network` by layer and name, rounded to float16."""
    return {
        path: variable.numpy().astype(np.float16) for path, variable in _variables(network).items()
    }


def _variables(network: keras.Model) -> dict[str, Any]:
    """All weights of a network, keyed "layer/kernel" and "layer/bias"."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in network.layers
        for variable in layer.weights
    }


def _convolution(
    channels: int, size: int, name: str, initializer: str, dtype: str
) -> keras.layers.Layer:
    """Returns a convolution with ReLU that reads no pixel beyond its input."""
    return keras.layers.Conv2D(
        channels,
        size,
        activation="relu",
        kernel_initializer=initializer,
        data_format="channels_last",
        dtype=dtype,
        name=name,
    )
