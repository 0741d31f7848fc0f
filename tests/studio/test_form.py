"""The form of the page: defaults of each method, checks, and methods that are registered."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import dpst
from dpst import images
from dpst.config import METHODS
from dpst.studio.download import repeating_command, write_folder, write_result
from dpst.studio.form import Form, doodle_method, make_request, method_choices
from dpst.studio.loaded_pair import load_doodle
from dpst.studio.run import plan_request
from dpst.studio.segments import COLORS
from tests.studio.small_runs import solve_request


@pytest.fixture
def toy(monkeypatch) -> None:
    monkeypatch.setitem(METHODS, "toy", "tests.methods.toy")


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


def test_what_a_doodle_cannot_is_told(pair, segments, tmp_path, photo_pair) -> None:
    images.write_image(tmp_path / "painting.png", photo_pair[1])
    doodle = load_doodle(tmp_path / "painting.png")
    semantic = Form.with_defaults(doodle_method())
    assert doodle.content.photo.size == (48, 64)
    request = make_request(doodle, segments, {}, Form.with_defaults("photo"))
    with pytest.raises(ValueError, match="content_image is missing and method is 'photo'"):
        plan_request(request, lambda: pytest.fail("network"))
    with pytest.raises(ValueError, match="painted by its segments"):
        make_request(doodle, segments, {}, dataclasses.replace(semantic, is_by_segment=False))
    with pytest.raises(ValueError, match="blue is to stay as photographed, .* semantic method"):
        make_request(doodle, segments, {0: "none"}, semantic)


def test_whole_pictures_are_asked_for_where_segments_would_be_found(pair, segments) -> None:
    found = {}
    for method in ("photo", "artistic"):
        form = dataclasses.replace(Form.with_defaults(method), is_by_segment=False)
        request = make_request(pair, segments, {}, form)
        assert request.segments is None
        found[method] = request.config.segmentation
    assert found == {"photo": "none", "artistic": "labels"}


def test_method_that_is_registered_runs_through_the_form(
    pair, segments, toy, get_extractor, tmp_path
) -> None:
    assert method_choices()[-1] == ("toy: turn it upside down", "toy")
    form = Form.with_defaults("toy")
    assert not form.is_by_segment
    form = dataclasses.replace(form, is_by_segment=True, solve_size=64)
    request = make_request(pair, segments, {0: COLORS[1]}, form)
    solved, snapshots = solve_request(request, get_extractor)
    # It does not take `segment_map`, so that the link is drawn into its labels.
    assert set(np.unique(request.segments.content)) == {1}
    assert snapshots == [] and solved.planned.preview is None
    result_path = write_result(tmp_path, solved)
    expected = pair.content.image[::-1]
    np.testing.assert_allclose(images.read_image(result_path), expected, atol=0.51 / 255)
    assert write_folder(tmp_path, request, solved, result_path).is_file()
    assert "--method=toy" in repeating_command(request)
