"""Fixtures of the segmentation's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from dpst.segmentation import LabelMap, read_label_maps


@pytest.fixture(scope="session")
def published_maps(
    shared: Path,
) -> dict[str, tuple[list[tuple[int, int]], tuple[LabelMap, LabelMap]]]:
    """For each published pair of Luan et al. 2017 the sizes of its photos, and its label maps."""
    found = {}
    for folder in sorted((shared / "pairs").glob("[0-9][0-9]")):
        sizes = []
        for side in ("content", "style"):
            with Image.open(folder / f"{side}.png") as photo:
                sizes.append(photo.size[::-1])
        paths = (folder / f"{side}_labels.png" for side in ("content", "style"))
        found[folder.name] = sizes, read_label_maps(*paths, *sizes)
    assert found
    return found
