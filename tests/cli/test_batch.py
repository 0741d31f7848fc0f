"""Batches from the command line, with real pairs."""

import pytest

from dpst import images
from tests.command_line import check_refused
from tests.exit_statuses import DONE, SOME_FAILED
from tests.small_networks import write_small_network

HEADER = "content_image,style_image,output_image,segmentation,report_dir"


@pytest.fixture
def run(tmp_path, photo_pair, run_cli):
    """A function that runs jobs, given as CSV rows, from another folder."""
    (tmp_path / "photos").mkdir()
    images.write_image(tmp_path / "photos/a.png", photo_pair[0])
    images.write_image(tmp_path / "photos/b.png", photo_pair[0][::-1])
    images.write_image(tmp_path / "photos/style.png", photo_pair[1])

    def call(*rows, flags=("--output_dir=out", "--max_evaluations=6")):
        (tmp_path / "photos/jobs.csv").write_text("\n".join(rows))
        return run_cli("--jobs=photos/jobs.csv", *flags)

    return call


def test_jobs_share_their_traces_and_equal_runs_of_their_own(run, run_cli, tmp_path, traces):
    write_small_network(tmp_path / "net.keras")
    settings = ["--max_evaluations=6", "--extractor=net.keras"]
    rows = (HEADER, "a.png,style.png,1.png,none,", "b.png,style.png,new/2.jpg,none,new/report")
    done = run(*rows, flags=["--output_dir=out", *settings])
    assert done.status == DONE, done.err
    num_traces = len(traces)
    assert "2 of 2: line 3: out/new/2.jpg done" in done.err and "done                2" in done.out
    assert (tmp_path / "out/new/report/trace.json").exists()
    flags = ["--content_image=photos/b.png", "--style_image=photos/style.png"]
    flags += ["--segmentation=none", "--output_image=alone.jpg", *settings]
    assert run_cli(*flags).status == DONE
    assert (tmp_path / "alone.jpg").read_bytes() == (tmp_path / "out/new/2.jpg").read_bytes()
    assert 0 < num_traces < len(traces)  # One that is loaded anew shares none.
    again = run(*rows, flags=["--output_dir=out", *settings])
    assert again.status == DONE and "already there       2" in again.out


def test_bad_pairs_fail_alone(run, tmp_path):
    rows = ("no.png,style.png,,none,", "a.png,style.png,x.xyz,none,", "a.png,style.png,,nine,")
    done = run(HEADER, *rows)
    assert done.status == SOME_FAILED
    assert "line 2: content_image" in done.out and "does not exist" in done.out
    assert "line 3: output_image" in done.out and "line 4: segmentation is 'nine'" in done.out
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["failures.csv"]


def test_dry_run_checks_all_jobs_and_writes_nothing(run, tmp_path):
    rows = (HEADER, "a.png,style.png,sub/1.png,none,", "no.png,style.png,,none,")
    done = run(*rows, flags=("--output_dir=out", "--dry_run"))
    assert done.status == SOME_FAILED and "done                1" in done.out
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
    refused = run(header, "a.png,style.png,,none,", flags=flags)
    check_refused(refused, message)
    assert not refused.out


@pytest.mark.parametrize("flag", ["--output_dir=out", "--cluster=auto"])
def test_flags_of_batches_without_jobs_are_an_error(flag, run_cli):
    check_refused(run_cli(flag), "is given without --jobs")
