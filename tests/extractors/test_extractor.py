"""What holds for every extractor, and what is particular to each network."""

from __future__ import annotations

import importlib.resources
import random
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.random_weights import squeezenet_kernels, vgg19_kernels, write_weights
from dpst.extractors import (
    EXTRACTORS,
    EmbeddedExtractor,
    Extractor,
    KerasModelExtractor,
    LayerChoice,
    SqueezeNetExtractor,
    VGG19Extractor,
    load_extractor,
)
from dpst.extractors.embedded import WEIGHTS_NAME, embedded_network, set_weights, weight_arrays
from tests.oracles.network_features import embedded_features, squeezenet_features

NAMES = ["embedded", "squeezenet", "vgg19", "keras_model"]


def random_images(batch: int = 1, height: int = 33, width: int = 47, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((batch, height, width, 3), np.float32)


@pytest.fixture(scope="module")
def squeezenet_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights") / "s.h5", squeezenet_kernels())


@pytest.fixture(scope="module")
def vgg19_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights") / "v.h5", vgg19_kernels())


@pytest.fixture(scope="module")
def extractors(squeezenet_file: Path, vgg19_file: Path) -> dict[str, Extractor]:
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
    return extractors[request.param]


def assert_same_features(
    actual: dict[str, tf.Tensor], expected: dict[str, tf.Tensor], tolerance: float = 1e-5
) -> None:
    """Compares feature maps relative to the largest feature of each layer."""
    assert list(actual) == list(expected)
    for name, features in expected.items():
        scale = np.abs(features).max()
        np.testing.assert_allclose(actual[name] / scale, features / scale, atol=tolerance)


def style_energy_and_gradient(
    extractor: Extractor, images: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    with tf.GradientTape() as tape:
        tape.watch(images)
        features = extractor(images, extractor.style_layers)
        energy = tf.add_n([tf.reduce_mean(tf.square(x)) for x in features.values()])
    return energy, tape.gradient(energy, images)


# Every extractor.


def test_default_layers_are_read_in_network_order(extractor: Extractor) -> None:
    features = extractor(random_images())
    defaults = {*extractor.style_layers, *extractor.content_layers}
    assert list(features) == [name for name in extractor.layer_names if name in defaults]


def test_requested_layers_come_in_the_requested_order(extractor: Extractor) -> None:
    names = extractor.layer_names[1::-1]
    assert list(extractor(random_images(), names)) == list(names)


def test_features_are_float32_maps_of_the_whole_batch(extractor: Extractor) -> None:
    for features in extractor(random_images(batch=2), extractor.layer_names).values():
        assert features.dtype == tf.float32
        assert features.shape.rank == 4 and features.shape[0] == 2
        assert np.isfinite(features).all() and np.ptp(features) > 0


def test_arrays_are_the_features_of_one_image(extractor: Extractor) -> None:
    images = random_images()
    for names in (None, extractor.layer_names[1::-1]):
        arrays = extractor.arrays(images[0], names)
        assert {type(array) for array in arrays.values()} == {np.ndarray}
        features = extractor(images, names)
        assert list(arrays) == list(features)
        for name, array in arrays.items():
            assert array.dtype == np.float32
            np.testing.assert_array_equal(array, features[name][0])


def test_batch_equals_its_images_one_by_one(extractor: Extractor) -> None:
    images = random_images(batch=3)
    singles = [extractor(images[i : i + 1]) for i in range(3)]
    stacked = {name: tf.concat([single[name] for single in singles], 0) for name in singles[0]}
    assert_same_features(extractor(images), stacked)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_features_and_gradients_equal_eager_ones(
    extractor: Extractor, jit_compile: bool
) -> None:
    images = tf.constant(random_images())
    compiled = tf.function(style_energy_and_gradient, jit_compile=jit_compile, autograph=False)
    energy, gradient = compiled(extractor, images)
    expected_energy, expected_gradient = style_energy_and_gradient(extractor, images)
    assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0
    np.testing.assert_allclose(energy, expected_energy, rtol=1e-4)
    scale = np.abs(expected_gradient).max()
    np.testing.assert_allclose(gradient / scale, expected_gradient / scale, atol=1e-4)


def test_layers_selected_while_tracing_stay_usable(squeezenet_file: Path) -> None:
    extractor = SqueezeNetExtractor(squeezenet_file, verify_hash=False)
    images = tf.constant(random_images())
    traced = tf.function(lambda x: extractor(x, ["fire2"]), autograph=False)(images)
    assert_same_features(extractor(images, ["fire2"]), traced)


def test_one_trace_serves_all_image_sizes(extractor: Extractor) -> None:
    signature = [tf.TensorSpec([None, None, None, 3], tf.float32)]
    traced = tf.function(extractor, input_signature=signature, autograph=False)
    for height, width in [(33, 47), (64, 40)]:
        images = random_images(height=height, width=width)
        assert_same_features(traced(images), extractor(images))


def test_images_are_not_written_to(extractor: Extractor) -> None:
    images = random_images()
    kept = images.copy()
    extractor(images)
    np.testing.assert_array_equal(images, kept)


def test_float64_images_give_the_same_features(extractor: Extractor) -> None:
    images = random_images()
    assert_same_features(extractor(images.astype(np.float64)), extractor(images))


def test_only_the_needed_part_of_the_network_is_computed(extractor: Extractor) -> None:
    first, last = extractor.layer_names[0], extractor.layer_names[-1]
    assert len(extractor.select([first]).layers) < len(extractor.select([last]).layers)
    assert extractor.select([first]) is extractor.select([first])


def test_weights_are_frozen(extractor: Extractor) -> None:
    model = extractor.select(extractor.layer_names)
    assert model.weights and not model.trainable_weights


def test_every_default_layer_survives_the_minimum_side(extractor: Extractor) -> None:
    side = extractor.minimum_side
    features = extractor(random_images(height=side, width=side))
    assert all(0 not in x.shape for x in features.values())


def test_image_below_the_minimum_side_is_an_error(extractor: Extractor) -> None:
    side = extractor.minimum_side
    with pytest.raises(ValueError, match=rf"at least {side} px .*got {side - 1} x 40"):
        extractor(random_images(height=side - 1, width=40))


def test_extractors_are_compared_by_identity(extractor: Extractor) -> None:
    assert {extractor: 1}[extractor] == 1
    assert extractor != EmbeddedExtractor()
    assert extractor.name in repr(extractor)


@pytest.mark.parametrize("shape", [(33, 47, 3), (1, 33, 47, 1), (1, 33, 47, 4), (1, 3, 33, 47)])
def test_images_of_another_shape_are_an_error(extractor: Extractor, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\[batch, height, width, 3\], got .*images\[None\]"):
        extractor(np.zeros(shape, np.float32))


def test_integer_images_are_an_error(extractor: Extractor) -> None:
    with pytest.raises(TypeError, match="floating point.*got uint8; divide 8-bit values by 255"):
        extractor(np.zeros((1, 33, 47, 3), np.uint8))


def test_unknown_layer_suggests_the_closest_one(extractors: dict[str, Extractor]) -> None:
    with pytest.raises(ValueError, match="no layer 'relu4-2', did you mean 'relu4_2'.*relu5_4"):
        extractors["vgg19"](random_images(), ["relu1_1", "relu4-2"])


def test_no_layer_and_a_bare_string_are_errors(extractor: Extractor) -> None:
    with pytest.raises(ValueError, match="at least one layer"):
        extractor(random_images(), [])
    with pytest.raises(TypeError, match=r"pass \['conv1'\]"):
        extractor(random_images(), "conv1")


def test_unknown_default_layer_is_an_error() -> None:
    x = keras.Input((None, None, 3))
    with pytest.raises(ValueError, match="no layer 'second'"):
        Extractor(
            x,
            {"first": x},
            name="plain",
            default_layers=LayerChoice(style=("second",), content=("first",)),
            minimum_side=1,
        )


def test_layers_that_no_choice_names_follow_from_those_that_it_names() -> None:
    choice = LayerChoice(style=("a", "b", "c", "d"), content=("c",))
    assert (choice.painting_content, choice.patch) == (("c",), ("b", "c"))
    assert LayerChoice(("a",), ("b",)).patch == ("a",)
    assert LayerChoice(("a",), ("b",), ("c",), ("d",)).painting_content == ("c",)


def test_former_arguments_of_an_extractor_are_still_taken() -> None:
    x = keras.Input((None, None, 3))
    options = {"name": "plain", "minimum_side": 1}
    former = {"style_layers": ["a", "b"], "content_layers": ["b"], "patch_layers": ["b"]}
    extractor = Extractor(x, {"a": x, "b": x}, **options, **former, style_scale=0.5)
    assert extractor.default_layers == LayerChoice(("a", "b"), ("b",), ("b",), ("b",))
    assert extractor.style_factor == extractor.style_scale == 0.5
    with pytest.raises(TypeError, match="needs default_layers.*got none; pass default_layers"):
        Extractor(x, {"a": x}, **options)
    with pytest.raises(TypeError, match="no other arguments for layers, got style_layers"):
        Extractor(x, {"a": x}, **options, **former, default_layers=LayerChoice(("a",), ("a",)))
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        Extractor(x, {"a": x, "b": x}, **options, **former, depth=3)


def test_reach_is_half_the_receptive_field(extractors: dict[str, Extractor]) -> None:
    # Sides in pixels and strides, by the recurrence over kernels and strides.
    expected = {
        "vgg19": {"relu1_1": (3, 1), "relu2_1": (10, 2), "relu3_1": (24, 4), "relu4_1": (68, 8)},
        "squeezenet": {"conv1": (3, 2), "fire2": (15, 4), "fire5": (63, 8), "fire7": (143, 16)},
    }
    for name, layers in expected.items():
        for layer, (side, stride) in layers.items():
            assert abs(extractors[name].reach(layer) - side / 2) <= stride, layer


# Embedded.


def test_embedded_features_equal_the_oracle() -> None:
    images = random_images(height=37, width=50)
    with importlib.resources.files("dpst.extractors").joinpath(WEIGHTS_NAME).open("rb") as file:
        expected = embedded_features(images[0], dict(np.load(file)))
    extractor = EmbeddedExtractor()
    actual = extractor(images, extractor.layer_names)
    assert_same_features(actual, {name: expected[name][None] for name in actual})


def test_embedded_weights_are_small() -> None:
    path = importlib.resources.files("dpst.extractors").joinpath(WEIGHTS_NAME)
    assert len(path.read_bytes()) <= 3_000_000


def test_building_the_embedded_extractor_leaves_the_global_generators_alone() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()
    EmbeddedExtractor()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_embedded_features_of_a_flat_image_have_no_frame() -> None:
    extractor = EmbeddedExtractor()
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


# SqueezeNet.


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


# VGG19.


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


@pytest.mark.parametrize("build", [VGG19Extractor, SqueezeNetExtractor])
def test_unknown_pooling_is_an_error(build: Callable[..., Extractor]) -> None:
    with pytest.raises(ValueError, match="pooling must be one of max, average, got 'mean'"):
        build(pooling="mean")


# By name.


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
