"""The artistic method from the command line: several styles, maps and files."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from dpst import images
from tests.command_line import check_refused
from tests.exit_statuses import DONE

BLUE, GREEN = (0, 0, 255), (0, 255, 0)


@pytest.fixture
def run(tmp_path, photo_pair, run_cli):
    """A function that runs the method in a folder of pictures."""
    content, style = photo_pair[:2]
    images.write_image(tmp_path / "content.png", content)
    for number, picture in enumerate((style, style[::-1, ::-1, ::-1]), start=1):
        images.write_image(tmp_path / f"style_{number}.png", picture)
    halves = np.full((48, 64, 3), BLUE, np.uint8)
    halves[:, 32:] = GREEN
    Image.fromarray(halves).save(tmp_path / "halves.png")
    for name, color in (("blue", BLUE), ("green", GREEN)):
        Image.fromarray(np.full((48, 64, 3), color, np.uint8)).save(tmp_path / f"{name}.png")
    return run_cli.with_flags(
        method="artistic",
        content_image="content.png",
        style_image="style_1.png",
        output_image="output.png",
        max_evaluations=2,
    )


def test_painting_has_the_photos_size(run):
    done = run()
    assert done.status == DONE
    assert images.read_image("output.png").shape == (48, 64, 3)
    assert "takes style image 1 to 100%" in done.out and "evaluation 2 of 2" in done.err


def test_solve_size_is_that_of_the_output_without_full_resolution(run):
    assert run("--nofull_resolution", solve_size=40).status == DONE
    with Image.open("output.png") as output:
        assert output.size == (40, 30)


@pytest.mark.parametrize("multi_style", ["composite", "blend", "locality", "localized"])
def test_two_styles_on_two_segments(run, multi_style):
    styles = {"style_image": "style_1.png,style_2.png", "content_labels": "halves.png"}
    done = run(**styles, multi_style=multi_style)
    assert done.status == DONE
    assert "style image 1" in done.out and "style image 2" in done.out
    assert images.read_image("output.png").shape == (48, 64, 3)


def test_style_maps_say_which_image_serves_which_label(run):
    done = run(
        "--dry_run",
        style_image="style_1.png,style_2.png",
        content_labels="halves.png",
        style_labels="green.png,blue.png",
    )
    assert done.status == DONE
    lines = [line for line in done.out.splitlines() if "takes style image" in line]
    rows = {line.split()[1]: line for line in lines}
    assert "takes style image 2" in rows["0000ff"] and "takes style image 1" in rows["00ff00"]


def test_one_style_with_both_label_maps_is_paired_as_photos_are(run):
    done = run("--dry_run", content_labels="halves.png", style_labels="halves.png")
    assert done.status == DONE
    assert "takes label 0000ff" in done.out and "takes label 00ff00" in done.out


def test_kept_segment_is_the_photo_of_the_file(run):
    done = run(content_labels="halves.png", segment_map="green=none")
    assert done.status == DONE and "is kept as photographed" in done.out
    content, output = images.read_image("content.png"), images.read_image("output.png")
    np.testing.assert_array_equal(output[:, 34:], content[:, 34:])
    assert np.abs(output[:, :30] - content[:, :30]).max() > 0.01


def test_report_names_all_style_images(run):
    styles = "style_1.png,style_2.png"
    assert run(style_image=styles, style_blend="0.7,0.3", report_dir="report").status == DONE
    with open("report/trace.json", encoding="utf-8") as file:
        trace = json.load(file)
    assert trace["inputs"]["style_image"] == {"path": styles, "size": [[48, 64], [48, 64]]}
    assert trace["config"]["method"] == "artistic" and trace["config"]["style_blend"] == "0.7,0.3"
    assert trace["metrics"]["color_distance"] is None


@pytest.mark.parametrize(
    ("flags", "parts"),
    [
        ({"preview": "p.png"}, ["--preview is 'p.png'", "must be 'photo'", "leave --preview out"]),
        ({"save_look": "look.npz"}, ["--save_look is 'look.npz'", "must be 'photo'"]),
        ({"style_image": "style_1.png,missing.png"}, ["style_image 'missing.png'"]),
        ({"style_labels": "blue.png"}, ["content_labels is missing"]),
        (
            {
                "style_image": "style_1.png,style_2.png",
                "content_labels": "halves.png",
                "style_labels": "halves.png",
            },
            ["1 style_labels", "2 style images", "give as many"],
        ),
        (
            {"method": "photo", "style_image": "style_1.png,style_2.png"},
            ["2 style images and method is 'photo'", "set method to 'artistic'"],
        ),
        ({"pooling": "max"}, ["'embedded' takes no kind of pooling"]),
        ({"style_blend": "1,2"}, ["2 numbers, it must have 1"]),
    ],
)
def test_what_does_not_fit_is_one_clear_line(run, flags, parts):
    check_refused(run(**flags), *parts)


def test_unknown_layer_is_one_clear_line_after_the_progress(run):
    refused = run(style_layers="relu9_9")
    *progress, last = refused.err.splitlines()
    assert all(line.startswith("dpst: level 1 of 1") for line in progress), progress
    check_refused(dataclasses.replace(refused, err=last), "no layer 'relu9_9'")
