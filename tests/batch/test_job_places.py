"""Where jobs write: nothing outside the folder, nothing that is read, nothing twice."""

import os

import pytest

from tests.exit_statuses import SOME_FAILED

HEADER = "content_image,style_image,output_image,preview,save_labels,init"
FLAGS = {"jobs": "jobs.csv", "output_dir": "out"}


@pytest.fixture
def run(pair_files, run_cli):
    """A function that checks the rows of a jobs file, and returns what was printed."""
    (pair_files / "out").mkdir()

    def call(*rows, **flags):
        (pair_files / "jobs.csv").write_text("\n".join((HEADER, *rows)))
        return run_cli("--dry_run", **{**FLAGS, **flags})

    return call


def test_output_folder_beside_the_working_folder(run, monkeypatch, pair_files):
    (pair_files / "work").mkdir()
    monkeypatch.chdir(pair_files / "work")
    done = run("content.png,style.png,x.png,,,", jobs="../jobs.csv", output_dir="../out")
    assert done.status == 0, done.err


@pytest.mark.parametrize("more", [(), ("--overwrite",)])
def test_result_must_not_be_an_input_of_its_own_or_another_row(run, run_cli, pair_files, more):
    os.rename("style.png", "out/style.png")
    os.symlink("out", "link")
    rows = (
        "content.png,link/style.png,1.png,,,",
        "content.png,content.png,style.png,,,",
        "content.png,out/style.png,2.png,style.png,,",
    )
    for row in rows[1:]:
        (pair_files / "jobs.csv").write_text("\n".join((HEADER, rows[0], row)))
        done = run_cli("--dry_run", *more, **FLAGS)
        assert done.status == SOME_FAILED and "would write over" in done.err, done.err


def test_initial_image_is_an_input(run):
    os.rename("style.png", "out/start.png")
    done = run("content.png,content.png,start.png,,,out/start.png")
    assert "would write over" in done.err or "the same file as --init" in done.err, done.err


def test_link_that_leads_out_of_the_folder_is_refused(run, pair_files):
    os.mkdir("elsewhere")
    os.symlink("../elsewhere", "out/link")
    os.symlink("../precious.png", "out/y.png")
    os.symlink("../precious", "out/z.png.job.json")
    rows = (f"content.png,style.png,{name}.png,,," for name in ("link/x", "y", "z"))
    done = run(*rows)
    assert done.status == SOME_FAILED and done.err.count("not lead out of it by a link") == 3


def test_two_rows_must_not_write_one_file_by_a_link_or_a_folder(run):
    os.mkdir("out/a")
    os.symlink("a", "out/b")
    pair = "content.png,style.png"
    done = run(f"{pair},a/x.png,,,", f"{pair},b/x.png,,,")
    assert done.status == 1 and "by line 2 and by line 3" in done.err
    done = run(f"{pair},1.png,,maps,", f"{pair},2.png,maps/style_labels.png,,")
    assert done.status == 1 and "by line 2 and by line 3" in done.err


def test_home_folder_in_rows(run, monkeypatch, pair_files):
    monkeypatch.setenv("HOME", str(pair_files))
    done = run("~/content.png,style.png,x.png,,,", output_dir="~/out")
    assert done.status == 0, done.err
    done = run("~nosuchuser/a.png,style.png,x.png,,,")
    assert done.status == SOME_FAILED and "no such user" in done.err


def test_file_in_the_place_of_the_list_of_failures_is_kept(pair_files, run_cli):
    (pair_files / "out").mkdir()
    path = pair_files / "out/failures.csv"
    path.write_text("content_image,style_image\n../content.png,../style.png\n")
    refused = run_cli(jobs="out/failures.csv", output_dir="out")
    assert refused.status == 1 and "is not a list of failures" in refused.err
    assert path.exists()
