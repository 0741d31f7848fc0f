"""A pair as the studio holds it, and a run of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dpst import images
from dpst.studio.loaded_pair import LoadedPair, load_pair
from dpst.studio.segments import Segments
from tests.studio.small_runs import request_of, solve_request

if TYPE_CHECKING:
    from dpst.extractors import Extractor


@pytest.fixture(scope="session")
def get_extractor(extractor) -> Callable[[], Extractor]:
    return lambda: extractor


@pytest.fixture
def command_line_shares_extractor(extractor, monkeypatch) -> None:
    """Give the command line the extractor of the other tests, so that nothing is traced anew."""

    def load(name, weights=None, pooling=""):
        assert (name, weights or "", pooling) == ("embedded", "", "")
        return extractor

    monkeypatch.setattr("dpst.extractors.load_extractor", load)


@pytest.fixture(scope="session")
def pair(photo_pair, tmp_path_factory) -> LoadedPair:
    folder = tmp_path_factory.mktemp("photos")
    for name, image in zip(("mine.png", "their's.png"), photo_pair, strict=False):
        images.write_image(folder / name, image)
    return load_pair(folder / "mine.png", folder / "their's.png")


@pytest.fixture(scope="session")
def segments(photo_pair) -> Segments:
    return Segments(*(labels.astype(np.uint8) for labels in photo_pair[2:]))


@pytest.fixture(scope="session")
def photo_run(pair, segments, get_extractor):
    """(request, solved pair, snapshots) of a small run by the photo method."""
    request = request_of(pair, segments)
    return request, *solve_request(request, get_extractor)
