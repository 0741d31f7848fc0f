"""The picture report: one page that needs nothing else."""

import base64
import io
import json
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from dpst import images
from dpst.config import TransferConfig
from dpst.looks.recoloring import Recoloring
from dpst.methods.result import TransferResult
from dpst.metrics import Metrics
from dpst.optimizers import StopReason
from dpst.report.page import ReportPictures, report_page
from dpst.report.report import gather_pictures
from dpst.report.trace import run_trace
from dpst.segmentation import KEPT, Pairing, SegmentRow
from matting import LocalAffineMap

NAN = float("nan")
PATH = "a <b>.png"


class Page(HTMLParser):
    """What is on a page: its tags with attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "input", "line", "rect", "polyline"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def pictures(self) -> list[np.ndarray]:
        sources = [str(attributes["src"]) for tag, attributes in self.tags if tag == "img"]
        files = (base64.b64decode(source.split(",")[1]) for source in sources)
        return [np.asarray(Image.open(io.BytesIO(file)), np.float32) / 255 for file in files]


@pytest.fixture
def result() -> TransferResult:
    coefficients = np.zeros((32, 48, 4, 3), np.float32)
    coefficients[..., 1:, :] = 0.5 * np.eye(3)  # half as light
    row = SegmentRow("0000ff", "0000ff", 512, 0.5, 0, 0.25, 3, 0, "orphan", "takes label 1")
    return TransferResult(
        np.zeros((32, 48, 3), np.float32),
        ((0, 5, 2.5),),
        StopReason.INTERRUPTED,
        ("a <note>",),
        Metrics(0.5, 0.25, 1.25e-5, NAN, 1.0, 0.0, 12.3, 0.0625),
        Recoloring(LocalAffineMap(coefficients), None, (32, 48)),
        (row,),
    )


@pytest.fixture
def trace(result: TransferResult) -> dict:
    files = {"content_image": {"path": PATH}, "style_image": {"path": "style.jpg"}}
    losses = [{"level": 0, "evaluations": 5, "loss": 2.5, "style": 2.0, "style/segment_0": 2.0}]
    return json.loads(json.dumps(run_trace(files, TransferConfig(), result, 1.5, losses)))


def photo_of(image: np.ndarray, tmp_path) -> images.Photo:
    images.write_image(tmp_path / "photo.png", image)
    return images.read_photo(tmp_path / "photo.png")


def test_page_holds_everything_and_asks_for_nothing(trace: dict) -> None:
    light, dark = np.full((32, 48, 3), 0.75, np.float32), np.full((32, 48, 3), 0.25, np.float32)
    flat = np.zeros((32, 48), np.float32)
    pictures = ReportPictures(light, dark, [dark], (light, dark), flat, flat, flat)
    baseline = dict(trace["metrics"], ssim=0.125)
    page = Page(report_page(trace, pictures, baseline))
    for name in ("src", "href", "srcset", "action"):
        addresses = [a[name] for _, a in page.tags if name in a]
        assert all(str(address).startswith("data:") for address in addresses)
    before, after, *others = page.pictures()
    np.testing.assert_allclose(before, light, atol=0.01)
    np.testing.assert_allclose(after, dark, atol=0.01)
    assert len(others) == 6  # the style, two maps of segments, three heat maps
    for text in (PATH, "a <note>", "takes label 1", "50.0%", "0.125", "–", "interrupted"):
        assert text in page.text
    assert "style/segment_0" not in page.text
    ranges = [a for tag, a in page.tags if tag == "input"]
    labels = [a["for"] for tag, a in page.tags if tag == "label"]
    assert [a["id"] for a in ranges] == labels
    assert all("alt" in a for tag, a in page.tags if tag == "img")


def test_painting_has_neither_segments_nor_residual(trace: dict) -> None:
    image = np.full((32, 48, 3), 0.5, np.float32)
    trace = {**trace, "segments": [], "notes": [], "losses": []}
    page = Page(report_page(trace, ReportPictures(image, image, [image, image])))
    for text in ("Segments", "Losses", "recolouring", "Colours matched"):
        assert text not in page.text
    assert len(page.pictures()) == 4


def test_doodle_is_shown_alone(trace: dict) -> None:
    image = np.full((32, 48, 3), 0.5, np.float32)
    trace = {**trace, "inputs": {"style_image": {"path": "s.png"}}}
    page = Page(report_page(trace, ReportPictures(None, image, [image])))
    assert "a texture with the look of s.png" in page.text
    assert len(page.pictures()) == 2 and not [tag for tag, _ in page.tags if tag == "input"]


def test_each_segment_has_the_tint_of_its_style(result: TransferResult, tmp_path) -> None:
    content_labels = np.repeat(np.int32([[0, 1, 2]]), 16, 1).repeat(32, 0)
    style_labels = np.repeat(np.int32([[0, 1, 2, 3]]), 8, 1).repeat(32, 0)
    pairing = Pairing(content_labels, style_labels, (2, KEPT, 0), ("a", "b", "c"))
    photo = photo_of(np.full((32, 48, 3), 128 / 255, np.float32), tmp_path)
    style = np.full((32, 32, 3), 128 / 255, np.float32)
    pictures = gather_pictures(photo, [style], pairing, result, TransferConfig())
    content, style = (picture[16] for picture in pictures.segments)
    np.testing.assert_allclose(content[8], style[20], atol=1e-6)
    np.testing.assert_allclose(content[40], style[4], atol=1e-6)
    grey = content[24]
    assert np.ptp(grey) == 0
    np.testing.assert_allclose(style[[12, 28]], [grey, grey], atol=1e-6)
    assert np.ptp(content[8]) > 0.1


def test_before_and_after_are_of_full_size(result: TransferResult, tmp_path) -> None:
    photo = photo_of(np.full((64, 96, 3), 0.8, np.float32), tmp_path)
    pictures = gather_pictures(photo, [], None, result, TransferConfig(solve_size=48))
    assert pictures.content_image.shape == pictures.output_image.shape == (64, 96, 3)
    np.testing.assert_allclose(pictures.output_image, 0.4, atol=0.01)
    small = TransferConfig(solve_size=48, full_resolution=False)
    assert gather_pictures(photo, [], None, result, small).output_image.shape == (32, 48, 3)
