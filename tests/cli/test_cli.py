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
from tests.conftest import REPOSITORY
from tests.exit_statuses import BAD_INPUT, DONE, INTERRUPTED


@pytest.fixture
def pair(tmp_path, photo_pair, monkeypatch):
    """A folder with a small pair and its label maps; the working directory."""
    content, style, content_labels, style_labels = photo_pair
    images.write_image(tmp_path / "content.png", content)
    images.write_image(tmp_path / "style.png", style)
    palette = np.array([[0, 0, 255], [0, 255, 0]], np.uint8)
    Image.fromarray(palette[content_labels]).save(tmp_path / "content_labels.png")
    Image.fromarray(palette[style_labels]).save(tmp_path / "style_labels.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*changes, **flags):
    """Run with the pair's files, as changed, and few evaluations."""
    settings = {
        "content_image": "content.png",
        "style_image": "style.png",
        "output_image": "output.png",
        "max_evaluations": 2,
        **flags,
    }
    arguments = [f"--{name}={value}" for name, value in settings.items() if value is not None]
    return cli.main(["run.py", *arguments, *changes])


def assert_one_clear_line(capfd, *parts):
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("dpst: error: ")
    for part in parts:
        assert part in lines[0]


def test_pair_with_labels_gives_an_image_of_the_contents_size(pair, capfd):
    assert run(content_labels="content_labels.png", style_labels="style_labels.png") == DONE
    assert images.read_image("output.png").shape == (48, 64, 3)
    captured = capfd.readouterr()
    assert "output.png written" in captured.out
    assert "evaluation 2 of 2" in captured.err and "s left" in captured.err


def test_program_run_from_elsewhere_prints_nothing_but_its_own_lines(pair):
    flags = ["--content_image=content.png", "--style_image=style.png", "--output_image=o.jpg"]
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "run.py"), *flags, "--max_evaluations=1"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines() + done.stderr.splitlines()
    assert all(line.startswith("dpst: ") for line in lines), lines
    assert (pair / "o.jpg").exists()


def test_metrics_are_printed_in_aligned_lines(pair, capfd):
    assert run() == DONE
    lines = [line for line in capfd.readouterr().out.splitlines() if "is better" in line]
    assert [line.split("(")[1].split(")")[0] for line in lines] == [
        field.name for field in dataclasses.fields(dpst.metrics.Metrics)
    ]
    assert "edges kept (edge_ssim)" in lines[1] and lines[1].endswith("higher is better")
    assert lines[2].endswith("lower is better")
    assert len({line.rindex(" is better") - len(line.split()[-3]) for line in lines}) == 1


def test_report_holds_the_run(pair):
    labels = {"content_labels": "content_labels.png", "style_labels": "style_labels.png"}
    assert run(**labels, report_dir="new/report", tv_weight=0.5) == DONE
    trace = json.loads((pair / "new/report/trace.json").read_text())
    names = sorted(path.name for path in (pair / "new/report").iterdir())
    assert names == ["index.html", "trace.json"]
    assert "content.png with the look of style.png" in (pair / "new/report/index.html").read_text()
    last = trace["losses"][-1]
    terms = [value for name, value in last.items() if name not in ("loss", "level", "evaluations")]
    assert last["loss"] == pytest.approx(trace["history"][-1]["loss"], rel=1e-4)
    assert len(terms) > 5 and last["style"] > 0
    assert trace["version"] == dpst.__version__
    assert trace["config"]["tv_weight"] == 0.5 and trace["config"]["max_evaluations"] == 2
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


def test_report_is_written_over_an_older_one(pair):
    (pair / "trace.json").write_text("old")
    assert run(report_dir=".") == DONE
    assert json.loads((pair / "trace.json").read_text())["inputs"]


def test_preview_is_written_before_the_solve(pair, monkeypatch):
    def interrupt(self, progress):
        assert images.read_image("preview.png").shape == (48, 64, 3)
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.ProgressLine, "__call__", interrupt)
    assert run(preview="preview.png") == INTERRUPTED
    assert not (pair / "output.png").exists()


def test_dry_run_checks_and_writes_nothing(pair, capfd):
    before = sorted(pair.iterdir())
    assert run("--dry_run", report_dir="new/report") == DONE
    assert "nothing was solved" in capfd.readouterr().out
    assert sorted(pair.iterdir()) == before


LABELS = {"content_labels": "content_labels.png", "style_labels": "style_labels.png"}


def test_dry_run_shows_the_segments_before_anything_else(pair, capfd):
    assert run("--dry_run", **LABELS) == DONE
    lines = capfd.readouterr().out.splitlines()
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
    pair, capsys, monkeypatch, is_terminal, no_color, is_colored
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", no_color)
    assert run("--dry_run", **LABELS) == DONE
    text = capsys.readouterr().out
    assert ("\x1b[48;2;0;0;255m" in text) == is_colored
    assert "0000ff" in text


def test_found_label_maps_can_be_saved_and_given_back(pair, capfd):
    (pair / "found").mkdir()
    assert run("--dry_run", save_labels="found") == DONE
    table = [line for line in capfd.readouterr().out.splitlines() if "takes label" in line]
    assert len(table) >= 2
    names = {f"{name}_labels": f"found/{name}_labels.png" for name in ("content", "style")}
    assert run("--dry_run", **names) == DONE
    again = [line for line in capfd.readouterr().out.splitlines() if "takes label" in line]
    assert sorted(map(str.split, again)) == sorted(map(str.split, table))


@pytest.mark.parametrize("has_files", [True, False])
def test_saving_label_maps_that_nobody_looks_for_is_an_error(pair, capfd, has_files):
    names = {f"{name}_labels": f"{name}_labels.png" for name in ("content", "style")}
    flags = names if has_files else {"segmentation": "none"}
    assert run("--dry_run", save_labels=".", **flags) == BAD_INPUT
    assert_one_clear_line(capfd, "--save_labels", "--segmentation=auto")


def test_policy_and_segment_map_are_flags(pair, capfd):
    Image.open("style_labels.png").point(lambda value: 0).save("black.png")
    flags = {**LABELS, "style_labels": "black.png"}
    assert run("--dry_run", **flags, segment_map="blue=black,green=none") == DONE
    text = capfd.readouterr().out
    assert "takes label 000000, by hand" in text and "is kept as photographed, by hand" in text
    assert run("--dry_run", **flags, orphan_policy="error") == BAD_INPUT
    assert_one_clear_line(capfd, "orphan_policy is 'error'", "0000ff, 00ff00")


def test_soft_masks_are_taken_in_the_place_of_label_maps(pair, capfd, photo_pair):
    texts = []
    for side, labels in zip(("content", "style"), photo_pair[2:], strict=True):
        for name, label in (("sky", 0), ("rocks", 1)):
            Image.fromarray((labels == label).astype(np.uint8) * 255).save(f"{side}_{name}.png")
        texts.append(f"sky={side}_sky.png,rocks={side}_rocks.png")
    flags = dict(zip(LABELS, texts, strict=True))
    assert run(**flags, report_dir=".") == DONE
    trace = json.loads((pair / "trace.json").read_text())
    assert [row["label"] for row in trace["segments"]] == ["sky", "rocks"]
    assert trace["notes"] == []
    flags["style_labels"] = "sky=style_sky.png,stones"
    assert run(**flags) == BAD_INPUT
    assert "style_labels has the entry 'stones'" in capfd.readouterr().err


def test_report_holds_the_segments(pair):
    assert run(**LABELS, report_dir="report", segment_map="00ff00=none") == DONE
    trace = json.loads((pair / "report/trace.json").read_text())
    assert [row["label"] for row in trace["segments"]] == ["0000ff", "00ff00"]
    assert trace["segments"][1]["action"] == "is kept as photographed, by hand"
    assert sum(row["content_share"] for row in trace["segments"]) == pytest.approx(1)


def test_dry_run_finds_a_report_folder_that_cannot_be(pair, capfd):
    assert run("--dry_run", report_dir="content.png") == BAD_INPUT
    assert_one_clear_line(capfd, "report_dir", "content.png")


def test_help_names_every_setting(capfd):
    assert cli.main(["run.py", "--help"]) == DONE
    text = capfd.readouterr().out
    for name in ("content_image", "photorealism_weight", "full_resolution", "extractor"):
        assert f"--{name}" in text or f"--[no]{name}" in text


def _text_file(pair):
    (pair / "fake.png").write_text("not an image")
    return {"content_image": "fake.png"}, ["content_image", "fake.png"]


def _truncated_jpeg(pair):
    images.write_image(pair / "whole.jpg", np.random.default_rng(0).random((64, 64, 3)))
    data = (pair / "whole.jpg").read_bytes()
    (pair / "cut.jpg").write_bytes(data[: len(data) // 2])
    return {"style_image": "cut.jpg"}, ["style_image", "cut.jpg"]


def _other_aspect_ratio(pair):
    Image.new("RGB", (64, 20)).save(pair / "wide.png")
    labels = {"content_labels": "wide.png", "style_labels": "style_labels.png"}
    return labels, ["content_labels", "64x20"]


def _tiny_image(pair):
    Image.new("RGB", (2, 2)).save(pair / "tiny.png")
    return {"content_image": "tiny.png"}, ["content_image", "2x2", "32"]


def _wrong_hash(pair):
    (pair / "weights.h5").write_bytes(b"not the weights")
    return {"extractor": "squeezenet", "weights": "weights.h5"}, ["weights.h5", "sha256"]


FAULTS = {
    "missing file": lambda pair: ({"content_image": "no.png"}, ["no.png"]),
    "missing flag": lambda pair: ({"style_image": None}, ["--style_image is missing"]),
    "text file named png": _text_file,
    "truncated JPEG": _truncated_jpeg,
    "label map of another aspect ratio": _other_aspect_ratio,
    "only one label map": lambda pair: (
        {"content_labels": "content_labels.png"},
        ["--style_labels is missing"],
    ),
    "output folder that does not exist": lambda pair: (
        {"output_image": "no/output.png"},
        ["output_image", "no"],
    ),
    "preview of an unknown kind": lambda pair: ({"preview": "p.xyz"}, ["preview", ".xyz"]),
    "report folder that is a file": lambda pair: (
        {"report_dir": "content.png"},
        ["report_dir 'content.png'", "is a file"],
    ),
    "report folder below a file": lambda pair: (
        {"report_dir": "content.png/a/b"},
        ["report_dir", "content.png' is a file"],
    ),
    "output of an unknown kind": lambda pair: ({"output_image": "output.xyz"}, [".xyz"]),
    "value that is no number": lambda pair: ({"solve_size": "large"}, ["solve_size", "large"]),
    "value that is no choice": lambda pair: ({"optimizer": "sgd"}, ["optimizer", "'sgd'", "adam"]),
    "value out of range": lambda pair: ({"content_weight": -1}, ["content_weight", "-1"]),
    "boolean that is none": lambda pair: ({"full_resolution": "maybe"}, ["full_resolution"]),
    "unknown flag": lambda pair: ({"solve_sise": 3}, ["solve_sise"]),
    "unknown extractor": lambda pair: ({"extractor": "squeezenets"}, ["squeezenet"]),
    "2x2 image": _tiny_image,
    "weights with a wrong hash": _wrong_hash,
    "segment map without label maps": lambda pair: (
        {"segmentation": "none", "segment_map": "0000ff=none"},
        ["segment_map is '0000ff=none'", "no label maps"],
    ),
    "segment map of an unknown label": lambda pair: (
        {**LABELS, "segment_map": "0000fe=none"},
        ["content label '0000fe'", "did you mean '0000ff'"],
    ),
    "segment map that is none": lambda pair: (
        {**LABELS, "segment_map": "0000ff"},
        ["segment_map has the entry '0000ff'", "0000ff=00ff00"],
    ),
    "orphan policy that is no choice": lambda pair: (
        {"orphan_policy": "drop"},
        ["orphan_policy is 'drop'", "nearest, merge, content, error"],
    ),
    "missing initial image": lambda pair: ({"init": "no.png"}, ["no.png"]),
}


@pytest.mark.parametrize("case", FAULTS)
def test_bad_input_gives_one_line_and_no_output(case, pair, capfd):
    flags, parts = FAULTS[case](pair)
    before = sorted(pair.iterdir())
    assert run(**flags) == BAD_INPUT
    assert_one_clear_line(capfd, *parts)
    assert sorted(pair.iterdir()) == before


def test_bad_input_never_costs_an_existing_output(pair, capfd):
    (pair / "output.png").write_bytes(b"precious")
    assert run(content_image="no.png") == BAD_INPUT
    assert (pair / "output.png").read_bytes() == b"precious"


def test_argument_that_is_no_flag_is_an_error(pair, capfd):
    assert run("content.png") == BAD_INPUT
    assert_one_clear_line(capfd, "'content.png'")


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1"])
def test_image_of_any_mode_simply_works(pair, mode):
    suffix = "tif" if mode == "CMYK" else "png"
    Image.open("content.png").convert(mode).save(f"other.{suffix}")
    assert run(content_image=f"other.{suffix}") == DONE
    assert images.read_image("output.png").shape == (48, 64, 3)


def test_rotated_photo_comes_out_upright(pair):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open("content.png").save("rotated.jpg", exif=exif)
    assert run(content_image="rotated.jpg") == DONE
    assert images.read_image("output.png").shape == (64, 48, 3)


def test_interrupt_keeps_the_best_result_so_far(pair, monkeypatch, capfd):
    def interrupt(self, progress):
        if progress.evaluations:
            raise KeyboardInterrupt

    monkeypatch.setattr(cli.ProgressLine, "__call__", interrupt)
    assert run(max_evaluations=50) == DONE
    assert images.read_image("output.png").shape == (48, 64, 3)
    assert "interrupted" in capfd.readouterr().out


def test_interrupt_before_any_result_writes_nothing(pair, monkeypatch, capfd):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "read_plan", interrupt)
    assert run() == INTERRUPTED
    assert "nothing was written" in capfd.readouterr().err
    assert not (pair / "output.png").exists()
