"""The record of a finished job beside its result, by which a rerun knows that it is finished."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dpst.batch.job import Job
from dpst.batch.jobs_file import input_files
from dpst.files.digest import digest, file_digest
from dpst.files.whole_file import whole_file
from dpst.version import __version__


def record_path(job: Job) -> Path:
    """Return the path of a job's record: see `Job.record`.

    Args:
        job: of a jobs file.
    """
    return Path(job.record)


def job_digest(job: Job) -> str:
    """Return a digest of all that decides a job's result: its inputs, settings and the version.

    Args:
        job: of a jobs file.

    Returns:
        SHA-256 in hex. The contents of the inputs count, not where they lie.

    Raises:
        OSError: an input cannot be read.
    """
    roles = job.roles
    contents = {path: file_digest(path) for path in input_files(job)}
    settings = {}
    for name, text in job.flags.items():
        if name in roles.not_of_the_result:
            continue
        if name in roles.outputs:
            text = os.path.basename(text)
        elif name in (*roles.inputs, *roles.inputs_or_names):
            # Longest first: a path may be the beginning of another.
            for path in sorted(contents, key=len, reverse=True):
                text = text.replace(path, f"sha256:{contents[path]}")
        settings[name] = text
    return digest(__version__, settings)


def is_finished(job: Job, job_hash: str) -> bool:
    """Return whether a job's results are all there, whole, and those of its present inputs.

    Args:
        job: of a jobs file.
        job_hash: from `job_digest`.
    """
    try:
        record = json.loads(record_path(job).read_text(encoding="utf-8"))
        has_picture = os.path.basename(job.output) in record["outputs"]
        return (
            has_picture
            and record["hash"] == job_hash
            and all(
                _is_there(path, record, record_path(job).parent)
                for path in job.output_paths.values()
            )
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False  # No record, or a damaged one: the job is done anew.


def _is_there(path: Path, record: Mapping[str, Any], folder: Path) -> bool:
    """Return whether an output is as a record tells; a `KeyError` if it tells nothing of it."""
    name = os.path.relpath(path, folder)
    if name in record["outputs"]:
        return bool(file_digest(path) == record["outputs"][name])
    return all((path / each).exists() for each in record["folders"][name])


def _names(folder: Path) -> list[str]:
    """Return what is in a folder; nothing if there is none."""
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def write_record(job: Job, job_hash: str, outcome: Mapping[str, Any]) -> None:
    """Write a job's record, whole or not at all.

    Args:
        job: of a jobs file; its results are written already.
        job_hash: from `job_digest`, taken before the job ran.
        outcome: further plain values to keep.

    Raises:
        OSError: it cannot be written.
    """
    path = record_path(job)
    paths = job.output_paths.values()
    written = [file for file in paths if file.is_file()]
    record = {
        "hash": job_hash,
        "version": __version__,
        "flags": dict(job.flags),
        "outputs": {os.path.relpath(file, path.parent): file_digest(file) for file in written},
        # What is in them must be there still, by its name.
        "folders": {
            os.path.relpath(each, path.parent): _names(each)
            for each in paths
            if each not in written
        },
        **outcome,
    }
    with whole_file(path) as file:
        file.write(json.dumps(record, indent=1).encode() + b"\n")
