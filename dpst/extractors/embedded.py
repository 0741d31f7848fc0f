"""`EmbeddedExtractor`: a small trained network whose weights are part of the package."""

from __future__ import annotations

import importlib.resources

import keras
import numpy as np
import tensorflow as tf

from dpst.extractors.extractor import Extractor
from dpst.extractors.layer_choice import LayerChoice
from dpst.extractors.layers import relu_convolution
from dpst.files.network_weights import assign_weights, network_variables

WEIGHTS_NAME = "embedded.npz"

# Channels of the encoder's 3x3 convolutions, the same as the teacher's, by the names of the VGG19
# layers whose principal components they imitate.
ENCODER_CHANNELS = {
    "conv1_1": 10,
    "conv1_2": 10,
    "conv2_1": 20,
    "conv2_2": 20,
    "conv3_1": 58,
    "conv3_2": 58,
    "conv3_3": 58,
    "conv3_4": 58,
    "conv4_1": 64,
}

# The convolutions whose answers are feature maps, and those with 2x2 maxima after them.
ENCODER_LAYERS = {
    "relu1_1": "conv1_1",
    "relu2_1": "conv2_1",
    "relu3_1": "conv3_1",
    "relu4_1": "conv4_1",
}
ENCODER_POOLED = ("conv1_2", "conv2_2", "conv3_4")

# Beside the encoder: channels of a convolution at stride 2, as in SqueezeNet.
CONV1_CHANNELS = 64

# Channels of the fire modules: squeezed, half as many again as in SqueezeNet, and those of each of
# the two expansions.
FIRE_CHANNELS: dict[str, tuple[int, int]] = {
    "fire2": (24, 64),
    "fire3": (24, 64),
    "fire4": (48, 128),
    "fire5": (48, 128),
    "fire6": (72, 192),
    "fire7": (72, 192),
}

# The modules that 3x3 maxima at stride 2 precede, and the padding before and after the pixels: on
# alternate sides, so that the windows' centres do not drift.
POOLED = {"fire2": (1, 0), "fire4": (0, 1), "fire6": (1, 0)}

# All layers, fine ones first.
LAYERS = (
    *("relu1_1", "relu2_1", "conv1", "relu3_1", "fire2", "fire3"),
    *("relu4_1", "fire4", "fire5", "fire6", "fire7"),
)
DEFAULT_LAYERS = LayerChoice(
    style=("relu1_1", "relu2_1", "conv1", "relu3_1", "fire3", "relu4_1", "fire5", "fire7"),
    content=("relu4_1",),
    painting_content=("fire5",),
    patch=("fire3", "fire5"),
)


class EmbeddedExtractor(Extractor):
    """A small network that imitates two large ones; nothing to download.

    An encoder of nine 3x3 convolutions imitates the leading principal components of VGG19's
    `relu1_1`, `relu2_1`, `relu3_1` and `relu4_1`, 10, 20, 58 and 64 channels (Chiu and Gurari 2022,
    "PCA-based knowledge distillation towards lightweight and content-style balanced photorealistic
    style transfer models"). Beside it a convolution at stride 2 and six fire modules imitate
    `conv1` and `fire2` to `fire7` of SqueezeNet v1.1 (Iandola et al. 2016). Borders are reflected.
    Each feature map is divided by the root mean square of its channels' standard deviations on
    photos. The script that trained the weights is `examples/embedded_extractor/train.py`.
    """

    def __init__(self) -> None:
        """Build the network and load the package's weights."""
        network = embedded_network()
        with importlib.resources.files(__package__).joinpath(WEIGHTS_NAME).open("rb") as file:
            set_weights(network, dict(np.load(file, allow_pickle=False)))
        super().__init__(
            network.inputs[0],
            network.output,
            name="embedded",
            default_layers=DEFAULT_LAYERS,
            # Reflection needs two pixels along each side at the coarsest scale.
            minimum_side=2**5,
            style_factor=0.35,
            preprocess=centre,
        )


@keras.saving.register_keras_serializable(package="dpst")
def centre(images: tf.Tensor) -> tf.Tensor:
    """Move the middle of [0, 1] to zero, as the network expects it.

    Args:
        images: float32 [batch, height, width, 3], sRGB in [0, 1].

    Returns:
        float32 of the same shape, in [-0.5, 0.5].
    """
    return images - 0.5


def embedded_network() -> keras.Model:
    """Build the network, its weights zeros.

    Returns:
        Model from images [batch, height, width, 3], after `centre`, to a dict of the feature maps
        [batch, h, w, channels] that `LAYERS` names.
    """
    x = inputs = keras.Input((None, None, 3), dtype="float32", name="images")
    feature_maps = {}
    layer_of = {convolution: layer for layer, convolution in ENCODER_LAYERS.items()}
    for name, channels in ENCODER_CHANNELS.items():
        x = relu_convolution(channels, 3, name)(_padded(x, (1, 1)))
        if name in layer_of:
            feature_maps[layer_of[name]] = x
        if name in ENCODER_POOLED:
            x = _pooling(2)(x)
    conv1 = relu_convolution(CONV1_CHANNELS, 3, "conv1", strides=2)
    x = feature_maps["conv1"] = conv1(_padded(inputs, (0, 1)))
    for name, (squeezed, expanded) in FIRE_CHANNELS.items():
        if name in POOLED:
            x = _pooling(3)(_padded(x, POOLED[name]))
        x = feature_maps[name] = _fire_module(x, squeezed, expanded, name)
    return keras.Model(inputs, {name: feature_maps[name] for name in LAYERS})


def set_weights(network: keras.Model, arrays: dict[str, np.ndarray]) -> None:
    """Set the weights of an `embedded_network`.

    Args:
        network: the network.
        arrays: its kernels and biases, of any floating point dtype, keyed as by `weight_arrays`.

    Raises:
        ValueError: an array is missing or has a wrong shape.
    """
    assign_weights(network, arrays, "the embedded extractor")


def weight_arrays(network: keras.Model) -> dict[str, np.ndarray]:
    """Return the weights of an `embedded_network` by layer and name, rounded to float16."""
    return {
        path: variable.numpy().astype(np.float16)
        for path, variable in network_variables(network).items()
    }


def _fire_module(
    x: keras.KerasTensor, squeezed: int, expanded: int, name: str
) -> keras.KerasTensor:
    """Return a fire module of x: squeezed by 1x1, expanded by 1x1 and 3x3 side by side."""
    x = relu_convolution(squeezed, 1, f"{name}_squeeze")(x)
    narrow = relu_convolution(expanded, 1, f"{name}_expand1x1")(x)
    wide = relu_convolution(expanded, 3, f"{name}_expand3x3")(_padded(x, (1, 1)))
    return keras.ops.concatenate([narrow, wide], -1)


def _padded(x: keras.KerasTensor, padding: tuple[int, int]) -> keras.KerasTensor:
    """Return x with reflected borders, of so many pixels before and after."""
    return keras.ops.pad(x, ((0, 0), padding, padding, (0, 0)), mode="reflect")


def _pooling(size: int) -> keras.layers.Layer:
    """Return a layer of maxima over windows of so many pixels squared, at stride 2."""
    return keras.layers.MaxPooling2D(size, 2, data_format="channels_last", dtype="float32")
