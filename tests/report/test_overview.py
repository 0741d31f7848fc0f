"""The overview of a batch: what it shows of the jobs, from the files that they wrote."""

import dataclasses
import re

import numpy as np
import pytest

from dpst import images
from dpst.batch.jobs_file import read_jobs
from dpst.cli import cli
from dpst.cli.flags import flag_roles
from dpst.metrics import Metrics
from dpst.report.overview import OverviewRow, overview_page, overview_row
from tests.exit_statuses import SOME_FAILED

NAMES = ["content_image", "style_image", "output_image", "report_dir"]


@pytest.fixture
def batch(tmp_path, photo_pair, monkeypatch):
    """A function that runs a jobs file of two pairs and one that fails, with reports."""
    for name, image in zip(("a", "style"), photo_pair, strict=False):
        images.write_image(tmp_path / f"{name}.png", image)
    images.write_image(tmp_path / "b.png", photo_pair[0][::-1])
    rows = ["content_image,style_image,output_image", "a.png,style.png,1.png"]
    rows += ["b.png,style.png,more/2.png", "no.png,style.png,3.png"]
    (tmp_path / "jobs.csv").write_text("\n".join(rows))
    monkeypatch.chdir(tmp_path)
    flags = ["--jobs=jobs.csv", "--output_dir=out", "--report_dir=reports"]
    flags += ["--segmentation=none", "--solve_size=64", "--max_evaluations=5"]
    return lambda *more: cli.main(["run.py", *flags, *more])


def test_batch_writes_an_overview_and_a_report_of_each_job(batch, tmp_path, capfd) -> None:
    assert batch("--dry_run") == SOME_FAILED
    assert not (tmp_path / "out").exists()
    assert batch() == SOME_FAILED
    reports = tmp_path / "out/reports"
    assert f"{reports.relative_to(tmp_path)}/index.html written" in capfd.readouterr().out
    page = (reports / "index.html").read_text()
    for address in ("1.png/index.html", "more/2.png/index.html", "../1.png", "../more/2.png"):
        assert f'href="{address}"' in page and (reports / address).is_file()
    assert page.count("data:image/jpeg") == 4
    assert "3 jobs, 1 failed" in page and "no.png" in page.split("<h2>Failed")[1]
    numbers = re.findall(r'<td class="number" data-value="([^"]*)">', page)
    assert len(numbers) == 2 * (len(dataclasses.fields(Metrics)) + 1)
    assert all(float(text) >= 0 for text in numbers)
    assert batch() == SOME_FAILED
    assert (reports / "index.html").read_text() == page


def test_reports_of_rows_lie_in_the_folder_of_all(tmp_path) -> None:
    rows = (",".join(NAMES), "a,s,1.png,", "a,s,2.png,mine", "a,s,3.png,all/", "a,s,sub/1.png,")
    (tmp_path / "jobs.csv").write_text("\n".join(rows))
    jobs = read_jobs(tmp_path / "jobs.csv", "out", NAMES, {"report_dir": "all"}, flag_roles())
    folders = [job.flags["report_dir"] for job in jobs if not job.error]
    assert folders == ["out/all/1.png", "out/mine", "out/all/sub/1.png"]
    assert [job.line for job in jobs if "where the overview goes" in job.error] == [4]


def test_what_a_job_lacks_is_left_out(tmp_path) -> None:
    image = np.full((64, 48, 3), 0.5, np.float32)
    images.write_image(tmp_path / "o & ü.png", image)
    flags = {"output_image": str(tmp_path / "o & ü.png"), "report_dir": str(tmp_path / "none")}
    row = overview_row(tmp_path / "r", 2, flags)
    assert row.output == "../o%20%26%20%C3%BC.png" and not row.report and not row.metrics
    assert list(row.pictures) == ["after"] and row.pictures["after"].shape == (64, 48, 3)
    page = overview_page([row, OverviewRow(3, "<b>", error="a < b")])
    assert "o &amp; ü.png" in page and "&lt;b&gt;" in page and "a &lt; b" in page
    assert 'data-value="">–' in page


def test_damaged_traces_and_pictures_cost_no_overview(tmp_path) -> None:
    for name, text in (("index.html", ""), ("trace.json", "[1"), ("o.png", "no picture")):
        (tmp_path / name).write_text(text)
    flags = {"output_image": str(tmp_path / "o.png"), "report_dir": str(tmp_path)}
    row = overview_row(tmp_path, 2, flags)
    assert row.report == "index.html" and not row.metrics and not row.pictures
    assert "<h1>1 job, 0 failed</h1>" in overview_page([row])
