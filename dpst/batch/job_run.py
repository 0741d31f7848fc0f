"""One job of a batch: run, and recorded beside its result."""

from __future__ import annotations

import contextlib
import io
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dpst.batch.job import Job
from dpst.batch.job_record import is_finished, job_digest, write_record
from dpst.batch.outcome import DONE, FAILED, THERE, Outcome
from dpst.messages import one_line

if TYPE_CHECKING:
    from dpst.solving.progress import Progress

Show = Callable[["Progress"], None]
"""Shows the progress of a solve."""

RunPair = Callable[[Mapping[str, str], Show], None]
"""Runs a pair by its flags and shows its progress. What it prints goes into the job's record."""


def run_job(job: Job, run_pair: RunPair, show: Show, is_dry_run: bool = False) -> Outcome:
    """Run one job, unless its results are there already.

    Args:
        job: of a jobs file.
        run_pair: runs it.
        show: shows its progress.
        is_dry_run: whether nothing is written, so that nothing is recorded.

    Returns:
        What became of it. Any error is a failed job.

    Raises:
        KeyboardInterrupt: the user interrupted it; the job counts as not begun.
    """
    start = time.monotonic()
    printed = io.StringIO()
    try:
        if job.error:
            raise ValueError(job.error)
        job_hash = job_digest(job)
        if is_finished(job, job_hash):
            return Outcome(job, THERE)
        flags = _dry_flags(job) if is_dry_run else job.flags
        for name in job.output_paths:
            Path(flags[name]).parent.mkdir(parents=True, exist_ok=True)
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            run_pair(flags, show)
        seconds = time.monotonic() - start
        if not is_dry_run:
            messages = printed.getvalue().splitlines()
            write_record(job, job_hash, {"seconds": seconds, "messages": messages})
        return Outcome(job, DONE, seconds)
    except Exception as error:  # A failing job must not stop the batch.
        return Outcome(job, FAILED, time.monotonic() - start, _error_text(error))


def in_existing_folder(path: str | os.PathLike[str]) -> Path:
    """Return a path of the same name in the nearest folder above it that exists.

    Args:
        path: of a file, in a folder that may have to be made.
    """
    path = Path(path)
    return next(each for each in path.absolute().parents if each.exists()) / path.name


def _dry_flags(job: Job) -> dict[str, str]:
    """Return a job's flags with the outputs in folders that exist, so that none must be made."""
    flags = dict(job.flags)
    for name, path in job.output_paths.items():  # By flag, so that none is an input or another.
        flags[name] = str(in_existing_folder(path.with_name(f".{name}_{path.name}")))
    return flags


def _error_text(error: Exception) -> str:
    """Return an error in one line; with its kind, where the message alone would not explain it."""
    is_expected = isinstance(error, (ValueError, OSError, FloatingPointError))
    if is_expected or not str(error).strip():
        return one_line(error)
    return f"{type(error).__name__}: {one_line(error, 300)}"
