"""What a Keras model file holds, checked before Keras reads it: no code, nothing from other files.

Keras's safe mode refuses most of it too. This does not rely on Keras's version.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras

from dpst.files.swelling import check_swelling

_RUN_CODE = frozenset(
    ("Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")
)
_READ_FILES = frozenset(("StringLookup", "IntegerLookup", "TextVectorization"))
_PACKAGES = frozenset(("keras", "keras_hub", "builtins"))
_WEIGHT_SUFFIXES = (".h5", ".hdf5")


def check_model_file(path: Path) -> None:
    """Check that a model file can be given to Keras.

    Args:
        path: a `.keras` or `.h5` file.

    Raises:
        ValueError: it names classes that run code or read other files, or of other packages that
            are not registered with Keras; it refers to other files; or it swells when it is read.
        Exception: of many kinds, where it is neither zip nor HDF5.
    """
    if path.suffix.lower() in _WEIGHT_SUFFIXES:
        with h5py.File(path, "r") as file:
            check_weight_data(file, path.stat().st_size)
            config = file.attrs.get("model_config")
            _check_config(json.loads(config) if config is not None else {})
        return
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            check_swelling(entry.file_size, entry.compress_size, f"its part '{entry.filename}'")
        config = json.loads(archive.read("config.json"))
        if isinstance(config, dict):
            config.pop("compile_config", None)  # Of the training, which is not read.
        _check_config(config)
        for entry in archive.infolist():
            if entry.filename.endswith(_WEIGHT_SUFFIXES):
                with archive.open(entry) as data, h5py.File(data, "r") as file:
                    check_weight_data(file, entry.file_size)


def check_weight_data(file: h5py.File, size: int) -> None:
    """Check that an HDF5 file holds all its data itself, and no more than fits into it.

    Args:
        file: the open file.
        size: its size in bytes.

    Raises:
        ValueError: it refers to other files, or declares far more data than it has.
    """
    total = 0

    def check(item: Any) -> None:
        nonlocal total
        if isinstance(item, h5py.Dataset):
            total += item.nbytes
            if item.external or item.is_virtual:
                raise ValueError(f"its data '{item.name}' lie in another file")
        elif isinstance(item, h5py.Group):
            for name in item:
                if isinstance(item.get(name, getlink=True), h5py.ExternalLink):
                    raise ValueError(f"its part '{name}' lies in another file")

    check(file)
    file.visititems(lambda _, item: check(item))
    check_swelling(total, size, "its data")


def _check_config(config: Any) -> None:
    """Check the classes and functions that a model's configuration names."""
    for entry in _entries(config):
        name = str(entry["class_name"])
        last = name.replace(">", ".").rpartition(".")[2]
        if last in _RUN_CODE:
            raise ValueError(f"it has a {last}, which runs code that the file brings")
        if last in _READ_FILES:
            raise ValueError(f"it has a {last}, which may read other files")
        module = entry.get("module") or "keras"
        is_registered = keras.saving.get_registered_object(entry.get("registered_name") or name)
        if str(module).partition(".")[0] not in _PACKAGES and is_registered is None:
            raise ValueError(f"it has a {name} of '{module}', which is not registered with Keras")


def _entries(config: Any) -> Iterator[dict[str, Any]]:
    """Yield all parts of a configuration that name a class, at any depth."""
    waiting = [config]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "class_name" in part:
                yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
