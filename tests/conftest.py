"""Fixtures that several test files share."""

import os

# Beside TensorFlow's threads those of OpenBLAS wait for each other longer than they work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# ruff: noqa: E402
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from dpst import images
from tests.browser_tools import launched_browser, studio_server
from tests.command_line import CommandLine

if TYPE_CHECKING:
    from dpst.extractors import Extractor

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the evaluation data; skips the test where there is none."""
    folder = Path(os.environ.get("DPST_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "pairs").is_dir():
        pytest.skip(f"needs the evaluation data: no {folder.name}/pairs; set $DPST_SHARED")
    return folder


@pytest.fixture(scope="session")
def photo_pair() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(content image, style image, content labels, style labels), small and smooth."""
    y, x = np.mgrid[:48, :64] / 64.0
    content = np.stack([x, y, 0.5 + 0.3 * np.sin(9 * x) * np.cos(7 * y)], -1)
    style = np.stack([0.2 + 0.1 * y, 0.1 + 0.3 * x * y, 0.6 - 0.5 * y], -1)
    noise = np.random.default_rng(0).normal(0, 0.03, (2, 48, 64, 3))
    content = np.clip(content + noise[0], 0, 1).astype(np.float32)
    style = np.clip(style + noise[1], 0, 1).astype(np.float32)
    content_labels = (y > 0.4).astype(np.int32)
    style_labels = (x > 0.5).astype(np.int32)
    return content, style, content_labels, style_labels


@pytest.fixture(scope="session")
def output(photo_pair) -> np.ndarray:
    """An output image: the content, recoloured and with new noise."""
    content = photo_pair[0]
    noise = np.random.default_rng(3).normal(0, 0.02, content.shape)
    recoloured = 0.7 * content[..., [1, 0, 2]] + 0.1 + noise
    return np.clip(recoloured, 0, 1).astype(np.float32)


@pytest.fixture(scope="session")
def extractor() -> "Extractor":
    """The embedded extractor, built once for all tests."""
    from dpst.extractors import EmbeddedExtractor

    return EmbeddedExtractor()


@pytest.fixture
def shared_extractor(extractor, monkeypatch) -> None:
    """Give all that load the embedded extractor by its name the one of the session.

    A new extractor means new traces of the solver, which take seconds each.
    """
    from dpst.extractors import EXTRACTORS

    monkeypatch.setitem(EXTRACTORS, "embedded", lambda: extractor)


@pytest.fixture
def run_cli(tmp_path, monkeypatch, capfd, shared_extractor) -> CommandLine:
    """The command line in a folder of the test's own; its runs share their extractor."""
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path, capfd)


@pytest.fixture
def pair_files(photo_pair, tmp_path) -> Path:
    """A folder with the photos and label maps of `photo_pair`, in blue (0) and green (1)."""
    palette = np.array([[0, 0, 255], [0, 255, 0]], np.uint8)
    for name, image in zip(("content", "style"), photo_pair, strict=False):
        images.write_image(tmp_path / f"{name}.png", image)
    for name, labels in zip(("content", "style"), photo_pair[2:], strict=True):
        Image.fromarray(palette[labels]).save(tmp_path / f"{name}_labels.png")
    return tmp_path


@pytest.fixture
def traces(monkeypatch) -> list[str]:
    """Grows by the terms of an objective each time that one is traced."""
    from dpst.solving.objective import Objective

    found: list[str] = []
    call = Objective.__call__

    def traced_call(self, image):
        found.append(" ".join(term.name for term in self.terms))
        return call(self, image)

    monkeypatch.setattr(Objective, "__call__", traced_call)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; skips the test where there is none."""
    with launched_browser() as launched:
        yield launched


@pytest.fixture(scope="session")
def studio_url(browser, tmp_path_factory) -> Iterator[str]:
    """Address of a running studio; skips the test where Gradio is missing."""
    with studio_server(tmp_path_factory.mktemp("studio")) as url:
        yield url
