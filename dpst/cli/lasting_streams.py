"""Standard streams that cannot end a run: closed, full, read by nobody, or of few characters."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

from dpst.messages import one_line


class LastingStream:
    """A stream of text that takes everything: what cannot be written is dropped.

    Attributes:
        error: why the first thing could not be written; None if all could.
    """

    def __init__(self, stream: Any) -> None:
        """Wrap a stream; characters that its encoding lacks are written as escapes."""
        self.error: OSError | None = None
        self._stream = stream
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Write text, or drop it."""
        with self._noting_errors():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is held back, or drop it."""
        with self._noting_errors():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        """Return what else the stream has."""
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _noting_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = self.error or error
            # What the stream still holds goes nowhere, now and when Python ends.
            with contextlib.suppress(OSError, ValueError, AttributeError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)


@contextlib.contextmanager
def lasting_streams() -> Iterator[tuple[LastingStream, LastingStream]]:
    """Let standard output and standard error take everything while the context lasts.

    Yields:
        Both streams. At the end, what standard output could not take is told on standard error,
        unless its reader has gone and wanted no more.
    """
    _open_closed_descriptors()
    before = sys.stdout, sys.stderr
    out, err = (
        LastingStream(open(os.devnull, "w", encoding="utf-8") if stream is None else stream)
        for stream in before
    )
    sys.stdout, sys.stderr = out, err
    try:
        yield out, err
    finally:
        out.flush()
        if out.error and not isinstance(out.error, BrokenPipeError):
            print(
                f"dpst: note: standard output could not be written ({one_line(out.error)}).",
                file=err,
            )
        err.flush()
        sys.stdout, sys.stderr = before


def _open_closed_descriptors() -> None:
    """Open 0, 1 and 2 where they are closed: else the next file would get their numbers.

    What a library prints would then go into the user's file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)
