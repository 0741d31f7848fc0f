"""The command line as tests run it: what a run printed, how it ended, and what it left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from dpst.cli import cli
from tests.exit_statuses import BAD_INPUT


@dataclass(frozen=True)
class FinishedRun:
    """A run of the command line that has ended.

    Attributes:
        status: its exit status.
        out: what it wrote to standard output.
        err: what it wrote to standard error.
        files: names of the files and folders that it made, in the folder where it ran.
    """

    status: int
    out: str
    err: str
    files: list[str]


class CommandLine:
    """Runs the command line in the working directory.

    Args:
        folder: the working directory.
        capture: of what the process writes.
        **flags: of every run, unless a run changes them.
    """

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], **flags: object) -> None:
        self._folder = folder
        self._capture = capture
        self._flags = flags

    def with_flags(self, **flags: object) -> CommandLine:
        """Return a command line with further flags in every run."""
        return CommandLine(self._folder, self._capture, **{**self._flags, **flags})

    def __call__(self, *words: str, **flags: object) -> FinishedRun:
        """Run the command line.

        Args:
            *words: arguments as they are, like `--dry_run`.
            **flags: flags by name; None leaves one of `with_flags` out.

        Returns:
            How it ended. What was written before is not part of it.
        """
        named = {**self._flags, **flags}.items()
        arguments = [f"--{name}={value}" for name, value in named if value is not None]
        before = set(self._folder.rglob("*"))
        self._capture.readouterr()
        status = cli.main(["run.py", *arguments, *words])
        out, err = self._capture.readouterr()
        made = set(self._folder.rglob("*")) - before
        names = sorted(path.relative_to(self._folder).as_posix() for path in made)
        return FinishedRun(status, out, err, names)


def check_refused(run: FinishedRun, *parts: str) -> None:
    """Check that a run was refused in one clear line with these parts, and left no file."""
    assert run.status == BAD_INPUT, run
    lines = run.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("dpst: error: "), lines
    for part in parts:
        assert part in lines[0], lines[0]
    assert run.files == [], run.files
