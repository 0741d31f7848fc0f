"""A batch: the jobs of a jobs file, one after the other; a job that fails costs no other."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from dpst.batch.cluster import run_on_cluster
from dpst.batch.job_run import DONE, FAILED, THERE, Outcome, RunPair, run_job
from dpst.batch.jobs_file import Job
from dpst.batch.progress_line import BatchLine
from dpst.files.whole_file import remove_leftovers, whole_file
from dpst.report.trace import PAGE_NAME, write_text

FAILURES_NAME = "failures.csv"


def run_batch(
    jobs: Sequence[Job],
    output_dir: str | os.PathLike[str],
    run_pair: RunPair,
    is_dry_run: bool = False,
    cluster: str = "",
    report_dir: str | os.PathLike[str] = "",
) -> int:
    """Run all jobs, tell of each on standard error, and print a summary.

    Args:
        jobs: from `read_jobs`.
        output_dir: where the results go; made if it is missing. The table of failures is kept
            there, in `FAILURES_NAME`: line, output image and error of each.
        run_pair: runs a pair.
        is_dry_run: nothing is written.
        cluster: address of a Ray cluster to run them on, or "auto"; empty for this process.
        report_dir: where an overview of all jobs that were reached goes; empty for none.

    Returns:
        Exit status: 0 all is done, 2 some jobs failed, 130 interrupted.

    Raises:
        ValueError: the folder cannot be made or written to, or there is no such cluster.
    """
    if not is_dry_run:
        _prepare(output_dir)
    line = BatchLine(len(jobs), sys.stderr)
    outcomes: list[Outcome] = []
    is_interrupted = False
    try:
        for outcome in _run_jobs(jobs, run_pair, line, is_dry_run, cluster):
            job = outcome.job
            outcomes.append(outcome)
            line.finish(job.line, job.output, outcome.status, outcome.error, outcome.status == DONE)
            if outcome.status == FAILED and not is_dry_run:
                _write_failures(Path(output_dir) / FAILURES_NAME, outcomes)
    except KeyboardInterrupt:
        is_interrupted = True
    finally:
        line.close()
    if report_dir and outcomes and not is_dry_run:
        _write_overview(Path(report_dir), outcomes)
    for text in summary_table(outcomes, len(jobs)):
        print(f"dpst:   {text}", flush=True)
    if is_interrupted:
        print("dpst: interrupted; the same command goes on with what is missing.", file=sys.stderr)
        return 130
    return 2 if any(outcome.status == FAILED for outcome in outcomes) else 0


def summary_table(outcomes: Sequence[Outcome], num_jobs: int) -> Iterator[str]:
    """The outcome of a batch in words.

    Args:
        outcomes: of all jobs that were reached.
        num_jobs: how many there are.

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
    failures = [outcome for outcome in outcomes if outcome.status == FAILED]
    for failure in sorted(failures, key=lambda failure: failure.job.line):
        yield f"line {failure.job.line}: {failure.error}"


def _run_jobs(
    jobs: Sequence[Job], run_pair: RunPair, line: BatchLine, is_dry_run: bool, cluster: str
) -> Iterator[Outcome]:
    """Outcomes of all jobs as they come."""
    if cluster:
        yield from run_on_cluster(cluster, jobs, run_pair, is_dry_run)
        return
    for job in jobs:
        yield run_job(job, run_pair, partial(line.show, job.line), is_dry_run)


def _prepare(folder: str | os.PathLike[str]) -> None:
    """Make the folder of the results, and clear it of what a kill or an older batch left there."""
    try:
        os.makedirs(folder, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError("it is not writable")
        (Path(folder) / FAILURES_NAME).unlink(missing_ok=True)
    except OSError as error:
        raise ValueError(
            f"output_dir '{os.fspath(folder)}' cannot hold the results ({error}): choose another "
            "folder."
        ) from error
    remove_leftovers(folder)


def _write_overview(folder: Path, outcomes: Sequence[Outcome]) -> None:
    from dpst.report.overview import overview_page, overview_row

    ordered = sorted(outcomes, key=lambda outcome: outcome.job.line)
    rows = [overview_row(folder, each.job.line, each.job.flags, each.error) for each in ordered]
    path = folder / PAGE_NAME
    try:
        write_text(path, overview_page(rows))
        print(f"dpst: {path} written.", flush=True)
    except ValueError as error:  # The results are there; they must not count as failed.
        print(f"dpst: note: {' '.join(str(error).split())}", file=sys.stderr)


def _write_failures(path: Path, outcomes: Sequence[Outcome]) -> None:
    failures = [outcome for outcome in outcomes if outcome.status == FAILED]
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("line", "output_image", "error"))
    for failure in sorted(failures, key=lambda failure: failure.job.line):
        table.writerow((failure.job.line, failure.job.output, failure.error))
    # A full disk fails the jobs; it must not end the batch as well.
    with contextlib.suppress(OSError), whole_file(path) as file:
        file.write(text.getvalue().encode())
