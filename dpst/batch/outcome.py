"""What became of a job."""

from __future__ import annotations

from dataclasses import dataclass

from dpst.batch.job import Job

DONE, THERE, FAILED = "done", "already there", "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        job: the job.
        status: `DONE`, `THERE` or `FAILED`.
        seconds: how long it took.
        error: why it failed, in one line; "" where it did not.
    """

    job: Job
    status: str
    seconds: float = 0.0
    error: str = ""
