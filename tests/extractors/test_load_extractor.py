"""Extractors by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from dpst.extractors import (
    EXTRACTORS,
    EmbeddedExtractor,
    VGG19Extractor,
    load_extractor,
)


def test_extractor_is_loaded_by_name(vgg19_file: Path) -> None:
    assert list(EXTRACTORS) == ["embedded", "squeezenet", "vgg19"]
    assert isinstance(load_extractor("embedded"), EmbeddedExtractor)
    assert isinstance(load_extractor("vgg19", vgg19_file), VGG19Extractor)


def test_squeezenet_by_name_checks_the_hash(squeezenet_file: Path) -> None:
    with pytest.raises(ValueError, match=r"s\.h5' has the sha256 hash .* expected 2d935d8c"):
        load_extractor("squeezenet", squeezenet_file)


def test_unknown_extractor_suggests_the_closest_one() -> None:
    with pytest.raises(ValueError, match="'vgg16', did you mean 'vgg19'.*embedded, squeezenet"):
        load_extractor("vgg16")


@pytest.mark.parametrize("name", ["embedded", "model.keras"])
def test_weights_for_an_extractor_without_weight_file_are_an_error(name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' takes no weight file, got 'weights.h5'"):
        load_extractor(name, "weights.h5")


@pytest.mark.parametrize("name", ["embedded", "model.keras"])
def test_pooling_for_an_extractor_whose_own_is_fixed_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' takes no kind of pooling, got 'average'"):
        load_extractor(name, pooling="average")


def test_pooling_is_handed_to_the_extractor_that_has_a_choice() -> None:
    with pytest.raises(ValueError, match="one of max, average, got 'mean'"):
        load_extractor("vgg19", pooling="mean")
