"""A batch: the jobs of a jobs file, one after the other; one that fails does not stop the rest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from dpst.batch.cluster import run_on_cluster
from dpst.batch.exit_status import ExitStatus
from dpst.batch.failure_list import FAILURES_NAME, FailureList, remove_old_list
from dpst.batch.job import Job
from dpst.batch.job_run import RunPair, run_job
from dpst.batch.outcome import FAILED, Outcome
from dpst.batch.progress_line import BatchLine
from dpst.batch.summary import summary_table, write_overview
from dpst.files.whole_file import remove_leftovers


def run_batch(
    jobs: Sequence[Job],
    output_dir: str | os.PathLike[str],
    run_pair: RunPair,
    is_dry_run: bool = False,
    cluster: str = "",
    report_dir: str | os.PathLike[str] = "",
) -> ExitStatus:
    """Run all jobs, report each on standard error, and print a summary.

    Args:
        jobs: from `read_jobs`.
        output_dir: where the results go; created if it is missing. The list of failures is kept
            there in `FAILURES_NAME`.
        run_pair: runs a pair.
        is_dry_run: whether nothing is written.
        cluster: address of a Ray cluster to run them on, or "auto"; "" for this process.
        report_dir: where an overview of all jobs that were reached goes; "" writes none.

    Returns:
        DONE, SOME_FAILED or INTERRUPTED.

    Raises:
        ValueError: the folder cannot be created or written to, or there is no such cluster.
    """
    if not is_dry_run:
        _prepare(output_dir, jobs)
    line = BatchLine(len(jobs), sys.stderr)
    failures = FailureList(Path(output_dir) / FAILURES_NAME)
    outcomes: list[Outcome] = []
    is_interrupted = False
    try:
        for outcome in _outcomes(jobs, run_pair, line, is_dry_run, cluster):
            outcomes.append(outcome)
            line.finish(outcome)
            if not is_dry_run:
                failures.add(outcome)
    except KeyboardInterrupt:
        is_interrupted = True
    finally:
        line.close()
        failures.close()
    if report_dir and outcomes and not is_dry_run:
        write_overview(Path(report_dir), outcomes)
    for text in summary_table(outcomes, len(jobs)):
        print(f"dpst:   {text}", flush=True)
    if is_interrupted:
        print("dpst: interrupted; the same command goes on with what is missing.", file=sys.stderr)
        return ExitStatus.INTERRUPTED
    has_failures = any(outcome.status == FAILED for outcome in outcomes)
    return ExitStatus.SOME_FAILED if has_failures else ExitStatus.DONE


def _prepare(folder: str | os.PathLike[str], jobs: Sequence[Job]) -> None:
    """Create the folder of the results; remove what a kill or an older batch left there."""
    try:
        os.makedirs(folder, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError("it is not writable")
        remove_old_list(Path(folder) / FAILURES_NAME)
    except OSError as error:
        raise ValueError(
            f"output_dir '{os.fspath(folder)}' cannot hold the results ({error}): choose another "
            "folder."
        ) from error
    written = (path for job in jobs if not job.error for path in job.roles.written_paths(job.flags))
    for each in {os.fspath(folder), *(os.path.dirname(path) for _, path in written)}:
        remove_leftovers(each)


def _outcomes(
    jobs: Sequence[Job], run_pair: RunPair, line: BatchLine, is_dry_run: bool, cluster: str
) -> Iterator[Outcome]:
    """Yield the outcomes of all jobs as they come."""
    if cluster:
        yield from run_on_cluster(cluster, jobs, run_pair, is_dry_run)
        return
    for job in jobs:
        yield run_job(job, run_pair, partial(line.show, job.line), is_dry_run)
