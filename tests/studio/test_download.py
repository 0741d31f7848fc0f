"""What is downloaded: the folder of a run, and a command that repeats it."""

from __future__ import annotations

import dataclasses
import json
import shlex
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dpst import images
from dpst.cli import cli
from dpst.pair_run import SolvedPair
from dpst.studio.download import FOLDER_NAME, write_folder, write_result
from dpst.studio.form import Form, make_request
from dpst.studio.loaded_pair import load_doodle
from dpst.studio.run import Request
from dpst.studio.segments import COLORS, Segments
from tests.exit_statuses import DONE
from tests.studio.small_runs import request_of, solve_request


def unpack_folder(tmp_path: Path, request: Request, solved: SolvedPair) -> tuple[Path, Path]:
    """Write and unpack the folder of a run; return it and the path of the result."""
    result_path = write_result(tmp_path, solved)
    with zipfile.ZipFile(write_folder(tmp_path, request, solved, result_path)) as archive:
        archive.extractall(tmp_path)
    return tmp_path / FOLDER_NAME, result_path


def repeat(folder: Path, monkeypatch, capsys) -> images.FloatImage:
    """Run the command in a folder, and return what it wrote."""
    monkeypatch.chdir(folder.parent)
    command = (folder / "command.txt").read_text()
    assert cli.main(shlex.split(command)[1:]) == DONE, capsys.readouterr().err
    return images.read_image(folder / "repeated.png")


@pytest.mark.parametrize("is_by_segment", [True, False])
def test_command_in_the_folder_repeats_the_result(
    is_by_segment,
    photo_run,
    pair,
    get_extractor,
    command_line_shares_extractor,
    tmp_path,
    monkeypatch,
    capsys,
) -> None:
    request, solved, _ = photo_run
    if not is_by_segment:
        request = request_of(pair, None)
        solved, _ = solve_request(request, get_extractor)
    folder, result_path = unpack_folder(tmp_path, request, solved)
    repeated = repeat(folder, monkeypatch, capsys)
    np.testing.assert_allclose(repeated, images.read_image(result_path), atol=1.01 / 255)


def test_folder_holds_report_and_inputs(photo_run, pair, tmp_path) -> None:
    request, solved, _ = photo_run
    folder, _ = unpack_folder(tmp_path, request, solved)
    assert (folder / "content.png").read_bytes() == pair.content.data
    assert {path.name for path in folder.iterdir()} == {
        *("result.png", "index.html", "trace.json", "content.png", "style.png"),
        *("content_labels.png", "style_labels.png", "command.txt"),
    }
    trace = json.loads((folder / "trace.json").read_text())
    assert trace["config"]["max_evaluations"] == 5 and len(trace["losses"]) == 1
    assert trace["inputs"]["content_image"] == {"path": "content.png", "size": [48, 64]}


def test_doodle_is_painted_and_its_command_repeats_it(
    photo_pair, get_extractor, command_line_shares_extractor, tmp_path, monkeypatch, capsys
) -> None:
    images.write_image(tmp_path / "painting.png", photo_pair[1])
    doodle = load_doodle(tmp_path / "painting.png", (40, 56))
    maps = Segments(np.zeros((40, 56), np.uint8), photo_pair[3].astype(np.uint8))
    maps.content[:20] = 2
    form = dataclasses.replace(Form.with_defaults("semantic"), solve_size=64, max_evaluations=3)
    request = make_request(doodle, maps, {2: COLORS[1]}, form)
    assert set(np.unique(request.segments.content)) == {0, 1} and not request.config.segment_map
    solved, snapshots = solve_request(request, get_extractor)
    assert not solved.planned.plan.has_content and snapshots[-1].image.shape == (40, 56, 3)
    folder, result_path = unpack_folder(tmp_path, request, solved)
    assert not (folder / "content.png").exists()
    repeated = repeat(folder, monkeypatch, capsys)
    np.testing.assert_allclose(repeated, images.read_image(result_path), atol=2 / 255)
