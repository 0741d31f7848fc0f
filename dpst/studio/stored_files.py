"""The files that a server holds for its sessions: whose they are, and how many bytes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from dpst.studio.refusals import Refused

MEGABYTE = 2**20
LARGEST_UPLOAD = 64 * MEGABYTE
"""Bytes of a file that is uploaded, at most."""

LARGEST_SESSION = 512 * MEGABYTE
"""Bytes that are stored for a session, at most."""

LARGEST_STORE = 4096 * MEGABYTE
"""Bytes that are stored in all, at most."""

_LEAST = MEGABYTE // 16  # what a file counts at least, so that their number is bounded too


class StoredFiles:
    """Files by owner; a file may belong to several sessions, since equal ones are stored once.

    Args:
        folder: where the server stores files.
        largest_session: bytes for a session, at most.
        largest_store: bytes in all, at most.
    """

    def __init__(
        self,
        folder: Path,
        largest_session: int = LARGEST_SESSION,
        largest_store: int = LARGEST_STORE,
    ) -> None:
        """Keep what is given."""
        self.folder = folder
        self._limits = {"this session": largest_session, "all sessions": largest_store}
        self._owned: dict[str, set[str]] = {}  # paths by session
        self._arriving: dict[str, int] = {}  # bytes by session

    def is_inside(self, path: str) -> bool:
        """Return whether a path leads into the folder, or to the folder itself."""
        real = os.path.realpath(path)
        folder = os.path.realpath(self.folder)
        return real == folder or real.startswith(folder + os.sep)

    def add(self, session: str, path: str) -> None:
        """Give a file to a session; paths outside the folder are left alone."""
        if self.is_inside(path):
            self._owned.setdefault(session, set()).add(os.path.realpath(path))

    def is_owned(self, session: str, path: str) -> bool:
        """Return whether a file belongs to a session."""
        return os.path.realpath(path) in self._owned.get(session, ())

    def check_room(self, session: str, size: int = 0) -> None:
        """Check that a session may store more.

        Args:
            session: whose file it is.
            size: of what is to be stored, in bytes.

        Raises:
            Refused: it is too much for the session, or in all.
        """
        own = self._arriving.get(session, 0) + sum(map(_size, self._existing(session)))
        everything = sum(self._arriving.values()) + sum(
            _size(os.path.join(folder, name))
            for folder, _, names in os.walk(self.folder)
            for name in names
        )
        for (whose, limit), used in zip(self._limits.items(), (own, everything), strict=True):
            if used + size > limit:
                raise Refused(
                    413,
                    f"the files of {whose} have {used / MEGABYTE:.0f} MB and this adds "
                    f"{size / MEGABYTE:.0f} MB, must have at most {limit / MEGABYTE:.0f} MB: wait "
                    "until old ones are deleted, after two hours, or start the studio anew.",
                )

    @contextlib.contextmanager
    def arriving(self, session: str, size: int) -> Iterator[None]:
        """Count bytes that are on their way.

        Raises:
            Refused: they are too many.
        """
        self.check_room(session, size)
        self._arriving[session] = self._arriving.get(session, 0) + size
        try:
            yield
        finally:
            self._arriving[session] -= size
            if not self._arriving[session]:
                del self._arriving[session]
            if not self._arriving:
                self._delete_fragments()

    def _delete_fragments(self) -> None:
        """Delete what is left of uploads that broke off: whole ones are in folders of their own."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                if path.is_file():
                    path.unlink()

    def _existing(self, session: str) -> set[str]:
        """Return a session's files, after forgetting those that were deleted."""
        existing = {path for path in self._owned.get(session, ()) if os.path.exists(path)}
        if existing:
            self._owned[session] = existing
        else:
            self._owned.pop(session, None)
        return existing


def _size(path: str) -> int:
    try:
        return max(os.path.getsize(path), _LEAST)
    except OSError:
        return 0
