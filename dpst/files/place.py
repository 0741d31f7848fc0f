"""Where paths lead: what a path means, and the one place that several paths may be names of."""

from __future__ import annotations

import functools
import os

StrPath = str | os.PathLike[str]


def home_path(path: StrPath, name: str) -> str:
    """Return a path as it was meant: `~` at its beginning is the home folder, `~NAME` a user's.

    Args:
        path: what was given. A file or folder that is called `~NAME` itself is taken for that.
        name: where the path came from, for the message.

    Raises:
        ValueError: there is no such user.
    """
    text = os.fspath(path)
    meant = os.path.expanduser(text)
    first, separator, _ = text.partition("/")
    if meant == text and separator and first.startswith("~") and not os.path.lexists(first):
        raise ValueError(
            f"{name} is '{text}', which begins with the home folder of a user, and there is no "
            f"such user: correct the name, or write './{text}' for a folder that is called so."
        )
    return meant


class Places:
    """The places of many paths; each folder's is looked up once.

    Two paths have equal places if they lead to one file, by symbolic links too, or differ in case
    alone: some file systems do not tell a.png from A.png. The files need not exist.
    """

    def __init__(self) -> None:
        """Look up nothing yet."""
        self._real_folder = functools.lru_cache(maxsize=4096)(os.path.realpath)

    def real_path(self, path: StrPath) -> str:
        """Return the absolute path without links of a file, which need not exist."""
        text = os.fspath(path)
        folder, name = os.path.split(text)
        if name in ("", os.curdir, os.pardir) or os.path.islink(text):
            return os.path.realpath(text)
        return os.path.join(self._real_folder(folder), name)

    def place(self, path: StrPath) -> str:
        """Return what is equal for all paths that lead to one file, and for no others."""
        return self.real_path(path).casefold()


def is_within(path: StrPath, folder: StrPath) -> bool:
    """Return whether a path leads into a folder, or to the folder itself; both by real paths."""
    inner, outer = os.path.realpath(path), os.path.realpath(folder)
    return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)


def is_same_file(path: StrPath, other: StrPath) -> bool:
    """Return whether two paths lead to one file, which need not exist yet.

    Args:
        path: a path.
        other: another.
    """
    if os.path.exists(path) and os.path.exists(other):
        return os.path.samefile(path, other)
    places = Places()
    return places.place(path) == places.place(other)
