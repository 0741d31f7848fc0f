"""The picture report in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from browser_tools import serious_faults, watched_page

import dpst
from dpst import images
from dpst.callbacks import LossRecord
from dpst.picture_report import write_report
from dpst.report import run_trace
from dpst.segmentation import decode_label_maps, pair_segments
from dpst.transfer import transfer_pair

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(photo_pair, tmp_path_factory):
    """Folder of the report of a small run."""
    folder = tmp_path_factory.mktemp("report")
    content, style, *labels = photo_pair
    config = dpst.TransferConfig(solve_size=64, max_evaluations=10, full_resolution=False)
    pairing = pair_segments(*decode_label_maps(*labels), content, style)
    extractor = dpst.extractors.EmbeddedExtractor()
    losses: list[dict[str, float]] = []
    with dpst.callbacks.CallbackRun([LossRecord(losses)]) as callback:
        result = transfer_pair(content, style, pairing, extractor, config, callback)
    photo = images.Photo(np.rint(content * 255).astype(np.uint8))
    inputs = {name: {"path": f"{name}.png"} for name in ("content_image", "style_image")}
    trace = run_trace(inputs, config, result, 1.0, losses)
    write_report(folder, trace, photo, [style], pairing, result, extractor, config)
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
        after = page.locator("#compare img").nth(1)
        assert "inset(0px 0px 0px 0%)" in after.evaluate("(x) => getComputedStyle(x).clipPath")
        page.keyboard.press("End")
        assert "100%" in after.evaluate("(x) => getComputedStyle(x).clipPath")
