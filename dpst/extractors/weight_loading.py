"""Loading of an HDF5 weight file into a Keras model, by layer name."""

from __future__ import annotations

import os
import warnings
from typing import Any

import h5py
import keras
import numpy as np

from dpst.files.model_contents import check_weight_data
from dpst.messages import one_line


def load_layer_weights(model: keras.Model, path: str | os.PathLike[str]) -> None:
    """Set the weights of all layers of a model from a file.

    Two layouts are read: the classic Keras layout, where every layer has a group of its name (a
    "/" in it stands for the "_" of the model's layer name), and the `.weights.h5` layout of
    Keras 3. In the classic one, layers that only the file has, such as a classifier, are ignored.

    Args:
        model: a built model.
        path: HDF5 file.

    Raises:
        ValueError: the file is not HDF5, holds no weights, lacks a layer of the model, has a weight
            of another shape, or does not hold all its data itself.
    """
    path = os.fspath(path)
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ValueError(
            f"weight file '{path}' is not a readable HDF5 file; pass a Keras weight file (.h5)"
        ) from error
    with file:
        try:
            check_weight_data(file, os.path.getsize(path))
        except Exception as error:  # whatever a damaged file makes HDF5 raise
            raise _unreadable(path, error) from error
        root = file["model_weights"] if "model_weights" in file else file
        if "layer_names" in root.attrs:
            for layer in model.layers:
                if layer.weights:
                    layer.set_weights(_layer_arrays(root, layer, path))
            return
    _load_keras3_weights(model, path)


def _layer_arrays(root: Any, layer: Any, path: str) -> list[np.ndarray]:
    """Read the weights of one layer in the classic layout and check their shapes."""
    try:
        groups = {name.replace("/", "_"): name for name in _texts(root.attrs["layer_names"])}
    except Exception as error:
        raise _unreadable(path, error) from error
    expected = [tuple(weight.shape) for weight in layer.weights]
    if layer.name not in groups:
        raise ValueError(
            f"weight file '{path}' has no layer '{layer.name}', which needs weights of the shapes "
            f"{expected}; pass a file saved from this network"
        )
    try:
        group = root[groups[layer.name]]
        arrays = [np.asarray(group[name]) for name in _texts(group.attrs["weight_names"])]
    except Exception as error:
        raise _unreadable(path, error) from error
    if [array.shape for array in arrays] != expected:
        raise ValueError(
            f"weight file '{path}' has weights of the shapes {[array.shape for array in arrays]} "
            f"in layer '{layer.name}', which needs {expected}; "
            f"pass a file saved from this network"
        )
    return arrays


def _unreadable(path: str, error: Exception) -> ValueError:
    return ValueError(
        f"weight file '{path}' is damaged or made to mislead ({one_line(error, 200)}); pass a file "
        f"saved from this network"
    )


def _texts(names: Any) -> list[str]:
    """Return an HDF5 list of names as strings, whichever way they were stored."""
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names]


def _load_keras3_weights(model: keras.Model, path: str) -> None:
    """Load the layout that `Model.save_weights` of Keras 3 writes."""
    if not path.endswith(".weights.h5"):
        raise ValueError(
            f"weight file '{path}' has no layer names, so it is not in the classic Keras layout; "
            f"if Keras 3 saved it, let its name end in .weights.h5"
        )
    try:
        with warnings.catch_warnings():
            # Keras warns of each part that it skips; a layer left without weights is an error.
            warnings.simplefilter("ignore", UserWarning)
            model.load_weights(path)
    except Exception as error:  # whatever a foreign file makes Keras raise
        raise ValueError(
            f"weight file '{path}' does not fit the network ({one_line(error, 200)}); "
            f"pass a file saved from this network"
        ) from error
