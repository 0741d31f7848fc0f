"""What is told of a batch: a table of outcomes, the list of failures, and the overview."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from dpst.batch.outcome import DONE, FAILED, THERE, Outcome
from dpst.messages import one_line
from dpst.report.files import PAGE_NAME, write_text


def summary_table(outcomes: Sequence[Outcome], num_jobs: int) -> Iterator[str]:
    """Put the outcomes of a batch into words.

    Args:
        outcomes: of all jobs that were reached.
        num_jobs: number of jobs of the batch.

    Yields:
        A line for each kind of outcome with how many there were and how long they took, and one
        for each failure.
    """
    counts = Counter(outcome.status for outcome in outcomes)
    yield f"{'result':<13}  {'jobs':>6}  {'seconds a job':>13}"
    for status in (DONE, THERE, FAILED):
        times = [outcome.seconds for outcome in outcomes if outcome.status == status]
        mean = f"{sum(times) / len(times):.1f}" if times and status != THERE else "-"
        yield f"{status:<13}  {counts[status]:>6}  {mean:>13}"
    if len(outcomes) < num_jobs:
        yield f"{'not reached':<13}  {num_jobs - len(outcomes):>6}  {'-':>13}"
    for failure in _failures(outcomes):
        yield f"line {failure.job.line}: {failure.error}"


def write_overview(folder: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the overview of a batch, and say so; if it cannot be written say that.

    Args:
        folder: where it goes; created if it is missing.
        outcomes: of all jobs that were reached.
    """
    from dpst.report.overview import overview_page, overview_row  # They load TensorFlow.

    ordered = sorted(outcomes, key=lambda outcome: outcome.job.line)
    rows = [overview_row(folder, each.job.line, each.job.flags, each.error) for each in ordered]
    path = folder / PAGE_NAME
    try:
        write_text(path, overview_page(rows))
        print(f"dpst: {path} written.", flush=True)
    except ValueError as error:  # The results are there; they must not count as failed.
        print(f"dpst: note: {one_line(error)}", file=sys.stderr)


def _failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the failures in the order of the jobs file."""
    failures = [outcome for outcome in outcomes if outcome.status == FAILED]
    return sorted(failures, key=lambda failure: failure.job.line)
