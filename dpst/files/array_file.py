"""Files of arrays (.npz), whose sizes are checked before anything in them is unpacked."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Iterable
from typing import IO

import numpy as np

from dpst.files.swelling import check_swelling

_MAX_HEADER = 4096  # bytes


def read_arrays(path: str | os.PathLike[str], names: Iterable[str]) -> dict[str, np.ndarray]:
    """Read some arrays of a file.

    Args:
        path: a .npz file.
        names: of the arrays to read, those that it has; others are not touched.

    Returns:
        The arrays by name.

    Raises:
        OSError: it cannot be opened.
        ValueError: an array is of objects, is not of the size that its header tells, or swells.
        Exception: of many kinds, for a damaged file.
    """
    with open(path, "rb") as raw, zipfile.ZipFile(raw) as archive:
        parts = {name: f"{name}.npy" for name in names}
        held = set(archive.namelist())
        entries = {name: archive.getinfo(part) for name, part in parts.items() if part in held}
        total = sum(entry.file_size for entry in entries.values())
        check_swelling(total, os.fstat(raw.fileno()).st_size, "its arrays")
        arrays = {}
        for name, entry in entries.items():
            with archive.open(entry) as part:
                _check_header(part, entry.file_size)
            with archive.open(entry) as part:
                arrays[name] = np.lib.format.read_array(part, allow_pickle=False)
        return arrays


def _check_header(part: IO[bytes], size: int) -> None:
    """Check that an array is of plain numbers or text and takes the bytes that there are."""
    version = np.lib.format.read_magic(part)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, _, dtype = read(part, max_header_size=_MAX_HEADER)
    if dtype.hasobject or part.tell() + math.prod(shape) * dtype.itemsize != size:
        raise ValueError(f"its array {dtype} {shape} does not take {size} bytes")
