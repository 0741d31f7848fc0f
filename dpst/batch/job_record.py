"""What is kept of a finished job beside its result: by it a rerun knows that nothing is to do."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dpst.batch.jobs_file import (
    INPUT_FLAGS,
    INPUT_FLAGS_OR_NAMES,
    OUTPUT_FLAGS,
    Job,
    input_files,
)
from dpst.files.digest import digest, file_digest
from dpst.files.whole_file import whole_file
from dpst.version import __version__

RECORD_SUFFIX = ".job.json"
_NOT_OF_THE_RESULT = ("checkpoint_dir", "dry_run")


def record_path(job: Job) -> Path:
    """The record of a job: its output image's path with `RECORD_SUFFIX` appended."""
    return Path(job.output + RECORD_SUFFIX)


def job_digest(job: Job) -> str:
    """Digest of all that decides a job's result: contents of its inputs, settings and version.

    Args:
        job: of a jobs file.

    Returns:
        SHA-256 in hex. Where the inputs lie does not count, what they hold does.

    Raises:
        OSError: an input cannot be read.
    """
    contents = {path: file_digest(path) for path in input_files(job.flags)}
    settings = {}
    for name, text in job.flags.items():
        if name in _NOT_OF_THE_RESULT:
            continue
        if name in OUTPUT_FLAGS:
            text = os.path.basename(text)
        elif name in (*INPUT_FLAGS, *INPUT_FLAGS_OR_NAMES):
            # Longest first: a path may be the beginning of another.
            for path in sorted(contents, key=len, reverse=True):
                text = text.replace(path, f"sha256:{contents[path]}")
        settings[name] = text
    return digest(__version__, settings)


def is_finished(job: Job, job_hash: str) -> bool:
    """Whether a job's results are all there, whole, and those of its present inputs.

    Args:
        job: of a jobs file.
        job_hash: from `job_digest`.
    """
    try:
        record = json.loads(record_path(job).read_text(encoding="utf-8"))
        outputs = record["outputs"]
        return record["hash"] == job_hash and all(
            file_digest(record_path(job).parent / path) == contents
            for path, contents in outputs.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False  # No record, or one that was damaged: the job is done anew.


def write_record(job: Job, job_hash: str, outcome: Mapping[str, Any]) -> None:
    """Writes a job's record, whole or not at all.

    Args:
        job: of a jobs file; its results are written already.
        job_hash: from `job_digest`, taken before the job ran.
        outcome: what else is to be kept: plain values.

    Raises:
        OSError: it cannot be written.
    """
    path = record_path(job)
    outputs = {os.path.relpath(file, path.parent): file_digest(file) for file in _outputs(job)}
    record = {
        "hash": job_hash,
        "version": __version__,
        "flags": dict(job.flags),
        "outputs": outputs,
        **outcome,
    }
    with whole_file(path) as file:
        file.write(json.dumps(record, indent=1).encode() + b"\n")


def _outputs(job: Job) -> list[Path]:
    """All files that a job wrote, but for those in folders of their own."""
    paths = [Path(job.flags[name]) for name in OUTPUT_FLAGS if name in job.flags]
    return [path for path in paths if path.is_file()]
