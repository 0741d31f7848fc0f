"""The picture report in a real browser."""

from __future__ import annotations

import numpy as np
import pytest

import dpst
from dpst import images
from dpst.callbacks import LossRecord
from dpst.cli import cli
from dpst.pair_run import PairRun
from tests.browser_tools import serious_faults, watched_page
from tests.exit_statuses import SOME_FAILED

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(photo_pair, tmp_path_factory):
    """Folder of the report of a small run."""
    folder = tmp_path_factory.mktemp("report")
    content, style, *labels = photo_pair
    config = dpst.TransferConfig(solve_size=64, max_evaluations=10, full_resolution=False)
    photo = images.Photo(np.rint(content * 255).astype(np.uint8))
    pair = PairRun(config, photo, [style], [style.shape[:2]], labels[0], [labels[1]])
    planned = pair.plan(find=lambda inputs: pytest.fail("the labels are given"))
    solved = planned.solve(dpst.extractors.EmbeddedExtractor(), records=[LossRecord()])
    paths = {name: f"{name}.png" for name in ("content_image", "style_image")}
    solved.write_report(folder, paths)
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_report_opens_without_errors_or_requests_and_is_accessible(
    scheme, browser, report, tmp_path
) -> None:
    with watched_page(browser, color_scheme=scheme) as page:
        page.goto((report / "index.html").as_uri())
        page.wait_for_load_state("networkidle")
        assert page.locator("svg polyline").count() >= 2
        assert page.evaluate("[...document.images].every((x) => x.naturalWidth > 0)")
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")
        assert serious_faults(page) == []
        page.screenshot(path=tmp_path / f"report-{scheme}.png", full_page=True)


def test_slider_of_the_report_follows_the_keyboard(browser, report) -> None:
    with watched_page(browser) as page:
        page.goto((report / "index.html").as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "cut"
        page.keyboard.press("Home")
        after = page.locator(".dpst-compare img").nth(1)
        assert "inset(0px 0px 0px 0%)" in after.evaluate("(x) => getComputedStyle(x).clipPath")
        page.keyboard.press("End")
        assert "100%" in after.evaluate("(x) => getComputedStyle(x).clipPath")


@pytest.fixture(scope="module")
def overview(photo_pair, tmp_path_factory):
    """Path of the overview of a batch: three jobs done, one of them without metrics, one failed."""
    folder = tmp_path_factory.mktemp("batch")
    images.write_image(folder / "a.png", photo_pair[0])
    images.write_image(folder / "b.png", photo_pair[0][::-1] ** 2)
    images.write_image(folder / "style.png", photo_pair[1])
    rows = ["content_image,output_image", "a.png,1.png", "b.png,2.png", "style.png,3.png", "c.png,"]
    (folder / "jobs.csv").write_text("\n".join(rows))
    flags = ["--style_image=style.png", "--report_dir=reports", "--segmentation=none"]
    flags += ["--max_evaluations=5", f"--jobs={folder}/jobs.csv", f"--output_dir={folder}/out"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert cli.main(["run.py", *flags]) == SOME_FAILED
    (folder / "out/reports/3.png/trace.json").write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert cli.main(["run.py", *flags]) == SOME_FAILED
    return folder / "out/reports/index.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_overview_sorts_by_metric_and_is_accessible(scheme, browser, overview, tmp_path) -> None:
    def values(column: int) -> list[str]:
        cells = page.locator(f"tbody tr td:nth-child({column})")
        return cells.evaluate_all("(cells) => cells.map((x) => x.dataset.value ?? x.innerText)")

    with watched_page(browser, color_scheme=scheme) as page:
        page.goto(overview.as_uri())
        page.wait_for_load_state("networkidle")
        assert page.evaluate("[...document.images].map((x) => x.naturalWidth > 0)") == [True] * 6
        assert values(1)[:3] == ["2", "3", "4"]
        for name in ("edge_ssim", "seconds"):
            button = page.get_by_role("button", name=name, exact=True)
            column = 1 + button.evaluate("(x) => x.closest('th').cellIndex")
            known = sorted((text for text in values(column) if text), key=float)
            assert len(known) == 2
            button.focus()
            page.keyboard.press("Enter")
            assert values(column) == [*known, ""]
            page.keyboard.press("Enter")
            assert values(column) == [*known[::-1], ""]
        page.get_by_role("button", name="line").click()
        assert values(1)[:3] == ["2", "3", "4"]
        assert serious_faults(page) == []
        page.screenshot(path=tmp_path / f"overview-{scheme}.png", full_page=True)
        page.get_by_role("link", name="report of 2.png").click()
        page.locator(".dpst-compare").wait_for()
