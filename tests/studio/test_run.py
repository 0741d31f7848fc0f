"""Transfers of the studio: what is seen, what comes of them, what is downloaded."""

from __future__ import annotations

import dataclasses
import json
import shlex
import shutil
import zipfile

import numpy as np
import pytest

import dpst
from dpst import images
from dpst.cli import cli
from dpst.config import METHODS
from dpst.optimizers import StopReason
from dpst.studio.download import (
    FOLDER_NAME,
    repeating_command,
    write_folder,
    write_result,
)
from dpst.studio.extractor import SharedExtractor
from dpst.studio.form import Form, make_request
from dpst.studio.loaded_pair import LoadedPair, load_doodle, load_pair
from dpst.studio.run import Outcome, Request, Seen, planned, solve_request
from dpst.studio.sample import DATA_FOLDER, find_samples
from dpst.studio.segments import COLORS, Segments


@pytest.fixture(scope="module")
def shared_extractor() -> SharedExtractor:
    return SharedExtractor()


@pytest.fixture(scope="module")
def pair(photo_pair, tmp_path_factory) -> LoadedPair:
    folder = tmp_path_factory.mktemp("photos")
    for name, image in zip(("mine.png", "their's.png"), photo_pair, strict=False):
        images.write_image(folder / name, image)
    return load_pair(folder / "mine.png", folder / "their's.png")


@pytest.fixture(scope="module")
def segments(photo_pair) -> Segments:
    return Segments(*(labels.astype(np.uint8) for labels in photo_pair[2:]))


def request_of(pair: LoadedPair, segments: Segments | None, method: str = "photo") -> Request:
    weight = dpst.TransferConfig().photorealism_weight
    form = Form(method, segments is not None, 64, 0.1, 0.3, weight, 5)
    links = {0: COLORS[1]} if segments is not None else {}
    return make_request(pair, segments or Segments(np.zeros(1), np.zeros(1)), links, form)


def solved(request: Request, shared_extractor: SharedExtractor) -> tuple[Outcome, list[Seen]]:
    seen: list[Seen] = []

    def report(what: Seen) -> bool:
        seen.append(what)
        return False

    return solve_request(request, planned(request), shared_extractor.get, report), seen


@pytest.fixture(scope="module")
def outcome_and_seen(pair, segments, shared_extractor) -> tuple[Outcome, list[Seen]]:
    return solved(request_of(pair, segments), shared_extractor)


def test_preview_comes_before_the_network_is_loaded(pair, segments) -> None:
    class FirstError(Exception):
        pass

    def report(what: Seen) -> bool:
        assert what.text.startswith("First look") and what.image.shape == (48, 64, 3)
        raise FirstError

    request = request_of(pair, segments)
    with pytest.raises(FirstError):
        solve_request(request, planned(request), lambda: pytest.fail("network"), report)


def test_losses_grow_with_what_is_seen(outcome_and_seen) -> None:
    outcome, seen = outcome_and_seen
    assert [len(what.losses) for what in seen[:3]] == [0, 0, 0]
    assert "starting" in seen[1].text and "evaluation 5 of 5" in seen[-1].text
    assert len(outcome.losses) == 1 and outcome.losses[0]["evaluations"] == 5


def test_result_is_that_of_the_api(outcome_and_seen, pair, segments, tmp_path) -> None:
    outcome, _ = outcome_and_seen
    path = write_result(tmp_path, outcome)
    config = dpst.TransferConfig(
        solve_size=64, max_evaluations=5, segment_map=f"{COLORS[0]}={COLORS[1]}"
    )
    expected = dpst.stylize(
        pair.content.image, pair.style.image, *segments.pictures(), config=config
    )
    written = images.read_image(path)
    np.testing.assert_allclose(written, expected.output_image, atol=0.51 / 255)


@pytest.mark.parametrize("is_by_segment", [True, False])
def test_command_in_the_folder_repeats_the_result(
    is_by_segment, outcome_and_seen, pair, shared_extractor, tmp_path, monkeypatch, capsys
) -> None:
    outcome = outcome_and_seen[0]
    if not is_by_segment:
        outcome = solved(request_of(pair, None), shared_extractor)[0]
    result_path = write_result(tmp_path, outcome)
    with zipfile.ZipFile(write_folder(tmp_path, outcome, result_path, shared_extractor.get())) as z:
        z.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    command = (tmp_path / FOLDER_NAME / "command.txt").read_text()
    assert cli.main(shlex.split(command)[1:]) == cli.DONE, capsys.readouterr().err
    repeated = images.read_image(f"{FOLDER_NAME}/repeated.png")
    np.testing.assert_allclose(repeated, images.read_image(result_path), atol=1.01 / 255)


def test_folder_holds_report_and_inputs(outcome_and_seen, pair, shared_extractor, tmp_path) -> None:
    outcome, _ = outcome_and_seen
    result_path = write_result(tmp_path, outcome)
    path = write_folder(tmp_path, outcome, result_path, shared_extractor.get())
    with zipfile.ZipFile(path) as archive:
        names = {name.removeprefix(f"{FOLDER_NAME}/") for name in archive.namelist()}
        assert archive.read(f"{FOLDER_NAME}/content.png") == pair.content.data
        trace = json.loads(archive.read(f"{FOLDER_NAME}/trace.json"))
    assert names == {
        *("result.png", "index.html", "trace.json", "content.png", "style.png"),
        *("content_labels.png", "style_labels.png", "command.txt"),
    }
    assert trace["config"]["max_evaluations"] == 5 and len(trace["losses"]) == 1
    assert trace["inputs"]["content_image"] == {"path": "content.png", "size": [48, 64]}


def test_run_that_is_stopped_at_once_still_has_a_result(
    pair, segments, shared_extractor, tmp_path
) -> None:
    request = request_of(pair, segments)
    outcome = solve_request(request, planned(request), shared_extractor.get, lambda _: True)
    assert outcome.result.stop_reason is StopReason.INTERRUPTED and outcome.losses == ()
    assert write_result(tmp_path, outcome).is_file()


def test_artistic_run_takes_whole_pictures(pair, shared_extractor) -> None:
    outcome, seen = solved(request_of(pair, None, "artistic"), shared_extractor)
    assert not seen[0].text.startswith("First look") and len(outcome.plan.regions) == 1
    command = repeating_command(outcome.request)
    assert "--method=artistic" in command and "labels" not in command


@pytest.mark.parametrize("method", METHODS)
def test_form_starts_with_the_settings_of_the_method(method, pair, segments) -> None:
    request = make_request(pair, segments, {}, Form.with_defaults(method))
    assert request.config == dpst.TransferConfig(method=method)


def test_missing_pair_and_empty_numbers_are_told(pair, segments) -> None:
    form = Form.with_defaults("photo")
    with pytest.raises(ValueError, match="no pair of photos yet"):
        make_request(None, None, {}, form)
    with pytest.raises(ValueError, match="style_weight is empty, must be a number"):
        make_request(pair, segments, {}, Form("photo", True, 64, 0.1, None, 250.0, 5))
    with pytest.raises(ValueError, match="solve_size is 5, must be"):
        make_request(pair, segments, {}, Form("photo", True, 5, 0.1, 0.3, 250.0, 5))


def test_samples_are_offered_where_their_files_are(tmp_path) -> None:
    assert [sample.method for sample in find_samples()] == ["photo", "artistic", "semantic"]
    assert find_samples(tmp_path) == ()
    # What lies beside an installed package is not the repository's.
    shutil.copytree(DATA_FOLDER, tmp_path / "data")
    assert find_samples(tmp_path) == ()
    (tmp_path / "run.py").touch()
    (tmp_path / "data" / "style.jpg").unlink()
    assert [sample.method for sample in find_samples(tmp_path)] == ["artistic", "semantic"]


def test_warming_up_leaves_the_extractor_ready_and_traces_for_all_sizes(photo_pair, traces) -> None:
    shared_extractor = SharedExtractor()
    shared_extractor.preload().join()
    assert shared_extractor.get() is shared_extractor.get()
    assert len(traces) == 1
    config = dpst.TransferConfig(max_evaluations=2)
    dpst.stylize(*(image[:40] for image in photo_pair), shared_extractor.get(), config)
    assert len(traces) == 1


def test_doodle_is_painted_and_its_command_repeats_it(
    pair, photo_pair, shared_extractor, tmp_path, monkeypatch, capsys
) -> None:
    images.write_image(tmp_path / "painting.png", photo_pair[1])
    doodle = load_doodle(tmp_path / "painting.png", (40, 56))
    maps = Segments(np.zeros((40, 56), np.uint8), photo_pair[3].astype(np.uint8))
    maps.content[:20] = 2
    form = dataclasses.replace(Form.with_defaults("semantic"), solve_size=64, max_evaluations=3)
    request = make_request(doodle, maps, {2: COLORS[1]}, form)
    assert set(np.unique(request.segments.content)) == {0, 1} and not request.config.segment_map
    outcome, seen = solved(request, shared_extractor)
    assert outcome.plan.is_doodle and seen[-1].image.shape == (40, 56, 3)
    result_path = write_result(tmp_path, outcome)
    with zipfile.ZipFile(write_folder(tmp_path, outcome, result_path, shared_extractor.get())) as z:
        assert f"{FOLDER_NAME}/content.png" not in z.namelist()
        z.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert cli.main(shlex.split(repeating_command(request))[1:]) == cli.DONE, capsys.readouterr()
    repeated = images.read_image(f"{FOLDER_NAME}/repeated.png")
    np.testing.assert_allclose(repeated, images.read_image(result_path), atol=2 / 255)


def test_what_a_doodle_cannot_is_told(pair, segments, tmp_path, photo_pair) -> None:
    images.write_image(tmp_path / "painting.png", photo_pair[1])
    doodle = load_doodle(tmp_path / "painting.png")
    semantic = Form.with_defaults("semantic")
    assert doodle.content.photo.size == (48, 64)
    with pytest.raises(ValueError, match="content_image is missing and method is 'photo'"):
        planned(make_request(doodle, segments, {}, Form.with_defaults("photo")))
    with pytest.raises(ValueError, match="painted by its segments"):
        make_request(doodle, segments, {}, dataclasses.replace(semantic, is_by_segment=False))
    with pytest.raises(ValueError, match="blue is to stay as photographed"):
        make_request(doodle, segments, {0: "none"}, semantic)
