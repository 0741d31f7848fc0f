"""Keras model files: read without running code that may be stored in them."""

from __future__ import annotations

import os
from pathlib import Path

import keras

from dpst.files.regular_file import check_regular_file


def read_model(path: str | os.PathLike[str], name: str = "model file") -> keras.Model:
    """Reads a whole Keras model.

    Args:
        path: A `.keras` or `.h5` file; "~" is the user's folder.
        name: Where the path came from, for messages, e.g. "segmentation_model".

    Returns:
        The model, not compiled.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file holds no model that can be loaded safely.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise FileNotFoundError(f"{name} '{path}' does not exist; pass a .keras or .h5 file")
    check_regular_file(path, name)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Whatever a broken or foreign file makes Keras, zip or HDF5 raise.
        raise ValueError(
            f"{name} '{path}' is not a Keras model that can be loaded safely "
            f"({first_line(error)}); pass a whole model saved by model.save('name.keras')"
        ) from error


def first_line(error: BaseException) -> str:
    """The first line of an error's message, shortened, or the name of its class."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
