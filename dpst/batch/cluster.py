"""A batch on a Ray cluster: each pair is a task; Ray decides where it runs, and restarts workers.

All machines must see the same folders and have dpst installed.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from dpst.batch.job import Job
from dpst.batch.job_run import RunPair, run_job
from dpst.batch.outcome import FAILED, Outcome
from dpst.messages import needs_package, one_line

CPUS_A_PAIR = 2  # On machines without a GPU; more are hardly faster for one pair.
MAX_TRIES = 3  # A job whose worker is lost each time may be the cause itself.


class Worker:
    """A process that runs pairs, and keeps the extractor and its traces for the next one."""

    def __init__(self, folder: str, run_pair: RunPair, is_dry_run: bool) -> None:
        """Go to the folder that relative paths start from."""
        os.chdir(folder)
        self._run_pair = run_pair
        self._is_dry_run = is_dry_run

    def wait_until_ready(self) -> None:
        """Return once the process runs."""

    def run(self, job: Job) -> Outcome:
        """Run a job."""
        return run_job(job, self._run_pair, lambda progress: None, self._is_dry_run)


def run_on_cluster(
    address: str, jobs: Sequence[Job], run_pair: RunPair, is_dry_run: bool = False
) -> Iterator[Outcome]:
    """Run jobs on a Ray cluster.

    Args:
        address: of the cluster, or "auto" for the one on this machine.
        jobs: of a jobs file. A job whose worker is lost is run again elsewhere.
        run_pair: runs a pair; a function that the workers can import.
        is_dry_run: whether nothing is written.

    Yields:
        The outcomes as they come.

    Raises:
        ValueError: Ray is not installed, there is no such cluster, or its machines cannot run the
            jobs.
    """
    ray = _ray()
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # Ray raises ConnectionError, RuntimeError, ValueError and more.
        raise ValueError(
            f"cluster is {address!r}, no Ray cluster can be reached there "
            f"({one_line(error, 200)}): start one by `ray start --head`, or correct the address."
        ) from error
    try:
        yield from _outcomes(ray, deque((job, 1) for job in jobs), run_pair, is_dry_run)
    finally:
        ray.shutdown()


def _outcomes(
    ray: ModuleType, todo: deque[tuple[Job, int]], run_pair: RunPair, is_dry_run: bool
) -> Iterator[Outcome]:
    """Yield the outcomes of jobs, each given with the number of its try to a worker that is free.

    Args:
        ray: the package.
        todo: jobs with the numbers of their next tries.
        run_pair: as for `run_on_cluster`.
        is_dry_run: likewise.
    """
    under_way: dict[Any, tuple[Any, Job | None, int]] = {}

    def wait_for(worker: Any) -> None:
        # Ray waits here until it has started a lost worker again.
        ready = worker.wait_until_ready.options(max_task_retries=-1).remote()
        under_way[ready] = worker, None, 0

    for worker in _workers(ray, len(todo), run_pair, is_dry_run):
        wait_for(worker)
    reason = ""
    while todo or any(job for _, job, _ in under_way.values()):
        if not under_way:
            raise ValueError(
                f"no machine of the cluster can run jobs ({reason}): each must have this version "
                f"of dpst and see the folder '{os.getcwd()}'."
            )
        (reference,), _ = ray.wait(list(under_way), num_returns=1)
        worker, job, tries = under_way.pop(reference)
        try:
            outcome = ray.get(reference)
        except ray.exceptions.RayActorError as error:
            reason = str(error).strip().splitlines()[-1]
            if job is None:
                continue  # It cannot be started.
            wait_for(worker)
            if tries < MAX_TRIES:
                todo.appendleft((job, tries + 1))
            else:
                lost = f"its worker was lost {tries} times ({reason})"
                yield Outcome(job, FAILED, error=lost)
            continue
        if job is not None:
            yield outcome
        if todo:
            job, tries = todo.popleft()
            under_way[worker.run.remote(job)] = worker, job, tries


def _workers(ray: ModuleType, num_jobs: int, run_pair: RunPair, is_dry_run: bool) -> list[Any]:
    """Start as many workers as the cluster has room for: one for each GPU, or each few cores."""
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    kind = "GPU" if any(machine.get("GPU") for machine in machines) else "CPU"
    amounts = [int(machine.get(kind, 0)) for machine in machines]
    share = 1 if kind == "GPU" else max(1, min(CPUS_A_PAIR, max(amounts, default=1)))
    number = max(1, min(num_jobs, sum(amount // share for amount in amounts)))
    declared = {"num_gpus": 1} if kind == "GPU" else {"num_cpus": share}
    remote = ray.remote(Worker).options(max_restarts=-1, **declared)
    return [remote.remote(os.getcwd(), run_pair, is_dry_run) for _ in range(number)]


def _ray() -> ModuleType:
    try:
        import ray
    except ImportError as error:
        raise ValueError(
            needs_package("cluster is given, which", "ray", "cluster", error, "leave it out")
        ) from error
    return ray
