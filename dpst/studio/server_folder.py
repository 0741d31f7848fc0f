"""The folder of a server's files: gone when the server is, at the latest with the next start."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows has no such locks: there only an orderly end deletes the folder
    fcntl = None  # type: ignore[assignment]

PREFIX = "dpst-studio-"
_LOCK_NAME = "owner.lock"
_GRACE = 600  # seconds in which a folder without a lock may be that of a server that is starting


@contextlib.contextmanager
def server_folder() -> Iterator[str]:
    """Make the folder of this server, and delete those of servers that were killed.

    A server holds a lock on a file in its folder, which the system releases however it ends.

    Yields:
        Its path, in the folder for temporary files; it is deleted at the end.
    """
    sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        with _locked_file(Path(name) / _LOCK_NAME) as lock:
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield name


def sweep(place: Path) -> None:
    """Delete the folders of servers that are no more.

    Args:
        place: where the folders are; those of other users are left alone.
    """
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Return whether a folder is this user's, and the server that made it has ended."""
    status = folder.lstat()
    if fcntl is None or not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        return False
    try:
        descriptor = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return time.time() - status.st_mtime > _GRACE
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


@contextlib.contextmanager
def _locked_file(path: Path) -> Iterator[IO[str]]:
    """Make a file that is locked from the moment it has its name."""
    beginning = path.with_suffix(".new")
    with open(beginning, "w", encoding="utf-8") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        os.rename(beginning, path)
        yield file
