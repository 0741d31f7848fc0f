"""Keras model files, read without running code that may be stored in them."""

from __future__ import annotations

import os
from pathlib import Path

import keras

from dpst.files.model_contents import check_model_file
from dpst.files.place import home_path
from dpst.files.regular_file import check_regular_file
from dpst.messages import one_line


def read_model(path: str | os.PathLike[str], name: str = "model file") -> keras.Model:
    """Read a whole Keras model.

    Args:
        path: a `.keras` or `.h5` file; "~" is the user's folder.
        name: where the path came from, for messages, e.g. "segmentation_model".

    Returns:
        The model, not compiled.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file does not hold a model that can be loaded safely.
    """
    path = Path(home_path(path, name))
    if not path.exists():
        raise FileNotFoundError(f"{name} '{path}' does not exist; pass a .keras or .h5 file")
    check_regular_file(path, name)
    if path.is_dir():
        raise ValueError(f"{name} '{path}' is a folder; pass a .keras or .h5 file")
    try:
        check_model_file(path)
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # whatever a broken or foreign file makes Keras, zip or HDF5 raise
        raise ValueError(
            f"{name} '{path}' is not a Keras model that can be loaded safely "
            f"({one_line(error, 200)}); pass a whole model saved by model.save('name.keras')"
        ) from error
