"""The parser's network: inverted residual blocks, context in windows, and two steps back up."""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np

from dpst.files.network_weights import assign_weights, network_variables
from dpst.segmentation.parsing.groups import GROUPS

# Each side of the network's input is a multiple of so many pixels: half windows of the context.
SIDE_UNIT = 128

_STEM_CHANNELS = 32
_PIXEL_CHANNELS = 192  # of the context: what a position tells of itself
_WINDOW_CHANNELS = 80  # what its windows tell
_CONTEXT_CHANNELS = 128
_WINDOWS = (8, 4, 2)  # positions at stride 16
_FINER = (("8", 80), ("4", 64))  # the strides of the two steps back up, and their channels


class Block(NamedTuple):
    """An inverted residual block: widened, filtered by channel, narrowed; x is added if it fits."""

    expanded: int
    channels: int
    strides: int = 1
    dilation: int = 1


# After the stem, at stride 2. Those that the steps back up read are named by their stride.
BLOCKS = (
    *(Block(120, 32, strides=2), Block(80, 32)),
    *(Block(200, 64, strides=2), Block(240, 64), Block(160, 64), Block(240, 64)),
    *(Block(448, 128, strides=2), Block(448, 128), Block(448, 128), Block(448, 128)),
    *(Block(896, 160), Block(768, 160), Block(1024, 192)),
    *(Block(448, 96, dilation=2), Block(448, 96, dilation=2), Block(448, 96, dilation=2)),
)
_SKIPPED = {"4": 1, "8": 5}


def parser_network() -> keras.Model:
    """Build the network, its weights zeros.

    Source: Sandler et al. 2018, "MobileNetV2", for the blocks; Wang and Howard 2021, "MOSAIC", for
    the context in windows and the light steps back up, and for the channels between the blocks.

    Returns:
        Model from images [batch, height, width, 3], sRGB in [0, 1], sides that `SIDE_UNIT` divides,
        to the groups' scores before the softmax, [batch, height / 4, width / 4, groups].
    """
    images = keras.Input((None, None, 3), dtype="float32", name="images")
    x = _convolution(_STEM_CHANNELS, "stem", size=3, strides=2)(images * 2 - 1)
    stages = []
    for index, block in enumerate(BLOCKS):
        x = _inverted_residual(x, block, f"block{index}")
        stages.append(x)
    x = _context(x)
    for name, channels in _FINER:
        x = _upsampling(2)(_convolution(channels, f"up{name}")(x))
        x = x + _convolution(channels, f"skip{name}")(stages[_SKIPPED[name]])
        x = _convolution(channels, f"fuse{name}")(_depthwise(f"fuse{name}_depthwise")(x))
    scores = _convolution(len(GROUPS), "scores", activation=None)(x)
    return keras.Model(images, scores, name="parser")


def set_weights(network: keras.Model, arrays: dict[str, np.ndarray]) -> None:
    """Set the weights of a `parser_network`.

    Args:
        network: the network.
        arrays: its kernels and biases, of any floating point dtype, keyed as by `weight_shapes`.

    Raises:
        ValueError: an array is missing or has a wrong shape.
    """
    assign_weights(network, arrays, "the parser")


def weight_shapes(network: keras.Model) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the weights of a `parser_network` by layer and name."""
    return {path: tuple(variable.shape) for path, variable in network_variables(network).items()}


def _inverted_residual(x: keras.KerasTensor, block: Block, name: str) -> keras.KerasTensor:
    """Return a block of x."""
    y = _convolution(block.expanded, f"{name}_expand")(x)
    y = _depthwise(f"{name}_depthwise", block.strides, block.dilation)(y)
    y = _convolution(block.channels, f"{name}_project", activation=None)(y)
    return x + y if y.shape[-1] == x.shape[-1] and block.strides == 1 else y


def _context(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return x beside what its windows, of several sizes, and the whole image hold in the mean."""
    parts = [_convolution(_PIXEL_CHANNELS, "pixels")(x)]
    for size in _WINDOWS:
        means = keras.layers.AveragePooling2D(size, data_format="channels_last", dtype="float32")
        y = _convolution(_WINDOW_CHANNELS, f"window{size}")(means(x))
        parts.append(_upsampling(size)(_depthwise(f"window{size}_depthwise")(y)))
    y = _convolution(_WINDOW_CHANNELS, "whole")(keras.ops.mean(x, (1, 2), keepdims=True))
    parts.append(y + keras.ops.zeros_like(parts[-1]))
    return _convolution(_CONTEXT_CHANNELS, "context")(keras.ops.concatenate(parts, -1))


def _convolution(
    channels: int, name: str, size: int = 1, strides: int = 1, activation: str | None = "relu"
) -> keras.layers.Layer:
    """Return a convolution with zeros around its input, as many as keep its size."""
    return keras.layers.Conv2D(
        channels,
        size,
        strides,
        "same",
        activation=activation,
        kernel_initializer="zeros",
        data_format="channels_last",
        dtype="float32",
        name=name,
    )


def _depthwise(name: str, strides: int = 1, dilation: int = 1) -> keras.layers.Layer:
    """Return a 3x3 convolution of each channel alone."""
    return keras.layers.DepthwiseConv2D(
        3,
        strides,
        "same",
        activation="relu",
        dilation_rate=dilation,
        depthwise_initializer="zeros",
        data_format="channels_last",
        dtype="float32",
        name=name,
    )


def _upsampling(size: int) -> keras.layers.Layer:
    """Return a layer that enlarges images so many times."""
    return keras.layers.UpSampling2D(
        size, interpolation="bilinear", data_format="channels_last", dtype="float32"
    )
