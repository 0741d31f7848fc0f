"""Layers that several networks are made of."""

from __future__ import annotations

import keras

_POOLING_LAYERS: dict[str, type[keras.layers.Layer]] = {
    "max": keras.layers.MaxPooling2D,
    "average": keras.layers.AveragePooling2D,
}


def relu_convolution(
    channels: int, size: int, name: str, strides: int = 1, padding: str = "valid"
) -> keras.layers.Layer:
    """Return a float32 convolution with ReLU, its weights still to be loaded.

    Args:
        channels: number of its output channels.
        size: side of its kernel.
        name: name of the layer.
        strides: distance of the kernel's positions.
        padding: "valid" to read no pixel beyond the input, or "same" for zeros around it.

    Returns:
        The layer.
    """
    return keras.layers.Conv2D(
        channels,
        size,
        strides,
        padding,
        activation="relu",
        kernel_initializer="zeros",
        data_format="channels_last",
        dtype="float32",
        name=name,
    )


def pooling_layer_class(pooling: str) -> type[keras.layers.Layer]:
    """Return the Keras layer class of a kind of pooling.

    Args:
        pooling: "max" or "average".

    Returns:
        `keras.layers.MaxPooling2D` or `keras.layers.AveragePooling2D`.

    Raises:
        ValueError: the kind is unknown.
    """
    if pooling not in _POOLING_LAYERS:
        raise ValueError(
            f"pooling must be one of {', '.join(_POOLING_LAYERS)}, got {pooling!r}; "
            f"pass pooling='average' for the smoothest gradients"
        )
    return _POOLING_LAYERS[pooling]
