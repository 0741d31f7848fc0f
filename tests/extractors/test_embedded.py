"""The embedded extractor."""

from __future__ import annotations

import importlib.resources
import random

import numpy as np
import pytest

from dpst.extractors import EmbeddedExtractor, Extractor
from dpst.extractors.embedded import WEIGHTS_NAME, embedded_network, set_weights, weight_arrays
from tests.extractors.same_features import assert_same_features, random_images
from tests.oracles.network_features import embedded_features


@pytest.fixture
def extractor(extractors: dict[str, Extractor]) -> Extractor:
    return extractors["embedded"]


def test_embedded_features_equal_the_oracle(extractor: Extractor) -> None:
    images = random_images(height=37, width=50)
    with importlib.resources.files("dpst.extractors").joinpath(WEIGHTS_NAME).open("rb") as file:
        expected = embedded_features(images[0], dict(np.load(file)))
    actual = extractor(images, extractor.layer_names)
    assert_same_features(actual, {name: expected[name][None] for name in actual})


def test_embedded_weights_are_small() -> None:
    path = importlib.resources.files("dpst.extractors").joinpath(WEIGHTS_NAME)
    assert len(path.read_bytes()) <= 3_000_000


def test_building_the_embedded_extractor_leaves_the_global_generators_alone() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()
    EmbeddedExtractor()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_embedded_features_of_a_flat_image_have_no_frame(extractor: Extractor) -> None:
    flat = np.full((1, 32, 32, 3), 0.9, np.float32)
    for features in extractor(flat, extractor.layer_names).values():
        np.testing.assert_allclose(features, features[:, :1, :1] + 0 * features, atol=1e-5)


def test_embedded_weights_that_do_not_fit_are_an_error() -> None:
    network = embedded_network()
    arrays = weight_arrays(network)
    with pytest.raises(ValueError, match=r"'conv1/kernel'.*\(3, 3, 3, 64\), got none"):
        set_weights(network, {k: v for k, v in arrays.items() if k != "conv1/kernel"})
    with pytest.raises(ValueError, match=r"'conv1/bias'.*\(64,\), got \(2,\); install"):
        set_weights(network, arrays | {"conv1/bias": np.zeros(2)})
