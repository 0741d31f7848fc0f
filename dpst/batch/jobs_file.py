"""The jobs file: a CSV file with a row for each pair and a column for each flag."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from dpst.batch.flag_roles import FlagRoles
from dpst.batch.job import Job
from dpst.batch.job_places import checked_places
from dpst.files.place import home_path
from dpst.files.regular_file import check_regular_file
from dpst.messages import did_you_mean


def read_jobs(
    path: str | os.PathLike[str],
    output_dir: str | os.PathLike[str],
    flag_names: Collection[str],
    common: Mapping[str, str],
    roles: FlagRoles,
    renamed: Mapping[str, str] | None = None,
) -> list[Job]:
    """Read a jobs file.

    Paths of input files are relative to the file's folder, those of output files to `output_dir`.
    A row without an output image gets one, named after its content and style image. An empty cell
    leaves its flag out. A `report_dir` that holds for all rows is a folder of reports: each row has
    its own within it, named after its output image.

    Args:
        path: the CSV file, UTF-8, with commas and a first line of column names.
        output_dir: where results go.
        flag_names: flags that may be columns.
        common: values of flags that hold for all rows without a value of their own.
        roles: which of the flags name files.
        renamed: flags by the names that they had in an earlier version.

    Returns:
        The jobs in order, at least one. A row that cannot be read is a job with an error.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a jobs file, a column is not a flag, or two rows write the same file.
    """
    path = Path(path)
    rows = _rows(path)
    _, header = next(rows, (0, []))
    header = [(renamed or {}).get(name.strip(), name.strip()) for name in header]
    _check_header(path, header, flag_names)
    folders = os.path.dirname(path), os.fspath(output_dir)
    jobs = []
    for line, row in rows:
        if len(row) != len(header):
            error = f"the row has {len(row)} cells and the header {len(header)}, they must agree."
            jobs.append(Job(line, error=error, roles=roles))
            continue
        stripped = zip(header, (cell.strip() for cell in row), strict=True)
        cells = {name: cell for name, cell in stripped if cell}
        jobs.append(_job(line, cells, common, folders, roles))
    if not jobs:
        raise ValueError(f"jobs '{path}' holds no rows below its header: add one for each pair.")
    return list(checked_places(path, jobs, output_dir))


def input_files(job: Job) -> list[str]:
    """Return the paths of the existing files that a job reads, sorted.

    Args:
        job: of a jobs file.
    """
    paths = {path for _, path in job.roles.read_paths(job.flags)}
    return sorted(path for path in paths if os.path.isfile(path))


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the number of the line that it ends on."""
    if path.is_dir():
        raise ValueError(f"jobs '{path}' is a folder: give the path of a CSV file.")
    if not path.exists():
        raise FileNotFoundError(f"jobs '{path}' does not exist: give the path of a CSV file.")
    check_regular_file(path, "jobs")
    try:
        # Excel marks UTF-8 by a byte order mark, which "utf-8-sig" drops.
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True, skipinitialspace=True)
            for row in reader:
                if any(cell.strip() for cell in row):
                    if any("\0" in cell for cell in row):
                        raise csv.Error(f"line {reader.line_num} contains NUL")
                    yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            f"jobs '{path}' cannot be read ({error}), it must be a CSV file in UTF-8: save it "
            "again as one."
        ) from error


def _check_header(path: Path, header: Sequence[str], flag_names: Collection[str]) -> None:
    if not header:
        raise ValueError(
            f"jobs '{path}' is empty: its first line must name the columns, e.g. "
            "content_image,style_image."
        )
    for name in header:
        if name not in flag_names:
            raise ValueError(
                f"jobs '{path}' has the column '{name[:80]}'{did_you_mean(name, flag_names)}; "
                "columns must be named as the flags, with commas between them, e.g. "
                "content_image,style_image: rename it."
            )
    for name in set(header):
        if header.count(name) > 1:
            raise ValueError(f"jobs '{path}' has two columns '{name}': remove one.")


def _job(
    line: int,
    cells: Mapping[str, str],
    common: Mapping[str, str],
    folders: tuple[str, str],
    roles: FlagRoles,
) -> Job:
    """Return the job of a row.

    Args:
        line: the line that it ends on.
        cells: the row's own flags as they stand there.
        common: the flags of all rows.
        folders: where paths of input files start from, and those of output files.
        roles: which of the flags name files.
    """
    folder, output_dir = folders
    try:
        own = {name: _resolved(name, cell, folder, roles) for name, cell in cells.items()}
    except ValueError as unmeant:
        return Job(line, error=str(unmeant), roles=roles)
    flags = {**common, **own}
    if "output_image" not in flags:
        flags["output_image"] = _output_name(flags)
    error, reports = "", common.get("report_dir")
    if reports and "report_dir" not in own:
        flags["report_dir"] = _own_report_dir(flags, output_dir)
    elif reports and os.path.normpath(reports) == os.path.normpath(flags["report_dir"]):
        error = f"report_dir is '{reports}', where the overview goes: give another folder."
    for name in roles.outputs:
        if name in flags:
            flags[name] = os.path.join(output_dir, flags[name])
    return Job(line, flags, error, roles)


def _resolved(name: str, text: str, folder: str, roles: FlagRoles) -> str:
    """Return the value of a cell: paths as meant, those of inputs relative to the file's folder."""
    if name in roles.outputs:
        return home_path(text, name)
    if name in roles.inputs_or_names:
        path = os.path.join(folder, home_path(text, name))
        return path if os.path.isfile(path) else text
    if name not in roles.inputs:
        return text
    path = os.path.join(folder, home_path(text, name))
    if not ("," in text or "=" in text) or os.path.exists(path):
        return path
    parts = (part.rpartition("=") for part in text.split(","))
    return ",".join(
        f"{label}{sign}{os.path.join(folder, home_path(path.strip(), name))}"
        for label, sign, path in parts
    )


def _output_name(flags: Mapping[str, str]) -> str:
    stems = [Path(flags[name]).stem for name in ("content_image", "style_image") if name in flags]
    return f"{'_'.join(stems)}.png"


def _own_report_dir(flags: Mapping[str, str], output_dir: str | os.PathLike[str]) -> str:
    output = flags["output_image"]
    if os.path.isabs(output):
        output = os.path.relpath(output, output_dir)
    return os.path.join(flags["report_dir"], os.path.normpath(output))
