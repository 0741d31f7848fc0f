"""The training of the embedded extractor's trunk: crops, an aligned teacher, and a few steps."""

from __future__ import annotations

from itertools import islice, repeat
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from dpst.extractors.embedded import HEADS, centre, embedded_network, set_weights, weight_arrays
from examples.embedded_extractor.crops import random_batches, read_photos
from examples.embedded_extractor.teachers import encoder_features, trunk_targets
from examples.embedded_extractor.trunk import train_trunk, trunk_examples

ENCODER_CHANNELS = {"1_1": 10, "1_2": 10, "2_1": 20, "2_2": 20, "3_1": 58}
ENCODER_CHANNELS |= {"3_2": 58, "3_3": 58, "3_4": 58, "4_1": 64}


@pytest.fixture(scope="module")
def encoder() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    arrays = {
        "preprocess/kernel": np.eye(3, dtype="f4")[None, None],
        "preprocess/bias": np.zeros(3, "f4"),
    }
    channels = 3
    for layer, width in ENCODER_CHANNELS.items():
        kernel = generator.standard_normal((3, 3, channels, width)) * np.sqrt(2 / (9 * channels))
        arrays[f"conv{layer}/kernel"] = kernel.astype("f4")
        arrays[f"conv{layer}/bias"] = np.zeros(width, "f4")
        channels = width
    return arrays


@pytest.fixture
def photos(tmp_path: Path) -> list[tuple[np.ndarray, ...]]:
    generator = np.random.default_rng(0)
    for i, (height, width) in enumerate([(256, 400), (300, 280)]):
        coarse = generator.integers(0, 256, (height // 20, width // 20, 3), np.uint8)
        Image.fromarray(coarse).resize((width, height)).save(tmp_path / f"{i}.png")
    Image.fromarray(coarse).save(tmp_path / "too_small.png")
    (tmp_path / "readme.txt").write_text("no image")
    return read_photos(tmp_path)


def test_photos_are_read_at_three_sizes(photos: list[tuple[np.ndarray, ...]]) -> None:
    shapes = [[level.shape for level in levels] for levels in photos]
    assert shapes[0] == [(256, 400, 3), (128, 200, 3), (64, 100, 3)]
    assert len(shapes) == 2


def test_a_folder_without_photos_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no image of 256 px or more"):
        read_photos(tmp_path)


def test_crops_depend_on_the_seed_only(photos: list[tuple[np.ndarray, ...]]) -> None:
    first, again, other = (
        np.stack(list(islice(random_batches(photos, 2, 96, seed), 20))) for seed in (0, 0, 1)
    )
    assert first.shape == (20, 2, 96, 96, 3) and first.dtype == np.float32
    assert first.min() >= 0 and first.max() <= 1
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_encoder_answers_at_the_sizes_of_the_trunk(encoder: dict[str, np.ndarray]) -> None:
    images = np.random.default_rng(0).random((2, 96, 128, 3), np.float32)
    targets = trunk_targets(tf.constant(images), 16, encoder)
    student = embedded_network()(images[:, 16:-16, 16:-16])
    assert {name: x.shape for name, x in targets.items()} == {
        name: student[name].shape for name in HEADS
    }


@pytest.mark.parametrize("name", HEADS)
def test_encoder_looks_at_the_pixels_that_the_trunk_looks_at(
    encoder: dict[str, np.ndarray], name: str
) -> None:
    margin, size = 80, 32  # The margin holds the widest window.
    images = tf.constant(
        np.random.default_rng(0).random((1, 2 * margin + size, 2 * margin + size, 3), np.float32)
    )
    keras.utils.set_random_seed(0)
    network = embedded_network("he_normal")
    answers = (
        lambda images: trunk_targets(images, margin, encoder)[name],
        lambda images: network(images)[name][:, margin // stride : -(margin // stride)],
    )
    stride = images.shape[1] // network(images)[name].shape[1]
    middles = []
    for answer in answers:
        with tf.GradientTape() as tape:
            tape.watch(images)
            features = answer(images)
            position = size // stride // 2
            column = position + (features.shape[2] - size // stride) // 2
            read = tf.reduce_sum(features[0, position, column])
        influence = np.abs(tape.gradient(read, images)[0]).sum(-1)
        middles.append([np.mean(np.flatnonzero(influence.any(axis))[[0, -1]]) for axis in (1, 0)])
    assert np.abs(np.subtract(*middles)).max() <= 0.5


def test_encoder_pads_by_reflection(encoder: dict[str, np.ndarray]) -> None:
    flat = np.full((1, 16, 16, 3), 0.3, np.float32)
    for features in encoder_features(flat, encoder).values():
        np.testing.assert_allclose(features, features[:, :1, :1] + 0 * features, rtol=1e-4)


@pytest.mark.slow
def test_training_approaches_the_encoder_and_gives_weights_that_load(
    encoder: dict[str, np.ndarray], photos: list[tuple[np.ndarray, ...]]
) -> None:
    crops = next(random_batches(photos, 2, 96, 0))
    keras.utils.set_random_seed(0)
    trained = embedded_network("he_normal", "mixed_bfloat16")
    untouched = trained.get_layer("fire2_squeeze").kernel.numpy()
    train_trunk(trained, trunk_examples(repeat(crops), 16, encoder), steps=40)
    np.testing.assert_array_equal(trained.get_layer("fire2_squeeze").kernel, untouched)
    network = embedded_network()
    set_weights(network, weight_arrays(trained))
    answers = network(centre(crops[:, 16:-16, 16:-16]))
    shares = {}
    for name, target in trunk_targets(tf.constant(crops), 16, encoder).items():
        target = target.numpy()
        scale = np.sqrt(target.var((0, 1, 2)).mean())
        error = np.mean((answers[name] - target / scale) ** 2)
        shares[name] = error / np.mean(((target - target.mean((0, 1, 2))) / scale) ** 2)
    assert max(shares.values()) < 1.25, shares  # 1 is the error of the mean.
    assert np.mean(list(shares.values())) < 0.9, shares
