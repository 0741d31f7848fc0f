"""Files that appear whole or not at all, and paths that are checked before any work starts."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_LEFTOVER_AGE = 3600  # seconds without a write after which nobody is writing any more

_YOUNGEST_LEFTOVER = 0.5  # seconds: a file may not be locked yet in its first moment


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a file that takes its place only when all is written; an old one stays until then.

    Args:
        path: where the file goes.

    Yields:
        The binary file to write.

    Raises:
        OSError: it cannot be written.
    """
    path = Path(os.path.realpath(path))  # a symbolic link stays one
    # Created by open(), not by tempfile: the file that stays has the permissions that the user's
    # umask asks for.
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        with open(temporary, "xb") as file:
            _lock(file)
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the new name without contents
        os.replace(temporary, path)
    finally:
        # Not unlink(missing_ok=True): below a file in the folder's place that is an error.
        if temporary.exists():
            temporary.unlink()


def remove_leftovers(folder: str | os.PathLike[str]) -> None:
    """Remove what `whole_file` left in a folder where its process was killed while it wrote.

    Args:
        folder: where to look. What other processes are writing there stays: it is locked, or,
            where the file system knows no locks, young.
    """
    for path in Path(folder).glob(".*.tmp"):
        with contextlib.suppress(OSError):
            is_ours = re.fullmatch(r"\.[0-9a-f]{16}\.tmp", path.name) is not None
            if is_ours and not path.is_symlink() and _is_left(path):
                path.unlink()


def _lock(file: IO[bytes]) -> None:
    """Lock a file until it is closed, be it by a kill; where there are no locks do nothing."""
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_left(path: Path) -> bool:
    """Return whether nobody writes a file any more."""
    age = time.time() - path.stat().st_mtime
    if fcntl is None or age < _YOUNGEST_LEFTOVER:
        return age > _LEFTOVER_AGE
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    except OSError:
        return age > _LEFTOVER_AGE


def check_file_path(path: str | os.PathLike[str], name: str, suffixes: Collection[str]) -> None:
    """Check, before any work starts, that a file can be written. Creates and deletes nothing.

    Args:
        path: where the file is to go.
        name: where the path came from, for messages.
        suffixes: the suffixes that it may have, in lower case.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: the path is a folder, its folder is not writable, or its suffix is another one.
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
    if path.exists() and not os.access(path, os.W_OK):
        raise ValueError(f"{name} '{path}' is read-only: choose another path, or make it writable.")
    if not os.access(Path(os.path.realpath(path)).parent, os.W_OK | os.X_OK):
        raise ValueError(
            f"{name} '{path}' lies in a folder that is not writable: choose another folder."
        )


def check_folder_path(
    folder: str | os.PathLike[str], name: str, file_names: Iterable[str] = ()
) -> None:
    """Check, before any work starts, that a folder can be made and written to.

    Creates and deletes nothing.

    Args:
        folder: the folder; it and its parents need not exist.
        name: where the folder came from, for messages.
        file_names: names of files that will be written into it.

    Raises:
        ValueError: something else has the folder's name or that of a parent, a folder has the name
            of one of the files, or the folder is not writable.
    """
    folder = Path(folder)
    try:
        parents = folder.absolute().parents
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{name} '{folder}' starts from the working folder, which no longer exists: change to "
            "one that does, or give a whole path."
        ) from error
    existing = next(path for path in (folder, *parents) if path.exists())
    if not existing.is_dir():
        raise ValueError(
            f"{name} '{folder}' cannot be a folder, '{existing}' is a file: choose another "
            "folder, or move the file away."
        )
    for file_name in file_names:
        if (folder / file_name).is_dir():
            raise ValueError(
                f"{name} '{folder}' holds a folder '{file_name}', where a file must go: choose "
                "another folder."
            )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ValueError(
            f"{name} '{folder}' is not writable, or cannot be created in '{existing}': choose "
            "another folder."
        )
