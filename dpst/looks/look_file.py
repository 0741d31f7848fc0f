"""Look files: a recolouring as a .npz file, to be applied to other photos of the same view."""

from __future__ import annotations

import operator
import os
from pathlib import Path
from typing import Any

import numpy as np

from dpst.files.array_file import read_arrays
from dpst.files.regular_file import check_regular_file
from dpst.files.whole_file import whole_file
from dpst.looks.recoloring import Recoloring
from matting import LocalAffineMap

LOOK_SUFFIX = ".npz"
_FORMAT = 2  # of the file
_KNOWN_FORMATS = (1, 2)  # the first knew no view
_ARRAYS = ("format", "size", "coefficients", "styled_share", "view")
_MAX_VIEW_PIXELS = 1 << 16
_MAX_SIDE = 1 << 20
_MAX_COEFFICIENT = 1e6  # those of colours are of the order of 1; sums of such stay finite


def save_look(path: str | os.PathLike[str], look: Recoloring) -> None:
    """Write a look, whole or not at all.

    Args:
        path: where it goes, a .npz file.
        look: what to write.

    Raises:
        ValueError: the file cannot be written.
    """
    arrays: dict[str, Any] = {
        "format": np.array(_FORMAT),
        "size": np.array(look.size),
        "coefficients": look.local_map.coefficients,
    }
    if look.styled_share is not None:
        arrays["styled_share"] = look.styled_share.coefficients
    if look.view is not None:
        arrays["view"] = look.view
    try:
        with whole_file(path) as file:
            np.savez_compressed(file, **arrays)
    except OSError as error:
        raise ValueError(
            f"save_look '{os.fspath(path)}' cannot be written ({error}): free space or change the "
            "path."
        ) from error


def load_look(path: str | os.PathLike[str], name: str = "apply_look") -> Recoloring:
    """Read a look.

    Args:
        path: a file that `save_look` wrote.
        name: where the path came from, for messages.

    Returns:
        The look.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds no look.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{name} '{path}' does not exist: give a file of --save_look.")
    check_regular_file(path, name)
    try:
        arrays = read_arrays(path, _ARRAYS)
        height, width = (operator.index(side) for side in arrays["size"])
        sides_fit = 0 < min(height, width) and max(height, width) <= _MAX_SIDE
        is_known = int(arrays["format"]) in _KNOWN_FORMATS and sides_fit
        view = _checked_view(arrays["view"]) if "view" in arrays else None
        maps = [
            None if arrays.get(key) is None else _checked_map(arrays[key], channels)
            for key, channels in (("coefficients", 3), ("styled_share", 1))
        ]
    except Exception as error:  # Whatever a foreign or broken file makes NumPy raise.
        raise _no_look(path, name) from error
    if not is_known or maps[0] is None:
        raise _no_look(path, name)
    return Recoloring(maps[0], maps[1], (height, width), view)


def _checked_map(coefficients: np.ndarray, channels: int) -> LocalAffineMap:
    is_map = coefficients.ndim == 4 and coefficients.shape[2:] == (4, channels)
    if not is_map or coefficients.dtype != np.float32 or coefficients.size == 0:
        raise ValueError(f"{coefficients.dtype} {coefficients.shape} is no local affine map")
    if not (np.abs(coefficients) <= _MAX_COEFFICIENT).all():  # NaN is not either.
        raise ValueError("its coefficients are not finite, or make no colours")
    return LocalAffineMap(coefficients)


def _checked_view(view: np.ndarray) -> np.ndarray:
    if view.ndim != 2 or view.dtype != np.uint8 or not 0 < view.size <= _MAX_VIEW_PIXELS:
        raise ValueError(f"{view.dtype} {view.shape} is no picture of a view")
    return view


def _no_look(path: Path, name: str) -> ValueError:
    return ValueError(
        f"{name} '{path}' holds no look, it must be a file that this version of --save_look wrote: "
        "save it again."
    )
