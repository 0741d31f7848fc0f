"""The files of a report: their names, whether they can be written, and how they are."""

import os
from pathlib import Path

from dpst.files.whole_file import whole_file

TRACE_NAME = "trace.json"
PAGE_NAME = "index.html"


def check_report_dir(folder: str | os.PathLike[str], name: str = "report_dir") -> None:
    """Check, before any work starts, that a report can be written. Create and delete nothing.

    Args:
        folder: where the report is to go; it and its parents need not exist.
        name: where the folder came from, for messages.

    Raises:
        ValueError: something else has the folder's name or that of a parent, or it is not writable.
    """
    folder = Path(folder)
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise ValueError(
            f"{name} '{folder}' cannot be a folder, '{existing}' is a file: choose another "
            "folder, or move the file away."
        )
    for file_name in (TRACE_NAME, PAGE_NAME):
        if (folder / file_name).is_dir():
            raise ValueError(
                f"{name} '{folder}' holds a folder '{file_name}', where a file must go: choose "
                "another folder."
            )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ValueError(
            f"{name} '{folder}' is not writable, or cannot be created in '{existing}': choose "
            "another folder."
        )


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a file of a report, whole or not at all; its folder is created if it is missing.

    Args:
        path: the file, replaced if it exists.
        text: what it holds, written as UTF-8.

    Raises:
        ValueError: the file cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise ValueError(
            f"report '{path}' cannot be written ({error}): free space or change --report_dir."
        ) from error
