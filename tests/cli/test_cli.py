"""The command line as a user meets it: exit status, one line on error, no file left behind."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import dpst
from dpst import images
from dpst.cli import cli
from dpst.pair_run import PairRun
from tests.command_line import check_refused
from tests.conftest import REPOSITORY
from tests.exit_statuses import DONE, INTERRUPTED

LABELS = {"content_labels": "content_labels.png", "style_labels": "style_labels.png"}


@pytest.fixture
def run(pair_files, run_cli):
    """A function that runs a small pair in few evaluations, with other flags if they are given."""
    return run_cli.with_flags(
        content_image="content.png",
        style_image="style.png",
        output_image="output.png",
        max_evaluations=2,
    )


def test_pair_with_labels_gives_an_image_of_the_contents_size(run):
    done = run(**LABELS)
    assert done.status == DONE
    assert images.read_image("output.png").shape == (48, 64, 3)
    assert "output.png written" in done.out
    assert "evaluation 2 of 2" in done.err and "s left" in done.err


def test_program_run_from_elsewhere_prints_nothing_but_its_own_lines(run, tmp_path):
    flags = ["--content_image=content.png", "--style_image=style.png", "--output_image=o.jpg"]
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "run.py"), *flags, "--max_evaluations=1"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines() + done.stderr.splitlines()
    assert all(line.startswith("dpst: ") for line in lines), lines
    assert (tmp_path / "o.jpg").exists()


def test_metrics_are_printed_in_aligned_lines(run):
    lines = [line for line in run().out.splitlines() if "is better" in line]
    assert [line.split("(")[1].split(")")[0] for line in lines] == [
        field.name for field in dataclasses.fields(dpst.metrics.Metrics)
    ]
    assert "edges kept (edge_ssim)" in lines[1] and lines[1].endswith("higher is better")
    assert lines[2].endswith("lower is better")
    assert len({line.rindex(" is better") - len(line.split()[-3]) for line in lines}) == 1


def test_report_holds_the_run(run, tmp_path):
    assert run(**LABELS, report_dir="new/report", content_weight=0.5).status == DONE
    trace = json.loads((tmp_path / "new/report/trace.json").read_text())
    names = sorted(path.name for path in (tmp_path / "new/report").iterdir())
    assert names == ["index.html", "trace.json"]
    page = (tmp_path / "new/report/index.html").read_text()
    assert "content.png with the look of style.png" in page
    last = trace["losses"][-1]
    terms = [value for name, value in last.items() if name not in ("loss", "level", "evaluations")]
    assert last["loss"] == pytest.approx(trace["history"][-1]["loss"], rel=1e-4)
    assert len(terms) > 5 and last["style"] > 0
    assert trace["version"] == dpst.__version__
    assert trace["config"]["content_weight"] == 0.5 and trace["config"]["max_evaluations"] == 2
    assert trace["inputs"] == {
        "content_image": {"path": "content.png", "size": [48, 64]},
        "style_image": {"path": "style.png", "size": [48, 64]},
        "content_labels": {"path": "content_labels.png"},
        "style_labels": {"path": "style_labels.png"},
    }
    assert trace["history"][-1]["level"] == 0 and trace["history"][-1]["evaluations"] == 2
    assert trace["history"][-1]["loss"] > 0 and trace["seconds"] > 0
    assert "budget" in trace["stop_reason"]
    assert 0 < trace["metrics"]["edge_ssim"] <= 1


def test_report_is_written_over_an_older_one(run, tmp_path):
    (tmp_path / "trace.json").write_text("old")
    assert run(report_dir=".").status == DONE
    assert json.loads((tmp_path / "trace.json").read_text())["inputs"]


def test_preview_is_written_before_the_solve(run, monkeypatch):
    def interrupt(self, progress):
        assert images.read_image("preview.png").shape == (48, 64, 3)
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.ProgressLine, "__call__", interrupt)
    done = run(preview="preview.png")
    assert done.status == INTERRUPTED and done.files == ["preview.png"]


def test_dry_run_checks_and_writes_nothing(run):
    done = run("--dry_run", report_dir="new/report")
    assert done.status == DONE and "nothing was solved" in done.out
    assert done.files == []


def test_dry_run_shows_the_segments_before_anything_else(run):
    done = run("--dry_run", **LABELS)
    assert done.status == DONE
    lines = done.out.splitlines()
    assert "what is done" in lines[0]
    assert lines[1].startswith("dpst:   0000ff") and "takes label 0000ff" in lines[1]
    assert lines[2].startswith("dpst:   00ff00")
    assert "solving at 64x48 px takes at most about 1." in lines[3] and "GB" in lines[3]
    assert "nothing was solved" in lines[4]


@pytest.mark.parametrize(
    ("is_terminal", "no_color", "is_colored"),
    [(True, None, True), (True, "1", False), (False, None, False)],
)
def test_colours_are_shown_on_a_terminal_only_and_not_against_the_users_wish(
    run, monkeypatch, is_terminal, no_color, is_colored
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", no_color)
    done = run("--dry_run", **LABELS)
    assert done.status == DONE
    assert ("\x1b[48;2;0;0;255m" in done.out) == is_colored
    assert "0000ff" in done.out


def test_found_label_maps_can_be_saved_and_given_back(run, tmp_path):
    (tmp_path / "found").mkdir()
    saved = run("--dry_run", save_labels="found", num_segments=3)
    table = [line for line in saved.out.splitlines() if "takes label" in line]
    assert saved.status == DONE and len(table) >= 2
    names = {f"{name}_labels": f"found/{name}_labels.png" for name in ("content", "style")}
    given = run("--dry_run", **names)
    again = [line for line in given.out.splitlines() if "takes label" in line]
    assert given.status == DONE
    assert sorted(map(str.split, again)) == sorted(map(str.split, table))


@pytest.mark.parametrize("has_files", [True, False])
def test_saving_label_maps_that_nobody_looks_for_is_an_error(run, has_files):
    flags = LABELS if has_files else {"segmentation": "none"}
    refused = run("--dry_run", save_labels="found", **flags)
    check_refused(refused, "--save_labels", "--segmentation=auto")


def test_policy_and_segment_map_are_flags(run):
    Image.open("style_labels.png").point(lambda value: 0).save("black.png")
    flags = {**LABELS, "style_labels": "black.png"}
    done = run("--dry_run", **flags, segment_map="blue=black,green=none")
    assert done.status == DONE
    assert "takes label 000000, by hand" in done.out
    assert "is kept as photographed, by hand" in done.out
    refused = run("--dry_run", **flags, orphan_policy="error")
    check_refused(refused, "orphan_policy is 'error'", "0000ff, 00ff00")


def test_soft_masks_are_taken_in_the_place_of_label_maps(run, tmp_path, photo_pair):
    texts = []
    for side, labels in zip(("content", "style"), photo_pair[2:], strict=True):
        for name, label in (("sky", 0), ("rocks", 1)):
            Image.fromarray((labels == label).astype(np.uint8) * 255).save(f"{side}_{name}.png")
        texts.append(f"sky={side}_sky.png,rocks={side}_rocks.png")
    flags = dict(zip(LABELS, texts, strict=True))
    assert run(**flags, report_dir=".").status == DONE
    trace = json.loads((tmp_path / "trace.json").read_text())
    assert [row["label"] for row in trace["segments"]] == ["sky", "rocks"]
    assert trace["notes"] == []
    flags["style_labels"] = "sky=style_sky.png,stones"
    check_refused(run(**flags), "style_labels has the entry 'stones'")


def test_report_holds_the_segments(run, tmp_path):
    assert run(**LABELS, report_dir="report", segment_map="00ff00=none").status == DONE
    trace = json.loads((tmp_path / "report/trace.json").read_text())
    assert [row["label"] for row in trace["segments"]] == ["0000ff", "00ff00"]
    assert trace["segments"][1]["action"] == "is kept as photographed, by hand"
    assert sum(row["content_share"] for row in trace["segments"]) == pytest.approx(1)


def test_dry_run_finds_a_report_folder_that_cannot_be(run):
    check_refused(run("--dry_run", report_dir="content.png"), "report_dir", "content.png")


def test_help_names_every_setting(run_cli):
    done = run_cli("--helpfull")
    assert done.status == DONE
    for field in dataclasses.fields(dpst.TransferConfig):
        assert f"--{field.name}" in done.out
    assert "--content_image" in done.out


def _text_file(folder):
    (folder / "fake.png").write_text("not an image")
    return {"content_image": "fake.png"}, ["content_image", "fake.png"]


def _truncated_jpeg(folder):
    images.write_image(folder / "whole.jpg", np.random.default_rng(0).random((64, 64, 3)))
    data = (folder / "whole.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(data[: len(data) // 2])
    return {"style_image": "cut.jpg"}, ["style_image", "cut.jpg"]


def _other_aspect_ratio(folder):
    Image.new("RGB", (64, 20)).save(folder / "wide.png")
    labels = {"content_labels": "wide.png", "style_labels": "style_labels.png"}
    return labels, ["content_labels", "64x20"]


def _tiny_image(folder):
    Image.new("RGB", (2, 2)).save(folder / "tiny.png")
    return {"content_image": "tiny.png"}, ["content_image", "2x2", "32"]


def _wrong_hash(folder):
    (folder / "weights.h5").write_bytes(b"not the weights")
    return {"extractor": "squeezenet", "weights": "weights.h5"}, ["weights.h5", "sha256"]


FAULTS = {
    "missing file": lambda folder: ({"content_image": "no.png"}, ["no.png"]),
    "missing flag": lambda folder: ({"style_image": None}, ["--style_image is missing"]),
    "text file named png": _text_file,
    "truncated JPEG": _truncated_jpeg,
    "label map of another aspect ratio": _other_aspect_ratio,
    "only one label map": lambda folder: (
        {"content_labels": "content_labels.png"},
        ["style_labels is missing"],
    ),
    "output folder that does not exist": lambda folder: (
        {"output_image": "no/output.png"},
        ["output_image", "no"],
    ),
    "preview of an unknown kind": lambda folder: ({"preview": "p.xyz"}, ["preview", ".xyz"]),
    "report folder that is a file": lambda folder: (
        {"report_dir": "content.png"},
        ["report_dir 'content.png'", "is a file"],
    ),
    "report folder below a file": lambda folder: (
        {"report_dir": "content.png/a/b"},
        ["report_dir", "content.png' is a file"],
    ),
    "output of an unknown kind": lambda folder: ({"output_image": "output.xyz"}, [".xyz"]),
    "value that is no number": lambda folder: ({"solve_size": "large"}, ["solve_size", "large"]),
    "value that is no choice": lambda folder: (
        {"optimizer": "sgd"},
        ["optimizer", "'sgd'", "adam"],
    ),
    "value out of range": lambda folder: ({"content_weight": -1}, ["content_weight", "-1"]),
    "boolean that is none": lambda folder: ({"full_resolution": "maybe"}, ["full_resolution"]),
    "unknown flag": lambda folder: ({"solve_sise": 3}, ["solve_sise"]),
    "unknown extractor": lambda folder: ({"extractor": "squeezenets"}, ["squeezenet"]),
    "2x2 image": _tiny_image,
    "weights with a wrong hash": _wrong_hash,
    "segment map without label maps": lambda folder: (
        {"segmentation": "none", "segment_map": "0000ff=none"},
        ["segment_map is '0000ff=none'", "no label maps"],
    ),
    "segment map of an unknown label": lambda folder: (
        {**LABELS, "segment_map": "0000fe=none"},
        ["content label '0000fe'", "did you mean '0000ff'"],
    ),
    "segment map that is none": lambda folder: (
        {**LABELS, "segment_map": "0000ff"},
        ["segment_map has the entry '0000ff'", "0000ff=00ff00"],
    ),
    "orphan policy that is no choice": lambda folder: (
        {"orphan_policy": "drop"},
        ["orphan_policy is 'drop'", "nearest, merge, content, error"],
    ),
    "missing initial image": lambda folder: ({"init": "no.png"}, ["no.png"]),
}


@pytest.mark.parametrize("case", FAULTS)
def test_bad_input_gives_one_line_and_no_output(case, run, tmp_path):
    flags, parts = FAULTS[case](tmp_path)
    check_refused(run(**flags), *parts)


def test_bad_input_never_costs_an_existing_output(run, tmp_path):
    (tmp_path / "output.png").write_bytes(b"precious")
    check_refused(run(content_image="no.png"), "no.png")
    assert (tmp_path / "output.png").read_bytes() == b"precious"


def test_argument_that_is_no_flag_is_an_error(run):
    check_refused(run("content.png"), "'content.png'")


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1"])
def test_image_of_any_mode_simply_works(run, mode):
    suffix = "tif" if mode == "CMYK" else "png"
    Image.open("content.png").convert(mode).save(f"other.{suffix}")
    assert run(content_image=f"other.{suffix}").status == DONE
    assert images.read_image("output.png").shape == (48, 64, 3)


def test_rotated_photo_comes_out_upright(run):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open("content.png").save("rotated.jpg", exif=exif)
    assert run(content_image="rotated.jpg").status == DONE
    assert images.read_image("output.png").shape == (64, 48, 3)


def test_interrupt_keeps_the_best_result_so_far(run, monkeypatch):
    def interrupt(self, progress):
        if progress.evaluations:
            raise KeyboardInterrupt

    monkeypatch.setattr(cli.ProgressLine, "__call__", interrupt)
    done = run(max_evaluations=50)
    assert done.status == DONE and "interrupted" in done.out
    assert images.read_image("output.png").shape == (48, 64, 3)


def test_interrupt_before_any_result_writes_nothing(run, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(PairRun, "plan", interrupt)
    done = run()
    assert done.status == INTERRUPTED and done.files == []
    assert "nothing was written" in done.err
