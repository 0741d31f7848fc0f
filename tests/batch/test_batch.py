"""A batch: which jobs run, which are skipped, what is told of failures. Pairs are not solved."""

import csv
import json
import os

import pytest

from dpst import images
from dpst.batch import batch
from dpst.batch.batch import run_batch
from dpst.batch.flag_roles import FlagRoles
from dpst.batch.job import Job

ROLES = FlagRoles(inputs=("content_image",), outputs=("output_image",))


@pytest.fixture
def folder(tmp_path, photo_pair):
    images.write_image(tmp_path / "a.png", photo_pair[0])
    return tmp_path


def jobs(folder, *names):
    flags = {"content_image": str(folder / "a.png")}
    return [
        Job(line, {**flags, "output_image": str(folder / "out" / name)}, roles=ROLES)
        for line, name in enumerate(names, start=2)
    ]


class Pairs:
    """Runs pairs by writing a file for each; keeps their names, and fails where it is told to."""

    def __init__(self, **errors):
        self.errors = errors
        self.run = []

    def __call__(self, flags, show):
        name = os.path.basename(flags["output_image"])
        self.run.append(name)
        if name in self.errors:
            raise self.errors[name]
        with open(flags["output_image"], "w") as file:
            file.write(flags.get("tv_weight", ""))
        print("dpst: a note")


def test_results_have_records_and_are_not_made_again(folder, capfd):
    pairs = Pairs()
    todo = jobs(folder, "x.png", "sub/y.png")
    assert run_batch(todo, folder / "out", pairs) == 0
    assert run_batch(todo, folder / "out", pairs) == 0
    assert pairs.run == ["x.png", "y.png"]
    record = json.loads((folder / "out/sub/y.png.job.json").read_text())
    assert record["flags"] == dict(todo[1].flags) and record["messages"] == ["dpst: a note"]
    assert list(record["outputs"]) == ["y.png"]
    captured = capfd.readouterr()
    assert "already there       2" in captured.out and "a note" not in captured.out + captured.err
    assert "2 of 2" in captured.err


def _change_input(folder, todo):
    (folder / "a.png").write_bytes(b"other")


def _change_setting(folder, todo):
    todo[0].flags["tv_weight"] = "1"


def _change_result(folder, todo):
    (folder / "out/x.png").write_text("edited")


def _remove_result(folder, todo):
    (folder / "out/x.png").unlink()


def _damage_record(folder, todo):
    (folder / "out/x.png.job.json").write_text('{"hash":')


def _odd_record(folder, todo):
    (folder / "out/x.png.job.json").write_text("[]")


@pytest.mark.parametrize(
    "change",
    [_change_input, _change_setting, _change_result, _remove_result, _damage_record, _odd_record],
)
def test_what_has_changed_is_made_again(folder, change):
    pairs = Pairs()
    todo = jobs(folder, "x.png")
    run_batch(todo, folder / "out", pairs)
    change(folder, todo)
    assert run_batch(todo, folder / "out", pairs) == 0
    assert pairs.run == ["x.png", "x.png"]


def test_moved_folder_needs_nothing_made_again(folder):
    pairs = Pairs()
    run_batch(jobs(folder, "x.png"), folder / "out", pairs)
    moved = folder / "moved"
    moved.mkdir()
    for name in ("a.png", "out"):
        (folder / name).rename(moved / name)
    assert run_batch(jobs(moved, "x.png"), moved / "out", pairs) == 0
    assert pairs.run == ["x.png"]


def test_failures_are_told_by_line_and_cost_no_other(folder, capfd):
    errors = {"x.png": ValueError("too\nbad"), "z.png": RecursionError("deep")}
    todo = [*jobs(folder, "x.png", "y.png", "z.png"), Job(9, error="a bad row")]
    assert run_batch(todo, folder / "out", Pairs(**errors)) == 2
    with open(folder / "out" / batch.FAILURES_NAME, newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["line", "output_image", "error"],
        ["2", str(folder / "out/x.png"), "too bad"],
        ["4", str(folder / "out/z.png"), "RecursionError: deep"],
        ["9", "", "a bad row"],
    ]
    out = capfd.readouterr().out
    assert "line 2: too bad" in out and "line 9: a bad row" in out
    assert (folder / "out/y.png").exists()
    assert run_batch(todo[:3], folder / "out", Pairs()) == 0
    assert not (folder / "out" / batch.FAILURES_NAME).exists()


def test_interrupt_ends_the_batch_and_the_next_run_goes_on(folder, capfd):
    todo = jobs(folder, "x.png", "y.png", "z.png")
    assert run_batch(todo, folder / "out", Pairs(**{"y.png": KeyboardInterrupt()})) == 130
    captured = capfd.readouterr()
    assert "not reached         2" in captured.out and "goes on" in captured.err
    pairs = Pairs()
    assert run_batch(todo, folder / "out", pairs) == 0
    assert pairs.run == ["y.png", "z.png"]


def test_dry_run_creates_nothing(folder):
    class Checks(Pairs):
        def __call__(self, flags, show):
            images.check_output_path(flags["output_image"])
            self.run.append("checked")

    pairs = Checks()
    assert run_batch(jobs(folder, "sub/x.png"), folder / "out", pairs, is_dry_run=True) == 0
    assert pairs.run == ["checked"]
    assert [path.name for path in folder.iterdir()] == ["a.png"]


def test_folder_that_cannot_be_made_is_an_error_before_any_job(folder):
    pairs = Pairs()
    with pytest.raises(ValueError, match=r"output_dir '.*a\.png' cannot hold the results"):
        run_batch(jobs(folder, "x.png"), folder / "a.png", pairs)
    assert pairs.run == []


def test_terminal_shows_a_bar_over_the_jobs(folder, capsys, monkeypatch):
    class Progress:
        level, num_levels, evaluations, max_evaluations, loss, seconds_left = 0, 1, 5, 20, 0.5, 3.0

        class image:  # noqa: N801
            shape = (48, 64, 3)

    class Shown(Pairs):
        def __call__(self, flags, show):
            show(Progress)
            super().__call__(flags, show)

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run_batch(jobs(folder, "x.png", "y.png"), folder / "out", Shown()) == 0
    err = capsys.readouterr().err
    assert "[....................] 0 of 2; line 2: level 1 of 1 (64x48)" in err
    assert "[##########..........] 1 of 2" in err and "evaluation 5 of 20" in err
