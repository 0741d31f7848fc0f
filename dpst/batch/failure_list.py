"""The list of failures of a batch, a CSV file that grows by a line with each."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence
from pathlib import Path

from dpst.batch.outcome import FAILED, Outcome
from dpst.files.whole_file import whole_file

FAILURES_NAME = "failures.csv"

_HEADER = ("line", "output_image", "error")


class FailureList:
    """Writes the failures of a batch: line, output image and error of each.

    A full disk is no error: it fails the jobs, but must not end the batch.
    """

    def __init__(self, path: Path) -> None:
        """Write nothing yet.

        Args:
            path: the file; it is made with the first failure.
        """
        self._path = path
        self._outcomes: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        """Append a failure, in one write, so that the file is whole after a kill; else nothing."""
        if outcome.status != FAILED:
            return
        rows = _rows([outcome]) if self._outcomes else _rows([outcome], has_header=True)
        self._outcomes.append(outcome)
        with contextlib.suppress(OSError), open(self._path, "ab", buffering=0) as file:
            file.write(rows)

    def close(self) -> None:
        """Put the failures into the order of the jobs file, if they came in another one."""
        ordered = sorted(self._outcomes, key=lambda outcome: outcome.job.line)
        if ordered != self._outcomes:
            with contextlib.suppress(OSError), whole_file(self._path) as file:
                file.write(_rows(ordered, has_header=True))


def remove_old_list(path: Path) -> None:
    """Remove the list that an earlier batch left, and no other file.

    Args:
        path: where the list is to go.

    Raises:
        OSError: something else is there.
    """
    if path.is_symlink():
        raise FileExistsError(f"'{path}' is a link, where the list of failures must go")
    if path.exists():
        with open(path, "rb") as file:
            if not (_rows([], has_header=True)).startswith(file.read(len(_rows([], True)))):
                raise FileExistsError(
                    f"'{path}' is there and is not a list of failures, which must go there"
                )
        path.unlink()


def _rows(outcomes: Sequence[Outcome], has_header: bool = False) -> bytes:
    """Return failures as lines of CSV; names of files are bytes and stay so."""
    text = io.StringIO()
    table = csv.writer(text)
    if has_header:
        table.writerow(_HEADER)
    for outcome in outcomes:
        table.writerow((outcome.job.line, outcome.job.output, outcome.error))
    return text.getvalue().encode(errors="surrogateescape")
