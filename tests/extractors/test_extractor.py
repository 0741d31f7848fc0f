"""What holds for every extractor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dpst.extractors import Extractor, LayerChoice, SqueezeNetExtractor
from tests.extractors.same_features import assert_same_features, random_images


def plain_extractor(**options: Any) -> Extractor:
    """An extractor whose features are its images."""
    x = keras.Input((None, None, 3))
    options = {"default_layers": LayerChoice(("first",), ("first",)), **options}
    return Extractor(x, {"first": x, "last": x}, name="plain", minimum_side=1, **options)


def style_energy_and_gradient(
    extractor: Extractor, images: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    with tf.GradientTape() as tape:
        tape.watch(images)
        features = extractor(images, extractor.style_layers)
        energy = tf.add_n([tf.reduce_mean(tf.square(x)) for x in features.values()])
    return energy, tape.gradient(energy, images)


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
    images = tf.constant(random_images(batch=3, height=33, width=40))
    compiled = tf.function(style_energy_and_gradient, jit_compile=jit_compile, autograph=False)
    energy, gradient = compiled(extractor, images)
    expected_energy, expected_gradient = style_energy_and_gradient(extractor, images)
    assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0
    np.testing.assert_allclose(energy, expected_energy, rtol=1e-5)
    errors = np.abs(gradient - expected_gradient).max((1, 2, 3)) / np.abs(expected_gradient).max()
    # Two values of a maximum that differ by rounding alone may pass their gradient on in either
    # order. That is rare, but one of the images may have such a tie.
    assert np.median(errors) < 1e-5 and errors.max() < 0.1


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
    assert extractor != plain_extractor()
    assert plain_extractor() != plain_extractor()
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
    with pytest.raises(ValueError, match="no layer 'second'"):
        plain_extractor(default_layers=LayerChoice(style=("second",), content=("first",)))


def test_layers_that_no_choice_names_follow_from_those_that_it_names() -> None:
    choice = LayerChoice(style=("a", "b", "c", "d"), content=("c",))
    assert (choice.painting_content, choice.patch) == (("c",), ("b", "c"))
    assert LayerChoice(("a",), ("b",)).patch == ("a",)
    assert LayerChoice(("a",), ("b",), ("c",), ("d",)).painting_content == ("c",)


def test_former_arguments_of_an_extractor_are_still_taken() -> None:
    former = {"style_layers": ["first"], "content_layers": ["first"], "patch_layers": ["last"]}
    extractor = plain_extractor(default_layers=None, style_scale=0.5, **former)
    assert extractor.default_layers == LayerChoice(("first",), ("first",), ("first",), ("last",))
    assert extractor.style_factor == extractor.style_scale == 0.5
    with pytest.raises(TypeError, match="needs default_layers.*got none; pass default_layers"):
        plain_extractor(default_layers=None)
    with pytest.raises(TypeError, match="no other arguments for layers, got style_layers"):
        plain_extractor(**former)
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        plain_extractor(default_layers=None, **former, depth=3)


def test_reach_is_half_the_receptive_field(extractors: dict[str, Extractor]) -> None:
    # Sides in pixels and strides, by the recurrence over kernels and strides.
    expected = {
        "vgg19": {"relu1_1": (3, 1), "relu2_1": (10, 2), "relu3_1": (24, 4), "relu4_1": (68, 8)},
        "squeezenet": {"conv1": (3, 2), "fire2": (15, 4), "fire5": (63, 8), "fire7": (143, 16)},
    }
    for name, layers in expected.items():
        for layer, (side, stride) in layers.items():
            assert abs(extractors[name].reach(layer) - side / 2) <= stride, layer
