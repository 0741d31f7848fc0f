"""Digests, which tell whether inputs, settings and files are still the same."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

_BLOCK = 1 << 20  # bytes read at once


def digest(*values: Any) -> str:
    """Return a digest of values: equal for equal ones, and in practice for no others.

    Args:
        values: numbers, strings, bytes, None, arrays, and lists, tuples, mappings with strings for
            keys and dataclasses of these, to any depth.

    Returns:
        SHA-256 in hex.

    Raises:
        TypeError: a value is of another type.
    """
    state = hashlib.sha256()
    _update(state, values)
    return state.hexdigest()


def file_digest(path: str | os.PathLike[str], algorithm: str = "sha256") -> str:
    """Return the digest of a file's contents.

    Args:
        path: the file.
        algorithm: name of the hash for `hashlib`.

    Returns:
        The digest in hex.

    Raises:
        OSError: the file cannot be read.
    """
    state = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            state.update(block)
    return state.hexdigest()


def _update(state: Any, value: Any) -> None:
    """Add a value with its type and length, so that no two run into each other."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        value = [item for key in sorted(value) for item in (key, value[key])]
    if isinstance(value, list | tuple):
        state.update(b"list %d " % len(value))
        for item in value:
            _update(state, item)
        return
    if isinstance(value, np.ndarray) and value.dtype != object:
        head = f"{value.dtype.str} {value.shape}"
        data = np.ascontiguousarray(value).tobytes()
    elif isinstance(value, bytes):
        head, data = "bytes", value
    elif value is None or isinstance(value, str | bool | int | float | np.generic):
        head, data = (
            type(value).__name__,
            str(value).encode(errors="surrogatepass"),
        )  # of names that are not UTF-8
    else:
        raise TypeError(f"{type(value).__name__} has no digest, give arrays and plain values.")
    state.update(f"{head} {len(data)} ".encode() + data)
