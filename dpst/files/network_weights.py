"""Weights of the networks that the package holds, by layer and name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras


def network_variables(network: keras.Model) -> dict[str, Any]:
    """Return all weights of a network, keyed "layer/kernel" and "layer/bias"."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in network.layers
        for variable in layer.weights
    }


def assign_weights(network: keras.Model, arrays: Mapping[str, np.ndarray], owner: str) -> None:
    """Set the weights of a network.

    Args:
        network: the network.
        arrays: its weights, of any floating point dtype, keyed as by `network_variables`.
        owner: whose network it is, for the message.

    Raises:
        ValueError: an array is missing or has a wrong shape.
    """
    for path, variable in network_variables(network).items():
        if path not in arrays or arrays[path].shape != tuple(variable.shape):
            found = arrays[path].shape if path in arrays else "none"
            raise ValueError(
                f"weights of {owner} must hold '{path}' of the shape {tuple(variable.shape)}, got "
                f"{found}; install the package anew"
            )
        variable.assign(arrays[path].astype(np.float32))
