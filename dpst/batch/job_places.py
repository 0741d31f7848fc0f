"""Where jobs write: each into the folder of the results, to places that nothing else needs."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence

from dpst.batch.job import Job
from dpst.files.place import Places


def checked_places(
    path: str | os.PathLike[str], jobs: Sequence[Job], output_dir: str | os.PathLike[str]
) -> Iterator[Job]:
    """Yield the jobs; one that would write outside the folder or over an input has an error.

    A result must not be an input, of its own job or of another, even where a single run may
    overwrite: run again, the batch would take the result for the photo.

    Args:
        path: the jobs file, for messages.
        jobs: its jobs.
        output_dir: the folder of the results.

    Raises:
        ValueError: two rows write the same file.
    """
    places = Places()
    lines = _written_lines(path, jobs, places)
    readers: dict[int, tuple[str, str, int]] = {}
    for job in jobs:
        for name, source in job.roles.read_paths(job.flags):
            writer = lines.get(places.place(source))
            if writer is not None:
                readers[writer] = (source, name, job.line)
    folder = os.path.realpath(output_dir)
    for job in jobs:
        error = job.error or _outside(job, places, folder, output_dir)
        if not error and job.line in readers:
            source, name, line = readers[job.line]
            error = (
                f"it would write over '{source}', which is the {name} of line {line}: give the "
                "result another name, or choose another --output_dir."
            )
        yield dataclasses.replace(job, error=error) if error else job


def _written_lines(
    path: str | os.PathLike[str], jobs: Sequence[Job], places: Places
) -> dict[str, int]:
    """Return the lines of the jobs by the places that they write to."""
    lines: dict[str, int] = {}
    for job in jobs:
        for name, output in job.roles.written_paths(job.flags):
            place = places.place(output)
            if place in lines:
                raise ValueError(
                    f"jobs '{os.fspath(path)}' writes '{output}' by line {lines[place]} and by "
                    f"line {job.line}, each must have its own: add a column {name}."
                )
            lines[place] = job.line
    return lines


def _outside(job: Job, places: Places, folder: str, output_dir: str | os.PathLike[str]) -> str:
    """Return what is wrong if a job writes outside the folder, be it by a link; else ""."""
    written = dict(job.roles.written_paths(job.flags))
    for name, output in (*written.items(), ("output_image", job.record if written else "")):
        real = places.real_path(output) if output else folder
        if real != folder and not real.startswith(folder.rstrip(os.sep) + os.sep):
            return (
                f"{name} is '{output}', it must lie in output_dir '{os.fspath(output_dir)}', and "
                "not lead out of it by a link: give a name within it."
            )
    return ""
