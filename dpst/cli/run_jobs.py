"""A batch on the command line: its flags checked, and each row of its jobs file run as a pair."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from absl import flags

from dpst.batch.batch import run_batch
from dpst.batch.exit_status import ExitStatus
from dpst.batch.flag_roles import FlagRoles
from dpst.batch.job import Job
from dpst.batch.job_run import Show, in_existing_folder
from dpst.batch.jobs_file import read_jobs
from dpst.cli.checked_config import checked_config
from dpst.cli.flags import BATCH_FLAGS, NOT_COLUMNS, RENAMED, define_flags, flag_roles
from dpst.cli.label_files import split_paths
from dpst.cli.run_pair import Surroundings, run_pair
from dpst.cli.typed_arguments import file_path, file_paths, with_decimal_point
from dpst.files.place import is_within
from dpst.messages import one_line

if TYPE_CHECKING:
    from dpst.extractors import Extractor
    from dpst.solving.progress import Progress


_USUAL_NAME = 200  # bytes; every file system takes the names of files up to here


def run_jobs(values: flags.FlagValues, rest: Sequence[str]) -> ExitStatus:
    """Run the jobs of a jobs file; flags that are given beside it hold for all of them.

    Args:
        values: the flags.
        rest: arguments that are not flags, of which there should be none.

    Returns:
        DONE, SOME_FAILED or INTERRUPTED.

    Raises:
        FileNotFoundError: there is no such jobs file.
        ValueError: it is not a jobs file, or the flags do not go together.
    """
    if rest:
        raise ValueError(f"unexpected argument {rest[0]!r}; all settings are flags, --name=value.")
    if not values.output_dir:
        raise ValueError("--output_dir is missing, --jobs must have a folder to put results in.")
    roles = flag_roles()
    _expand_paths(values, roles)
    # Without a report_dir for all, rows may still have reports of their own.
    reports = os.path.join(values.output_dir, values.report_dir) if values.report_dir else ""
    if reports and not is_within(reports, values.output_dir):
        raise ValueError(
            f"--report_dir is '{values.report_dir}', with --jobs it must lie in --output_dir: give "
            "a name within it."
        )
    names = [name for name in values if name not in BATCH_FLAGS]
    common = {name: str(values[name].value) for name in names if values[name].present}
    columns = [name for name in names if name not in NOT_COLUMNS]
    jobs = read_jobs(values.jobs, values.output_dir, columns, common, roles, RENAMED)
    jobs = _checked(jobs, has_files=not values.cluster)
    _shared_extractor.cache_clear()
    return run_batch(
        jobs, values.output_dir, run_job_flags, values.dry_run, values.cluster or "", reports
    )


def _expand_paths(values: flags.FlagValues, roles: FlagRoles) -> None:
    """Let `~` be the home folder in the paths that hold for all rows."""
    for name in ("jobs", "output_dir", *roles.files):
        if values[name].value:
            expand = file_path if name in roles.inputs_or_names else file_paths
            values[name].value = expand(str(values[name].value), name)


def _checked(jobs: Sequence[Job], has_files: bool) -> list[Job]:
    """Return the jobs, those first that cannot run, with what is wrong.

    Whoever starts a batch of hours is still there to read it.

    Args:
        jobs: of the jobs file.
        has_files: whether their photos are on this machine; else only the flags are checked.
    """
    values = define_flags()
    values.mark_as_parsed()
    names = list(values)
    in_order: set[tuple[tuple[str, str], ...]] = set()
    is_there = functools.lru_cache(maxsize=1 << 16)(os.path.exists)
    checked = []
    for job in jobs:
        if not job.error:
            kind = _kind(job)
            try:
                if kind not in in_order:
                    for name in names:
                        values[name].unparse()
                    _set_flags(values, job.flags)
                    checked_config(values, (), in_existing_folder)
                    in_order.add(kind)
                if has_files:
                    _check_inputs(job, is_there)
            except flags.Error as error:
                typed = [f"--{name}={text}" for name, text in job.flags.items()]
                job = dataclasses.replace(job, error=one_line(with_decimal_point(error, typed)))
            except (ValueError, OSError) as error:
                job = dataclasses.replace(job, error=one_line(error))
        checked.append(job)
    return sorted(checked, key=lambda job: not job.error)


def _kind(job: Job) -> tuple[tuple[str, str], ...]:
    """Return what jobs have in common whose flags are all in order once those of one are.

    That is all but the names of the files that they read, and of those that they make.
    """
    roles, kind = job.roles, []
    for name, text in job.flags.items():
        if name in roles.inputs:
            text = ""
        elif name in roles.outputs and not os.path.lexists(text):
            folder, file_name = os.path.split(text)
            if 0 < len(os.fsencode(file_name)) <= _USUAL_NAME:
                text = os.path.join(folder, "." + os.path.splitext(file_name)[1])
        kind.append((name, text))
    return tuple(kind)


def _check_inputs(job: Job, is_there: Callable[[str], bool]) -> None:
    """Check that the files that a job reads are there.

    Args:
        job: of the jobs file.
        is_there: tells whether a file exists.

    Raises:
        FileNotFoundError: one is not.
    """
    for name in job.roles.inputs:
        text = job.flags.get(name, "")
        for part in split_paths(text) if "," in text else [text]:
            paths = (part, part.rpartition("=")[2].strip())  # a path, or a mask by name
            if part and not any(map(is_there, paths)):
                raise FileNotFoundError(f"{name} '{paths[1]}' does not exist: correct the path.")


def _set_flags(values: flags.FlagValues, texts: Mapping[str, str]) -> None:
    """Give flags their values, as the command line does."""
    for name, text in texts.items():
        values[name].parse(text)


def run_job_flags(pair_flags: Mapping[str, str], show: Show) -> None:
    """Run one pair of a batch; pairs of one process share their extractor, and with it traces.

    Args:
        pair_flags: values of its flags by name.
        show: is told of its progress.

    Raises:
        KeyboardInterrupt: interrupted; no output was written, for a batch does the pair anew.
        Exception: everything else that `main` tells in one line.
    """
    values = define_flags()
    values(["run.py", *(f"--{name}={text}" for name, text in pair_flags.items())])
    run_pair(values, (), Surroundings(_shared_extractor, _Reporter(show), False))


@functools.lru_cache(maxsize=4)
def _shared_extractor(name: str, weights: str | None, pooling: str) -> Extractor:
    from dpst.extractors import load_extractor

    return load_extractor(name, weights, pooling)


@dataclass(frozen=True)
class _Reporter:
    """Shows the progress of one pair within that of the batch."""

    show: Show

    def __call__(self, progress: Progress) -> None:
        self.show(progress)

    def close(self) -> None:
        """Leave the batch's own line as it is."""
