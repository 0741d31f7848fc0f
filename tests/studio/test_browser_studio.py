"""The studio in a real browser: what a user does, from the sample to the download."""

from __future__ import annotations

import re
import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import dpst
from dpst import images
from dpst.cli import cli
from dpst.studio.sample import DATA_FOLDER
from tests.browser_tools import SECONDS, serious_faults, watched_page
from tests.exit_statuses import DONE

pytestmark = pytest.mark.browser

SOLVE_SIZE = 96
EVALUATIONS = 10
SIZE_LABEL = "Solve size, px (longer side)"
FINISHED = "Done after [^…]*$"


def wait_for_text(page, selector: str, pattern: str) -> str:
    """Wait until the text of an element matches, and return it: progress is soon replaced.

    An error shown on the page ends the wait.
    """
    matched_text = """([selector, pattern]) => {
      const error = document.querySelector(".toast-body");
      if (error) throw new Error(error.innerText);
      const text = document.querySelector(selector)?.innerText ?? "";
      return text.match(pattern) && text;
    }"""
    return page.wait_for_function(matched_text, arg=[selector, pattern]).json_value()


def texts_from_now_on(page, selector: str) -> Callable[[], list[str]]:
    """Return a function that gives all texts that an element has had since, however short."""
    page.evaluate(
        """(selector) => {
          const box = document.querySelector(selector);
          window.texts = [];
          const note = () => window.texts.push(box.innerText);
          new MutationObserver(note).observe(box, {childList: true, subtree: true,
            characterData: true});
        }""",
        selector,
    )
    return lambda: page.evaluate("window.texts")


def load_sample(page, url: str, name: str = "photo") -> None:
    page.goto(url)
    page.locator(f"#sample-{name}").click()
    wait_for_text(page, "#status", "Segments found|Label maps read")
    page.locator("#content-editor canvas").first.wait_for()


def make_small(page, method: str = "photo") -> None:
    """Ask for a small run, once the settings of the method are shown."""
    from playwright.sync_api import expect

    page.get_by_role("button", name="Settings").click()
    config = dpst.TransferConfig(method=method)
    for label, default in (
        ("Content weight", config.content_weight),
        ("Style weight", config.style_weight),
        (SIZE_LABEL, config.solve_size),
    ):
        box = page.get_by_role("spinbutton", name=label)
        expect(box).to_have_value(f"{default:g}", timeout=1000 * SECONDS)
    for label, value in ((SIZE_LABEL, SOLVE_SIZE), ("Evaluations (0: default)", EVALUATIONS)):
        box = page.get_by_role("spinbutton", name=label)
        box.fill(str(value))
        box.press("Tab")


def paint_stroke(page) -> None:
    """Draw across the middle of the photo, in the first colour."""
    canvas = page.locator("#content-editor canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.45, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=8)
    page.mouse.up()


def download(page, selector: str, path: Path) -> Path:
    page.wait_for_selector(f"{selector}:not([disabled])")
    with page.expect_download() as waiting:
        page.locator(selector).click()
    waiting.value.save_as(path)
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible(scheme, browser, studio_url) -> None:
    with watched_page(browser, color_scheme=scheme) as page:
        load_sample(page, studio_url)
        for title in ("Settings", "Without a mouse: fill a rectangle", "Label maps from files"):
            page.get_by_role("button", name=title).click()
        page.wait_for_timeout(500)
        assert serious_faults(page) == []


def test_sample_is_painted_solved_and_downloaded(browser, studio_url, tmp_path) -> None:
    with watched_page(browser) as page:
        load_sample(page, studio_url)
        share = page.locator("#link-0").inner_text()
        paint_stroke(page)
        page.wait_for_function(
            "(old) => document.querySelector('#link-0').innerText !== old", arg=share
        )
        make_small(page)
        texts = texts_from_now_on(page, "#run-status")
        page.locator("#run").click()
        wait_for_text(page, "#run-status", FINISHED)
        assert re.search(rf"evaluation \d+ of {EVALUATIONS}, loss", "\n".join(texts()))
        assert page.locator("#chart polyline").count() >= 2
        assert page.locator("#view img").count() == 2
        page.locator("#view input[type=range]").focus()
        page.keyboard.press("Home")
        clip = page.locator("#view img").nth(1).evaluate("(x) => getComputedStyle(x).clipPath")
        assert "inset(0px 0px 0px 0%)" in clip
        result = images.read_image(download(page, "#result", tmp_path / "result.png"))
        folder = download(page, "#folder", tmp_path / "all.zip")
        command = page.locator("#command textarea").input_value()
        assert "ssim" in page.locator("#measured textarea").input_value()
    check_downloads(result, folder, command, tmp_path)


def check_downloads(result: np.ndarray, folder: Path, command: str, tmp_path: Path) -> None:
    """Check that the downloaded picture is what the API gives and the command line repeats."""
    with zipfile.ZipFile(folder) as archive:
        archive.extractall(tmp_path)
    inputs = [
        images.read_image(tmp_path / "dpst-result" / name)
        for name in ("content.jpg", "style.jpg", "content_labels.png", "style_labels.png")
    ]
    labels = [np.rint(image * 255).astype(np.uint8) for image in inputs[2:]]
    config = dpst.TransferConfig(solve_size=SOLVE_SIZE, max_evaluations=EVALUATIONS)
    expected = dpst.stylize(*inputs[:2], *labels, config=config)
    assert result.shape == inputs[0].shape == (427, 640, 3)
    np.testing.assert_allclose(result, expected.output_image, atol=2 / 255)
    arguments = [
        re.sub("dpst-result/", f"{tmp_path}/dpst-result/", argument)
        for argument in shlex.split(command)[1:]
    ]
    assert cli.main(arguments) == DONE
    repeated = images.read_image(tmp_path / "dpst-result" / "repeated.png")
    np.testing.assert_allclose(repeated, result, atol=2 / 255)


def test_doodle_is_painted_and_solved(browser, studio_url, tmp_path) -> None:
    with watched_page(browser) as page:
        load_sample(page, studio_url, "semantic")
        share = page.locator("#link-0").inner_text()
        paint_stroke(page)
        page.wait_for_function(
            "(old) => document.querySelector('#link-0').innerText !== old", arg=share
        )
        make_small(page, "semantic")
        page.locator("#run").click()
        wait_for_text(page, "#run-status", FINISHED)
        result = images.read_image(download(page, "#result", tmp_path / "result.png"))
        folder = download(page, "#folder", tmp_path / "all.zip")
        command = page.locator("#command textarea").input_value()
    with zipfile.ZipFile(folder) as archive:
        archive.extractall(tmp_path)
    drawn = images.read_image(tmp_path / "dpst-result/content_labels.png")
    before = images.read_image(DATA_FOLDER / "doodle.png")
    assert drawn.shape == result.shape == before.shape
    # Blue, the brush's first colour, where there was another.
    is_painted = (drawn != before).any(-1)
    assert is_painted.any() and (drawn[is_painted] == [0, 0, 1]).all()
    assert "--method=semantic" in command and "content_image" not in command
    assert f"--solve_size={SOLVE_SIZE}" in command


def test_keyboard_alone_loads_fills_starts_and_stops(browser, studio_url) -> None:
    def press(name: str) -> None:
        """Move to a button with the tab key, and press it."""
        for _ in range(120):
            page.keyboard.press("Tab")
            focused = "document.activeElement"
            text = page.evaluate(f"{focused}.innerText || {focused}.ariaLabel || ''").strip()
            if text.startswith(name):
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"the keyboard does not reach {name!r}")

    with watched_page(browser) as page:
        page.goto(studio_url)
        page.locator("#run").wait_for()
        press("Sample: two photos")
        wait_for_text(page, "#status", "Segments found")
        press("Without a mouse")
        press("Fill")
        wait_for_text(page, "#status", "Filled")
        press("Start")
        wait_for_text(page, "#run-status", "First look|Level 1|Level 2")
        page.locator("#stop:not([disabled])").wait_for()
        press("Stop early")
        assert "interrupted by the user" in wait_for_text(page, "#run-status", FINISHED)


def test_sessions_do_not_mix_and_a_third_one_queues(browser, studio_url, photo_pair, tmp_path):
    for name, image in zip(("content", "style"), photo_pair, strict=False):
        images.write_image(tmp_path / f"my_{name}.png", image)
    with watched_page(browser) as one, watched_page(browser) as two, watched_page(browser) as three:
        load_sample(one, studio_url, "photo")
        load_sample(two, studio_url, "artistic")
        three.goto(studio_url)
        for name in ("content", "style"):
            chooser = three.locator(f"#{name}-file input[type=file]")
            chooser.set_input_files(tmp_path / f"my_{name}.png")
        wait_for_text(three, "#status", "Segments found")
        make_small(three)
        # At their own size, so that they still run when the third one is started.
        for page in (one, two):
            page.locator("#run").click()
            wait_for_text(page, "#run-status", "Starting|First look|Level")
        three.locator("#run").click()
        wait_for_text(three, "#run-status", "queue")
        # A moment in the queue is passed by everyone.
        three.wait_for_timeout(3000)
        assert "queue" in three.locator("#run-status").inner_text()
        for page in (one, two):
            wait_for_text(page, "#run-status", "evaluation")
            page.locator("#stop").dispatch_event("click")
        for page in (one, two, three):
            wait_for_text(page, "#run-status", FINISHED)
        commands = [p.locator("#command textarea").input_value() for p in (one, two, three)]
        results = [
            images.read_image(download(page, "#result", tmp_path / f"{number}.png"))
            for number, page in enumerate((one, two, three))
        ]
    assert "--method" not in commands[0] and "content.jpg" in commands[0]
    assert "--method=artistic" in commands[1] and "labels" not in commands[1]
    assert "--method" not in commands[2] and "content.png" in commands[2]
    assert [image.shape[:2] for image in results] == [(427, 640), (427, 640), (48, 64)]
    assert np.abs(results[0] - results[1]).mean() > 0.05


def test_bad_input_is_told_on_the_page(browser, studio_url, tmp_path) -> None:
    (tmp_path / "broken.png").write_text("no picture")
    with watched_page(browser) as page:
        page.goto(studio_url)
        page.locator("#run").click()
        page.get_by_text("there is no pair of photos yet").wait_for()
        page.locator("#run:not([disabled])").wait_for()
        for name in ("content", "style"):
            page.locator(f"#{name}-file input[type=file]").set_input_files(tmp_path / "broken.png")
        page.get_by_text(re.compile("broken.png.*is not")).first.wait_for()
