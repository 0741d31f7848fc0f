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
