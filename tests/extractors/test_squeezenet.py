"""SqueezeNet."""

from __future__ import annotations

from pathlib import Path

import pytest

from dpst.extractors import SqueezeNetExtractor
from tests.extractors.same_features import assert_same_features, random_images
from tests.oracles.network_features import squeezenet_features


@pytest.mark.parametrize(("pooling", "reduce"), [("max", "max"), ("average", "mean")])
def test_squeezenet_features_equal_the_oracle(
    squeezenet_file: Path, pooling: str, reduce: str
) -> None:
    extractor = SqueezeNetExtractor(squeezenet_file, pooling=pooling, verify_hash=False)
    images = random_images(height=50, width=61)
    features = squeezenet_features(images[0], squeezenet_file, reduce)
    expected = {name: x[None] for name, x in features.items()}
    assert_same_features(extractor(images, extractor.layer_names), expected)


@pytest.mark.shared
def test_squeezenet_with_published_weights_equals_the_oracle(shared: Path) -> None:
    path = shared / "weights" / "squeezenet_v1.1_imagenet_notop.h5"
    extractor = SqueezeNetExtractor(path)
    images = random_images(height=50, width=61)
    expected = {name: x[None] for name, x in squeezenet_features(images[0], path).items()}
    assert_same_features(extractor(images, extractor.layer_names), expected)
