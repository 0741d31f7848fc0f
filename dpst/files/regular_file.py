"""Input paths that lead to files: reading a pipe may wait for ever."""

from __future__ import annotations

import os


def check_regular_file(path: str | os.PathLike[str], name: str) -> None:
    """Check that what a path leads to, if anything, is a file or a folder.

    Args:
        path: path of an input file.
        name: where the path came from, for messages.

    Raises:
        ValueError: it is a pipe, a device or a socket.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise ValueError(f"{name} '{os.fspath(path)}' is a pipe or a device: give a file.")
