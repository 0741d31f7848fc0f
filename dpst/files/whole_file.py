"""Files that appear whole or not at all, at paths that were checked before any work started."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

_LEFTOVER_AGE = 3600  # Seconds without a write after which nobody writes any more.


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Opens a file that takes its place only when all is written; an old one stays until then.

    Args:
        path: Where the file goes.

    Yields:
        The binary file to write.

    Raises:
        OSError: If it cannot be written.
    """
    path = Path(path)
    # Created by open(), not by tempfile: the file that stays has the permissions that the user's
    # umask asks for.
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # Else a power cut may leave the new name without contents.
        os.replace(temporary, path)
    finally:
        # Not unlink(missing_ok=True): below a file in the folder's place that is an error.
        if temporary.exists():
            temporary.unlink()


def remove_leftovers(folder: str | os.PathLike[str]) -> None:
    """Removes what `whole_file` left in a folder where its process was killed while it wrote.

    Args:
        folder: Where to look; other processes may be writing there, so young files stay.
    """
    for path in Path(folder).glob(".*.tmp"):
        with contextlib.suppress(OSError):
            is_ours = re.fullmatch(r"\.[0-9a-f]{16}\.tmp", path.name) is not None
            if is_ours and time.time() - path.stat().st_mtime > _LEFTOVER_AGE:
                path.unlink()


def check_file_path(path: str | os.PathLike[str], name: str, suffixes: Collection[str]) -> None:
    """Checks, before any work starts, that a file can be written. Creates and deletes nothing.

    Args:
        path: Where the file shall go.
        name: Where the path came from, for messages.
        suffixes: Those that it may have, in lower case.

    Raises:
        FileNotFoundError: If the folder does not exist.
        ValueError: If the path is a folder, its folder is not writable, or its suffix is none of
            those.
    """
    path = Path(path)
    if path.is_dir():
        example = path / f"output{next(iter(suffixes))}"
        raise ValueError(f"{name} '{path}' is a folder: give the path of a file, e.g. '{example}'.")
    if path.suffix.lower() not in suffixes:
        one_of = "one of " if len(suffixes) > 1 else ""
        raise ValueError(
            f"{name} '{path}' has the suffix '{path.suffix}', it must be {one_of}"
            f"{' '.join(suffixes)}: rename it."
        )
    if not path.parent.exists():
        raise FileNotFoundError(
            f"{name} '{path}' lies in a folder that does not exist: create '{path.parent}' first."
        )
    if not path.parent.is_dir():
        raise ValueError(
            f"{name} '{path}' lies under '{path.parent}', which is not a folder: choose another "
            "path."
        )
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise ValueError(
            f"{name} '{path}' lies in a folder that is not writable: choose another folder."
        )
