"""Networks that the tests of extractors share, each built once."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from benchmarks.random_weights import squeezenet_kernels, vgg19_kernels, write_weights
from dpst.extractors import (
    EmbeddedExtractor,
    Extractor,
    KerasModelExtractor,
    SqueezeNetExtractor,
    VGG19Extractor,
)

NAMES = ["embedded", "squeezenet", "vgg19", "keras_model"]


@pytest.fixture(scope="session")
def squeezenet_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights") / "s.h5", squeezenet_kernels())


@pytest.fixture(scope="session")
def vgg19_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights") / "v.h5", vgg19_kernels())


@pytest.fixture(scope="session")
def extractors(squeezenet_file: Path, vgg19_file: Path) -> dict[str, Extractor]:
    """One extractor of each kind, by `NAMES`."""
    layers = [
        keras.layers.Conv2D(8, 3, activation="relu", name="first"),
        keras.layers.Conv2D(8, 3, strides=2, activation="relu", name="second"),
    ]
    return {
        "embedded": EmbeddedExtractor(),
        "squeezenet": SqueezeNetExtractor(squeezenet_file, verify_hash=False),
        "vgg19": VGG19Extractor(vgg19_file),
        "keras_model": KerasModelExtractor(keras.Sequential([keras.Input((32, 32, 3)), *layers])),
    }


@pytest.fixture(params=NAMES)
def extractor(request: pytest.FixtureRequest, extractors: dict[str, Extractor]) -> Extractor:
    """Each of the kinds."""
    return extractors[request.param]
