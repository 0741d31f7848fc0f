"""The semantic method from the command line: doodles, textures, maps and what does not fit."""

import json

import numpy as np
import pytest
from PIL import Image

from dpst import images
from tests.command_line import check_refused
from tests.exit_statuses import DONE

BLUE, GREEN = (0, 0, 255), (0, 255, 0)
MAPS = {"content_labels": "doodle.png", "style_labels": "style_labels.png"}


@pytest.fixture
def run(pair_files, run_cli):
    """A function that runs the method in a folder of pictures."""
    for name, size in (("style_labels", (48, 64)), ("doodle", (41, 83)), ("small", (24, 32))):
        halves = np.full((*size, 3), BLUE, np.uint8)
        halves[:, size[1] // 2 :] = GREEN
        Image.fromarray(halves).save(pair_files / f"{name}.png")
    Image.open(pair_files / "doodle.png").convert("L").save(pair_files / "grey.png")
    return run_cli.with_flags(
        method="semantic",
        style_image="style.png",
        output_image="output.png",
        style_layers="relu3_1",
        max_evaluations=2,
    )


def test_doodle_is_painted_in_exactly_its_size(run):
    done = run(**MAPS, report_dir="report")
    assert done.status == DONE
    assert images.read_image("output.png").shape == (41, 83, 3)
    assert "takes label 0000ff" in done.out and "takes label 00ff00" in done.out
    assert "evaluation 2 of 2" in done.err
    with open("report/trace.json", encoding="utf-8") as file:
        trace = json.load(file)
    assert "content_image" not in trace["inputs"] and trace["metrics"]["ssim"] is None
    assert trace["inputs"]["content_labels"] == {"path": "doodle.png"}
    assert [row["label"] for row in trace["segments"]] == ["00ff00", "0000ff"]


def test_content_image_with_a_smaller_map(run):
    maps = {"content_labels": "small.png", "style_labels": "style_labels.png"}
    done = run(content_image="content.png", **maps)
    assert done.status == DONE and "structure kept" in done.out
    assert images.read_image("output.png").shape == (48, 64, 3)


def test_texture_of_a_size_without_any_map(run):
    assert run(output_size="70x40").status == DONE
    assert images.read_image("output.png").shape == (40, 70, 3)


def test_dry_run_shows_the_labels_and_solves_nothing(run):
    done = run("--dry_run", **MAPS)
    assert done.status == DONE and "nothing was solved" in done.out and "00ff00" in done.out
    assert done.files == []


@pytest.mark.parametrize(
    ("flags", "parts"),
    [
        ({**MAPS, "content_labels": "grey.png"}, ["1 channels and style_labels 3", "save both"]),
        ({**MAPS, "style_labels": "doodle.png"}, ["style_labels is 83x41 px", "aspect ratios"]),
        (
            {**MAPS, "content_image": "content.png"},
            ["content_labels is 83x41 px and its image 64x48 px"],
        ),
        ({"content_labels": "doodle.png"}, ["style_labels is missing"]),
        ({**MAPS, "content_labels": "no.png"}, ["content_labels 'no.png' does not exist"]),
        ({**MAPS, "patch_size": 0}, ["patch_size is 0", "at least 1"]),
        ({**MAPS, "matching_memory": 0}, ["matching_memory is 0", "at least 1"]),
        ({**MAPS, "style_image": "style.png,style.png"}, ["2 style images", "must be one"]),
        ({"segmentation": "auto"}, ["segmentation is 'auto'", "labels, or none"]),
        ({**MAPS, "segment_map": "blue=none"}, ["segment_map is 'blue=none'", "leave it out"]),
        ({**MAPS, "preview": "p.png"}, ["--preview is 'p.png'", "must be 'photo'"]),
        ({"method": "artistic"}, ["content_image is missing and method is 'artistic'"]),
    ],
)
def test_what_does_not_fit_is_one_clear_line(run, flags, parts):
    check_refused(run(**flags), *parts)
