"""Where a network pools: the maximum or the average, of windows that may overlap."""

from __future__ import annotations

import keras

_POOLING_LAYERS: dict[str, type[keras.layers.Layer]] = {
    "max": keras.layers.MaxPooling2D,
    "average": keras.layers.AveragePooling2D,
}


def pooling_layer_class(pooling: str) -> type[keras.layers.Layer]:
    """Returns the Keras layer class of a kind of pooling.

    Args:
        pooling: "max" or "average".

    Returns:
        `keras.layers.MaxPooling2D` or `keras.layers.AveragePooling2D`.

    Raises:
        ValueError: If the kind is unknown.
    """
    if pooling not in _POOLING_LAYERS:
        raise ValueError(
            f"pooling must be one of {', '.join(_POOLING_LAYERS)}, got {pooling!r}; "
            f"pass pooling='average' for the smoothest gradients"
        )
    return _POOLING_LAYERS[pooling]


def pooled_by_three(
    x: keras.KerasTensor, layer_class: type[keras.layers.Layer]
) -> keras.KerasTensor:
    """Pools 3x3 windows at stride 2, first along y, then along x.

    In one pass an activation in four windows gets the sum of four gradients, whose order TensorFlow
    does not keep from one trace to the next: equal networks then differ in last bits. Here each
    gets one or two, and the sum of two has no order.

    Args:
        x: [batch, height, width, channels], at least 3 px a side.
        layer_class: A pooling layer, see `pooling_layer_class`.

    Returns:
        [batch, (height - 1) // 2, (width - 1) // 2, channels].
    """
    for window, strides in (((3, 1), (2, 1)), ((1, 3), (1, 2))):
        x = layer_class(window, strides, data_format="channels_last", dtype="float32")(x)
    return x
