"""What can be downloaded: the result at full resolution, and a folder that holds all of the run."""

from __future__ import annotations

import dataclasses
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dpst import images
from dpst.looks.look import Look
from dpst.report.trace import run_trace
from dpst.studio.command import command_line
from dpst.studio.run import Outcome, Request

if TYPE_CHECKING:
    from dpst.extractors import Extractor

RESULT_NAME = "result.png"
FOLDER_NAME = "dpst-result"
COMMAND_NAME = "command.txt"
_LABEL_NAMES = {"content_labels": "content_labels.png", "style_labels": "style_labels.png"}


def run_files(request: Request) -> dict[str, str]:
    """Names of a run's files in the downloaded folder, by flag."""
    names = {"style_image": f"style{_suffix(request.pair.style.name)}"}
    if not request.pair.is_doodle:
        names = {"content_image": f"content{_suffix(request.pair.content.name)}"} | names
    if request.segments is not None:
        names |= _LABEL_NAMES
    return names


def repeating_command(request: Request) -> str:
    """The command line that repeats a run, where the folder is unpacked beside `run.py`."""
    names = run_files(request) | {"output_image": "repeated.png"}
    config = request.config
    if request.segments is None and config.method == "photo":
        config = dataclasses.replace(config, segmentation="none")
    return command_line({flag: f"{FOLDER_NAME}/{name}" for flag, name in names.items()}, config)


def write_result(folder: Path, outcome: Outcome) -> Path:
    """Write the result at the content photo's own size, colour space and depth.

    Args:
        folder: where to.
        outcome: of a run.

    Returns:
        The path of the file.

    Raises:
        ValueError: it cannot be written.
    """
    photo = outcome.request.pair.content.photo
    look = outcome.result.look
    if isinstance(look, Look):
        look = dataclasses.replace(look, size=photo.size)
    path = folder / RESULT_NAME
    images.write_photo(path, look.apply_to_photo(photo))
    return path


def write_folder(folder: Path, outcome: Outcome, result_path: Path, extractor: Extractor) -> Path:
    """Write the folder of a run as a zip file: result, report, inputs, label maps and command.

    Args:
        folder: where to.
        outcome: of a run.
        result_path: from `write_result`.
        extractor: the features to measure with.

    Returns:
        The path of the zip file.

    Raises:
        ValueError: a file cannot be written.
    """
    from dpst.report.report import write_report

    request = outcome.request
    names = run_files(request)
    inputs: dict[str, dict[str, Any]] = {flag: {"path": name} for flag, name in names.items()}
    sides = {"content_image": request.pair.content, "style_image": request.pair.style}
    photos = {flag: side for flag, side in sides.items() if flag in names}
    for flag, side in photos.items():
        inputs[flag]["size"] = side.photo.size
    report_folder = folder / "report"
    write_report(
        report_folder,
        run_trace(inputs, request.config, outcome.result, outcome.seconds, outcome.losses),
        request.pair.content.photo,
        [request.pair.style.image],
        outcome.plan,
        outcome.result,
        extractor,
        request.config,
    )
    path = folder / f"{FOLDER_NAME}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(result_path, f"{FOLDER_NAME}/{RESULT_NAME}")
        for file in sorted(report_folder.iterdir()):
            archive.write(file, f"{FOLDER_NAME}/{file.name}")
        for flag, side in photos.items():
            archive.writestr(f"{FOLDER_NAME}/{names[flag]}", side.data)
        if request.segments is not None:
            for flag, picture in zip(_LABEL_NAMES, request.segments.pictures(), strict=True):
                label_path = folder / _LABEL_NAMES[flag]
                images.write_image(label_path, picture.astype(np.float32) / 255)
                archive.write(label_path, f"{FOLDER_NAME}/{names[flag]}")
        archive.writestr(f"{FOLDER_NAME}/{COMMAND_NAME}", repeating_command(request) + "\n")
    return path


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()
