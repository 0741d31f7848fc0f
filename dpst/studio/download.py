"""What can be downloaded: the result at full resolution, and a folder with the whole run."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from dpst import images
from dpst.pair_run import SAVED_LABELS, SolvedPair
from dpst.studio.command import command_line
from dpst.studio.loaded_pair import LoadedFile
from dpst.studio.run import Request

RESULT_NAME = "result.png"
FOLDER_NAME = "dpst-result"
COMMAND_NAME = "command.txt"


def repeating_command(request: Request) -> str:
    """Return the command line that repeats a run, with the folder unpacked beside `run.py`."""
    names = _file_names(request) | {"output_image": "repeated.png"}
    files = {flag: f"{FOLDER_NAME}/{name}" for flag, name in names.items()}
    return command_line(files, request.config)


def write_result(folder: Path, solved: SolvedPair) -> Path:
    """Write the result at the content photo's own size, colour space and depth.

    Args:
        folder: where to write it.
        solved: the pair and its result.

    Returns:
        The path of the file.

    Raises:
        ValueError: it cannot be written.
    """
    path = folder / RESULT_NAME
    solved.write_output(path)
    return path


def write_folder(folder: Path, request: Request, solved: SolvedPair, result_path: Path) -> Path:
    """Write the folder of a run as a zip file: result, report, inputs, label maps and command.

    Args:
        folder: where to write it.
        request: what was asked for.
        solved: the pair and its result.
        result_path: from `write_result`.

    Returns:
        The path of the zip file.

    Raises:
        ValueError: a file cannot be written.
    """
    names = _file_names(request)
    report_folder = folder / "report"
    solved.write_report(report_folder, names)
    path = folder / f"{FOLDER_NAME}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(result_path, f"{FOLDER_NAME}/{RESULT_NAME}")
        for report_path in sorted(report_folder.iterdir()):
            archive.write(report_path, f"{FOLDER_NAME}/{report_path.name}")
        for flag, file in _photos(request).items():
            archive.writestr(f"{FOLDER_NAME}/{names[flag]}", file.data)
        if request.segments is not None:
            for name, picture in zip(
                SAVED_LABELS.values(), request.segments.pictures(), strict=True
            ):
                images.write_image(folder / name, picture.astype(np.float32) / 255)
                archive.write(folder / name, f"{FOLDER_NAME}/{name}")
        archive.writestr(f"{FOLDER_NAME}/{COMMAND_NAME}", repeating_command(request) + "\n")
    return path


def _photos(request: Request) -> dict[str, LoadedFile]:
    """Return the photos of a run by flag."""
    photos = {"content_image": request.pair.content, "style_image": request.pair.style}
    if request.pair.is_doodle:
        del photos["content_image"]
    return photos


def _file_names(request: Request) -> dict[str, str]:
    """Return the names of a run's input files in the downloaded folder, by flag."""
    names = {
        flag: flag.removesuffix("_image") + os.path.splitext(file.name)[1].lower()
        for flag, file in _photos(request).items()
    }
    return names | (SAVED_LABELS if request.segments is not None else {})
