"""The count of the values that a network computes."""

from __future__ import annotations

import keras

from dpst.extractors import Extractor, KerasModelExtractor, LayerChoice
from dpst.extractors.num_features import num_features


def test_features_are_counted_layer_by_layer() -> None:
    inputs = keras.Input((None, None, 3))
    first = keras.layers.Conv2D(8, 3, padding="same", name="first")(inputs)
    second = keras.layers.Conv2D(16, 3, strides=2, padding="same", name="second")(first)
    keras.layers.Conv2D(32, 3, padding="same", name="unused")(second)
    extractor = Extractor(
        inputs,
        {"first": first, "second": second},
        name="small",
        default_layers=LayerChoice(("first", "second"), ("second",)),
        minimum_side=8,
    )
    assert num_features(extractor, (40, 60)) == 40 * 60 * (3 + 8) + 20 * 30 * 16


def test_features_of_a_model_that_is_read_again_are_counted() -> None:
    inputs = keras.Input((None, None, 3), name="images")
    outputs = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    extractor = KerasModelExtractor(keras.Model(inputs, outputs))
    assert num_features(extractor, (40, 60)) == 40 * 60 * (3 + 4)
