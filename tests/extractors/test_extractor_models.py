"""Extractors as Keras models: built into others, saved and loaded."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from dpst.extractors import EmbeddedExtractor, Extractor
from dpst.losses import GramLoss
from tests.extractors.same_features import assert_same_features, random_images


def test_model_gives_the_extractors_features(extractor: Extractor, tmp_path: Path) -> None:
    model = extractor.as_model()
    assert isinstance(model, keras.Model) and not model.trainable_weights
    images = random_images(batch=2)
    expected = extractor(images)
    model.save(tmp_path / "features.keras")
    loaded = keras.models.load_model(tmp_path / "features.keras")
    assert not loaded.trainable_weights
    for features in (model(images), model.predict(images, verbose=0), loaded(images)):
        assert_same_features(features, expected)


def test_model_holds_the_layers_that_are_named(extractor: Extractor) -> None:
    name = extractor.layer_names[0]
    assert list(extractor.as_model([name])(random_images())) == [name]
    with pytest.raises(ValueError, match="has no layer 'none'"):
        extractor.as_model(["none"])


def test_extractor_built_under_mixed_precision_stays_float32(
    extractors: dict[str, Extractor],
) -> None:
    expected = extractors["embedded"](random_images(), ["relu4_1", "fire7"])
    keras.config.set_dtype_policy("mixed_float16")
    try:
        actual = EmbeddedExtractor()(random_images(), ["relu4_1", "fire7"])
    finally:
        keras.config.set_dtype_policy("float32")
    for name, features in expected.items():
        assert actual[name].dtype == tf.float32
        np.testing.assert_array_equal(actual[name], features)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_network_before_an_extractor_trains_on_its_features(
    extractors: dict[str, Extractor], policy: str, tmp_path: Path
) -> None:
    features = extractors["embedded"].as_model(["relu1_1", "fire3"])
    keras.config.set_dtype_policy(policy)
    try:
        images = keras.Input((None, None, 3))
        keras.utils.set_random_seed(0)
        output = keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")(images)
        model = keras.Model(images, features(output))
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile(
        keras.optimizers.Adam(0.02),
        loss={name: GramLoss(name=name) for name in ("relu1_1", "fire3")},
        loss_weights={"relu1_1": 1.0, "fire3": 0.5},
    )
    photos = random_images(batch=2)
    data = tf.data.Dataset.from_tensor_slices((photos, features(photos[..., ::-1] ** 2)))
    data = data.batch(2).repeat(10)
    before = model.evaluate(data, verbose=0)[0]
    model.fit(data, shuffle=False, verbose=0)
    after = model.evaluate(data, verbose=0)[0]
    assert after < before
    model.save(tmp_path / "model.keras")
    # Without its optimizer, of whose loss scaling Keras saves more than it loads.
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    actual = loaded.predict(photos, verbose=0)
    for name, expected in model.predict(photos, verbose=0).items():
        np.testing.assert_allclose(actual[name], expected, rtol=1e-3, atol=1e-3)
