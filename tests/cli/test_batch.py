"""Batches from the command line, with real pairs."""

import pytest

from dpst import images
from dpst.cli import cli
from tests.exit_statuses import BAD_INPUT, DONE, SOME_FAILED


@pytest.fixture
def run(tmp_path, photo_pair, monkeypatch, capfd):
    """A function that runs jobs, as CSV rows, from another folder; returns status and outputs."""
    (tmp_path / "photos").mkdir()
    images.write_image(tmp_path / "photos/a.png", photo_pair[0])
    images.write_image(tmp_path / "photos/b.png", photo_pair[0][::-1])
    images.write_image(tmp_path / "photos/style.png", photo_pair[1])
    monkeypatch.chdir(tmp_path)

    def call(*rows, flags=("--output_dir=out", "--max_evaluations=6")):
        (tmp_path / "photos/jobs.csv").write_text("\n".join(rows))
        status = cli.main(["run.py", "--jobs=photos/jobs.csv", *flags])
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return call


HEADER = "content_image,style_image,output_image,segmentation,report_dir"


def test_jobs_share_their_traces_and_equal_runs_of_their_own(run, tmp_path, traces):
    rows = (HEADER, "a.png,style.png,1.png,none,", "b.png,style.png,new/2.jpg,none,new/report")
    status, out, err = run(*rows)
    assert status == DONE, err
    num_traces = len(traces)
    assert "2 of 2: line 3: out/new/2.jpg done" in err and "done                2" in out
    assert (tmp_path / "out/new/report/trace.json").exists()
    flags = ["--content_image=photos/b.png", "--style_image=photos/style.png"]
    flags += ["--segmentation=none", "--max_evaluations=6", "--output_image=alone.jpg"]
    assert cli.main(["run.py", *flags]) == DONE
    assert (tmp_path / "alone.jpg").read_bytes() == (tmp_path / "out/new/2.jpg").read_bytes()
    assert 0 < num_traces < len(traces)  # One that is loaded anew shares none.
    assert run(*rows)[0] == DONE
    assert "already there       2" in run(*rows)[1]


def test_bad_pairs_fail_alone(run, tmp_path):
    rows = ("no.png,style.png,,none,", "a.png,style.png,x.xyz,none,", "a.png,style.png,,nine,")
    status, out, err = run(HEADER, *rows)
    assert status == SOME_FAILED
    assert "line 2: content_image" in out and "does not exist" in out
    assert "line 3: output_image" in out and "line 4: segmentation is 'nine'" in out
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["failures.csv"]


def test_dry_run_checks_all_jobs_and_writes_nothing(run, tmp_path):
    rows = (HEADER, "a.png,style.png,sub/1.png,none,", "no.png,style.png,,none,")
    status, out, _ = run(*rows, flags=("--output_dir=out", "--dry_run"))
    assert status == SOME_FAILED and "done                1" in out
    assert not (tmp_path / "out").exists()


BAD = {
    "no output folder": ((), "--output_dir is missing"),
    "column that is no flag": (("--output_dir=out",), "has the column 'oops'"),
    "output folder that is a file": (("--output_dir=photos/a.png",), "cannot hold the results"),
    "reports elsewhere": (
        ("--output_dir=out", "--report_dir=../r"),
        "it must lie in --output_dir",
    ),
    "argument that is no flag": (("--output_dir=out", "more"), "unexpected argument 'more'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_batch_is_an_error_in_one_line(case, run):
    flags, message = BAD[case]
    header = "oops" if "column" in case else HEADER
    status, out, err = run(header, "a.png,style.png,,none,", flags=flags)
    assert status == BAD_INPUT and not out
    assert len(err.splitlines()) == 1 and message in err


@pytest.mark.parametrize("flag", ["--output_dir=out", "--cluster=auto"])
def test_flags_of_batches_without_jobs_are_an_error(flag, run, capfd):
    assert cli.main(["run.py", flag]) == BAD_INPUT
    assert "is given without --jobs" in capfd.readouterr().err
