"""The files of a report: their names, and how they are written."""

import os
from pathlib import Path

from dpst.files.whole_file import whole_file

TRACE_NAME = "trace.json"
PAGE_NAME = "index.html"


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
            file.write(text.encode(errors="backslashreplace"))  # names of files are bytes
    except OSError as error:
        raise ValueError(
            f"report '{path}' cannot be written ({error}): free space or change --report_dir."
        ) from error
