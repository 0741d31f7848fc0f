"""VGG19."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from dpst.extractors import Extractor, VGG19Extractor
from tests.extractors.same_features import assert_same_features, random_images


def test_vgg19_with_max_pooling_equals_keras_applications(vgg19_file: Path) -> None:
    extractor = VGG19Extractor(vgg19_file, pooling="max")
    images = random_images(height=64, width=48)
    model = keras.applications.VGG19(include_top=False, weights=str(vgg19_file))
    # `preprocess_input` writes into its argument.
    x = keras.applications.vgg19.preprocess_input(255 * images.copy())
    names = [layer.name for layer in model.layers if "conv" in layer.name]
    outputs = keras.Model(model.inputs[0], [model.get_layer(name).output for name in names])(x)
    relus = [name.replace("block", "relu").replace("_conv", "_") for name in names]
    assert extractor.layer_names == tuple(relus)
    assert_same_features(
        extractor(images, extractor.layer_names), dict(zip(relus, outputs, strict=True))
    )


def test_vgg19_average_pooling_keeps_shapes_and_changes_values(
    extractors: dict[str, Extractor], vgg19_file: Path
) -> None:
    images = random_images(height=64, width=48)
    average = extractors["vgg19"](images, ["relu1_2", "relu2_1"])
    maximum = VGG19Extractor(vgg19_file, pooling="max")(images, ["relu1_2", "relu2_1"])
    np.testing.assert_array_equal(average["relu1_2"], maximum["relu1_2"])
    assert average["relu2_1"].shape == maximum["relu2_1"].shape == (1, 32, 24, 128)
    assert np.abs(average["relu2_1"] - maximum["relu2_1"]).max() > 1
