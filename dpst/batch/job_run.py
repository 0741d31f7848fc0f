"""One job of a batch: run, recorded beside its result, and what became of it."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dpst.batch.job_record import is_finished, job_digest, write_record
from dpst.batch.jobs_file import OUTPUT_FLAGS, Job

if TYPE_CHECKING:
    from dpst.solving.solve import Progress

DONE, THERE, FAILED = "done", "already there", "failed"

Show = Callable[["Progress"], None]
RunPair = Callable[[Mapping[str, str], Show], None]
"""Runs a pair by its flags and shows its progress. What it prints goes into the job's record."""


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        job: the job.
        status: `DONE`, `THERE` or `FAILED`.
        seconds: how long it took.
        error: why it failed, in one line; else empty.
    """

    job: Job
    status: str
    seconds: float = 0.0
    error: str = ""


def run_job(job: Job, run_pair: RunPair, show: Show, is_dry_run: bool = False) -> Outcome:
    """Run one job, unless its results are there already.

    Args:
        job: of a jobs file.
        run_pair: runs it.
        show: is told of its progress.
        is_dry_run: nothing is written, so nothing is recorded.

    Returns:
        What became of it; whatever is wrong with it is a failure.

    Raises:
        KeyboardInterrupt: interrupted; the job counts as not begun.
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
        for name in OUTPUT_FLAGS:
            if name in flags:
                Path(flags[name]).parent.mkdir(parents=True, exist_ok=True)
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            run_pair(flags, show)
        seconds = time.monotonic() - start
        if not is_dry_run:
            messages = printed.getvalue().splitlines()
            write_record(job, job_hash, {"seconds": seconds, "messages": messages})
        return Outcome(job, DONE, seconds)
    except Exception as error:  # One pair's bad luck, of whatever kind, must not cost the others.
        return Outcome(job, FAILED, time.monotonic() - start, _in_one_line(error))


def _dry_flags(job: Job) -> dict[str, str]:
    """A job's flags with the outputs where they could be put without making a folder."""
    flags = dict(job.flags)
    for name in OUTPUT_FLAGS:
        if name in flags:
            path = Path(flags[name]).absolute()
            folder = next(parent for parent in path.parents if parent.exists())
            flags[name] = str(folder / path.name)
    return flags


def _in_one_line(error: Exception) -> str:
    message = " ".join(str(error).split())
    is_expected = isinstance(error, (ValueError, OSError, FloatingPointError))
    return message if is_expected and message else f"{type(error).__name__}: {message[:300]}"
