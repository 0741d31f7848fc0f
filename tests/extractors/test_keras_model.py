"""Any Keras model as an extractor."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from dpst.extractors import KerasModelExtractor, load_extractor

# Keras saves through an `__array__` call that NumPy 2 deprecates; loading does not.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

L = keras.layers


def small_network(side: int | None = 32, top: bool = True) -> keras.Model:
    """Three scales, each a linear convolution and a ReLU of its own, and a classifier."""
    keras.utils.set_random_seed(0)
    x = inputs = keras.Input((side, side, 3))
    x = L.Rescaling(2.0, -1.0, name="rescaling")(x)
    for scale in range(1, 4):
        x = L.Conv2D(4 * scale, 3, padding="same", name=f"conv{scale}")(x)
        x = L.BatchNormalization(name=f"norm{scale}")(x)
        x = L.ReLU(name=f"relu{scale}")(x)
        x = L.MaxPooling2D(name=f"pool{scale}")(x)
    if top:
        x = L.Dense(5, activation="softmax", name="classifier")(L.Flatten(name="flatten")(x))
    return keras.Model(inputs, x, name="small")


def images(height: int = 33, width: int = 47) -> np.ndarray:
    return np.random.default_rng(0).random((2, height, width, 3), np.float32)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_model_file_gives_the_features_of_the_model(tmp_path: Path, suffix: str) -> None:
    model = small_network(side=None, top=False)
    path = tmp_path / f"net{suffix}"
    model.save(path)
    extractor = load_extractor(path)
    assert extractor.name == "net"
    layer = model.get_layer("relu2")
    expected = keras.Model(model.inputs[0], layer.output)(images())
    np.testing.assert_allclose(extractor(images())["relu2"], expected, atol=1e-6)


def test_model_of_a_fixed_size_reads_images_of_any_size() -> None:
    extractor = KerasModelExtractor(small_network(side=32))
    assert extractor(images())["relu3"].shape == (2, 8, 11, 12)


def test_layers_are_all_feature_maps_and_no_other() -> None:
    names = KerasModelExtractor(small_network()).layer_names
    scales = [f"{kind}{i}" for i in (1, 2, 3) for kind in ("conv", "norm", "relu", "pool")]
    assert names == ("rescaling", *scales)


def test_defaults_are_the_first_activation_at_each_scale() -> None:
    extractor = KerasModelExtractor(small_network())
    assert extractor.style_layers == ("relu1", "relu2", "relu3")
    assert extractor.content_layers == ("relu2",)
    assert extractor.minimum_side == 4


def test_unpadded_convolutions_do_not_count_as_a_scale() -> None:
    layers = [L.Conv2D(4, 3, activation="relu", name=f"conv{i}") for i in range(3)]
    layers.append(L.Conv2D(4, 3, strides=2, activation="relu", name="strided"))
    extractor = KerasModelExtractor(keras.Sequential([keras.Input((64, 64, 3)), *layers]))
    assert extractor.style_layers == ("conv0", "strided")
    assert extractor.minimum_side == 9


def test_at_most_five_scales_are_style_layers() -> None:
    layers = [L.Conv2D(2, 3, 2, "same", activation="relu", name=f"conv{i}") for i in range(7)]
    extractor = KerasModelExtractor(keras.Sequential([keras.Input((None, None, 3)), *layers]))
    assert extractor.style_layers == ("conv0", "conv1", "conv2", "conv3", "conv4")
    assert extractor.content_layers == ("conv3",)


def test_network_without_activations_uses_its_first_maps() -> None:
    model = keras.Sequential([keras.Input((None, None, 3)), L.Conv2D(4, 3, name="linear")])
    assert KerasModelExtractor(model).style_layers == ("linear",)


def test_channel_gates_are_no_feature_maps() -> None:
    inputs = keras.Input((None, None, 3))
    x = L.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    gate = L.GlobalAveragePooling2D(keepdims=True, name="mean")(x)
    gate = L.Conv2D(4, 1, activation="sigmoid", name="gate")(gate)
    x = L.Multiply(name="gated")([x, gate])
    extractor = KerasModelExtractor(keras.Model(inputs, x))
    assert extractor.layer_names == ("conv", "gated")


def test_layer_called_twice_is_available_twice() -> None:
    inputs = keras.Input((None, None, 3))
    shared = L.Conv2D(3, 3, activation="relu", name="shared")
    extractor = KerasModelExtractor(keras.Model(inputs, shared(shared(inputs))))
    assert extractor.layer_names == ("shared", "shared_2")
    assert extractor(images(), ["shared_2"])["shared_2"].shape == (2, 29, 43, 3)


def test_dropout_and_normalisation_are_in_inference_mode() -> None:
    layers = [L.BatchNormalization(), L.Dropout(0.5), L.ReLU(name="relu")]
    extractor = KerasModelExtractor(keras.Sequential([keras.Input((None, None, 3)), *layers]))
    np.testing.assert_allclose(extractor(images())["relu"], images(), rtol=1e-3)


def test_preprocessing_is_applied_to_the_images() -> None:
    model = keras.Sequential([keras.Input((None, None, 3)), L.ReLU(name="relu")])
    extractor = KerasModelExtractor(model, preprocess=lambda x: x - 0.5)
    np.testing.assert_allclose(extractor(images())["relu"], np.maximum(images() - 0.5, 0))


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"net\.keras' does not exist"):
        load_extractor(tmp_path / "net.keras")


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".png"])
def test_file_that_is_no_model_is_an_error(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo{suffix}"
    path.write_bytes(b"no model")
    with pytest.raises(ValueError, match="is not a Keras model that can be loaded safely") as info:
        load_extractor(path)
    assert "\n" not in str(info.value)


def test_file_with_weights_alone_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "net.weights.h5"
    small_network().save_weights(path)
    with pytest.raises(ValueError, match="pass a whole model saved by model.save"):
        load_extractor(path)


def test_stored_code_is_not_run(tmp_path: Path) -> None:
    inputs = keras.Input((None, None, 3))
    path = tmp_path / "net.keras"
    keras.Model(inputs, L.Lambda(lambda x: x + 1)(inputs)).save(path)
    with pytest.raises(ValueError, match="cannot be loaded safely|can be loaded safely"):
        load_extractor(path)


@pytest.mark.parametrize("shapes", [[(None, None, 1)], [(12,)], [(None, None, 3), (None, None, 3)]])
def test_model_without_one_rgb_input_is_an_error(shapes: list[tuple[int | None, ...]]) -> None:
    inputs = [keras.Input(shape) for shape in shapes]
    outputs = [L.Activation("relu")(x) for x in inputs]
    with pytest.raises(ValueError, match="must have one input"):
        KerasModelExtractor(keras.Model(inputs, outputs))


def test_model_without_feature_maps_is_an_error() -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), L.Flatten(), L.Dense(4)])
    with pytest.raises(ValueError, match="has no layer that gives a feature map"):
        KerasModelExtractor(model)


def test_subclassed_model_is_an_error() -> None:
    class Subclassed(keras.Model):
        def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
            return x

    with pytest.raises(ValueError, match="pass a Functional or Sequential model"):
        KerasModelExtractor(Subclassed())


def test_object_that_is_no_model_is_an_error() -> None:
    with pytest.raises(TypeError, match="a path or a keras.Model, got int"):
        KerasModelExtractor(3)  # type: ignore[arg-type]
