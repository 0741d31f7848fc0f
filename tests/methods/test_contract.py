"""What every method keeps to; and that a new one is one folder and one line in `METHODS`."""

from __future__ import annotations

import numpy as np
import pytest

import dpst
from dpst import images
from dpst.config import METHODS, TransferConfig
from dpst.methods import Inputs, load_method
from tests.command_line import check_refused
from tests.exit_statuses import DONE

each_method = pytest.mark.parametrize("name", METHODS)


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setitem(METHODS, "toy", "tests.methods.toy")


def nothing_is_looked_for():
    pytest.fail("label maps are given, or not wanted")


def make_plan(name, photo_pair, has_content=True, **settings):
    content, style, content_labels, style_labels = photo_pair
    config = TransferConfig(method=name, **settings)
    inputs = Inputs(content if has_content else None, [style], content_labels, [style_labels])
    return load_method(config).plan(inputs, config, nothing_is_looked_for)


@each_method
def test_method_says_what_it_does(name):
    method = load_method(TransferConfig(method=name))
    assert method.description and not method.description.endswith(".")
    assert isinstance(method.is_by_segment, bool)


@each_method
def test_plan_tells_of_each_segment(name, photo_pair):
    plan = make_plan(name, photo_pair)
    assert len(plan.segments) == 2 and plan.has_content
    assert sum(row.content_share for row in plan.segments) == pytest.approx(1)


@each_method
def test_planning_twice_gives_the_same_segments(name, photo_pair):
    assert make_plan(name, photo_pair).segments == make_plan(name, photo_pair).segments


@each_method
def test_preview_is_a_map_of_colors_or_nothing(name, photo_pair):
    preview = make_plan(name, photo_pair).preview(*photo_pair[:2])
    assert preview is None or preview.apply(photo_pair[0]).shape == photo_pair[0].shape


@each_method
def test_canvas_stands_for_a_content_image_only_where_there_is_none(name, photo_pair):
    if load_method(TransferConfig(method=name)).needs_content:
        with pytest.raises(ValueError, match=f"content_image is missing and method is {name!r}"):
            make_plan(name, photo_pair, has_content=False)
    else:
        plan = make_plan(name, photo_pair, has_content=False)
        assert not plan.has_content and plan.canvas().shape == photo_pair[0].shape


@each_method
def test_one_label_map_without_the_other_is_an_error(name, photo_pair):
    config = TransferConfig(method=name)
    inputs = Inputs(photo_pair[0], [photo_pair[1]], None, [photo_pair[3]])
    with pytest.raises(ValueError, match="content_labels is missing"):
        load_method(config).plan(inputs, config, nothing_is_looked_for)


def test_new_method_runs_through_the_python_api(toy, photo_pair, extractor):
    config = TransferConfig(method="toy")
    result = dpst.stylize(*photo_pair[:2], extractor=extractor, config=config)
    np.testing.assert_array_equal(result.output_image, photo_pair[0][::-1])
    with pytest.raises(ValueError, match="content_image is missing and method is 'toy'"):
        dpst.stylize(None, photo_pair[1], config=config)


def test_new_method_runs_through_the_command_line_with_its_report(toy, pair_files, run_cli):
    run = run_cli.with_flags(
        content_image="content.png", style_image="style.png", output_image="o.png", method="toy"
    )
    assert run(report_dir="report").status == DONE
    expected = images.read_image("content.png")[::-1]
    np.testing.assert_allclose(images.read_image("o.png"), expected, atol=0.01)
    assert (pair_files / "report" / "index.html").is_file()
    check_refused(run(patch_size=5), "patch_size is 5 and method is 'toy'")
    check_refused(run(save_lut="a.cube"), "--method is 'toy', it must be 'photo'")


def test_new_method_runs_in_a_batch(toy, pair_files, run_cli):
    (pair_files / "jobs.csv").write_text(
        "content_image,style_image,output_image,method\n"
        "content.png,style.png,a.png,toy\n"
        "style.png,content.png,b.png,toy\n"
    )
    assert run_cli(jobs="jobs.csv", output_dir="out").status == DONE
    for source, output in (("content.png", "out/a.png"), ("style.png", "out/b.png")):
        expected = images.read_image(source)[::-1]
        np.testing.assert_allclose(images.read_image(output), expected, atol=0.01)


def test_new_method_is_named_where_a_method_is_unknown(toy):
    with pytest.raises(ValueError, match="must be one of photo, artistic, semantic, toy"):
        TransferConfig(method="toyy")
