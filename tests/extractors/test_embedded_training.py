"""The training of the embedded extractor's encoder: crops, its teacher, tiles, and a few steps."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from dpst.extractors.embedded import (
    ENCODER_CHANNELS,
    ENCODER_LAYERS,
    centre,
    embedded_network,
    set_weights,
    weight_arrays,
)
from examples.embedded_extractor.crops import random_batches, read_photos
from examples.embedded_extractor.modules import train_modules
from examples.embedded_extractor.teachers import encoder_activations
from examples.embedded_extractor.tiles import Tiles, module_tiles
from tests.oracles.network_features import convolve


@pytest.fixture(scope="module")
def encoder() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    arrays = {
        "preprocess/kernel": generator.uniform(-1, 1, (1, 1, 3, 3)).astype("f4"),
        "preprocess/bias": generator.uniform(-1, 1, 3).astype("f4"),
    }
    channels = 3
    for name, width in ENCODER_CHANNELS.items():
        kernel = generator.standard_normal((3, 3, channels, width)) * np.sqrt(2 / (9 * channels))
        arrays[f"{name}/kernel"] = kernel.astype("f4")
        arrays[f"{name}/bias"] = generator.uniform(0, 0.1, width).astype("f4")
        channels = width
    return arrays


@pytest.fixture(scope="module")
def tiles(encoder: dict[str, np.ndarray]) -> dict[str, Tiles]:
    generator = np.random.default_rng(0)
    batches = [generator.random((2, 128, 144, 3), np.float32) for _ in range(2)]
    return module_tiles(batches, lambda images: encoder_activations(images, encoder), seed=0)


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


def test_network_with_the_encoder_s_kernels_gives_its_features(
    encoder: dict[str, np.ndarray],
) -> None:
    images = np.random.default_rng(0).random((2, 96, 128, 3), np.float32)
    activations = encoder_activations(tf.constant(images), encoder)
    network = embedded_network()
    set_weights(network, weight_arrays(network) | _on_centred_pixels(encoder))
    features = network(centre(images))
    for layer, name in ENCODER_LAYERS.items():
        answers = activations[name][1].numpy()
        np.testing.assert_allclose(features[layer], answers, atol=1e-4 * answers.max())


def _on_centred_pixels(encoder: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The teacher's arrays with its preprocessing made a part of the first convolution."""
    kernel, bias = encoder["preprocess/kernel"][0, 0], encoder["preprocess/bias"]
    first = encoder["conv1_1/kernel"]
    constant = first.sum((0, 1)).T @ (bias + 0.5 * kernel.sum(0))
    return encoder | {
        "conv1_1/kernel": np.einsum("pc,ijco->ijpo", kernel, first),
        "conv1_1/bias": encoder["conv1_1/bias"] + constant,
    }


@pytest.mark.parametrize("name", ENCODER_CHANNELS)
def test_answers_follow_from_the_inputs_of_their_tile(
    encoder: dict[str, np.ndarray], tiles: dict[str, Tiles], name: str
) -> None:
    arrays = _on_centred_pixels(encoder)
    assert tiles[name].answers.shape == (16, 4, 4, ENCODER_CHANNELS[name])
    for inputs, answers in zip(*tiles[name], strict=True):
        kernel, bias = arrays[f"{name}/kernel"], arrays[f"{name}/bias"]
        expected = convolve(inputs.astype(np.float64), kernel, bias)
        # Activations are rounded to float16.
        np.testing.assert_allclose(answers, expected, atol=5e-3 * expected.max())


def test_encoder_pads_by_reflection(encoder: dict[str, np.ndarray]) -> None:
    flat = np.full((1, 16, 16, 3), 0.3, np.float32)
    for _, answers in encoder_activations(flat, encoder).values():
        np.testing.assert_allclose(answers, answers[:, :1, :1] + 0 * answers, rtol=1e-4)


def test_training_approaches_the_encoder(
    encoder: dict[str, np.ndarray], tiles: dict[str, Tiles]
) -> None:
    keras.utils.set_random_seed(0)
    names = list(ENCODER_CHANNELS)[:3]  # The others are trained in the same way.
    first = {name: tiles[name] for name in names}
    arrays = train_modules(first, steps=60, batch_size=16)
    input_scale = 1.0
    for name, (inputs, answers) in first.items():
        answers = answers.astype(np.float64)
        variances = answers.var((0, 1, 2)).mean()
        layer = arrays[f"{name}/kernel"], arrays[f"{name}/bias"]
        learned = [convolve(x / np.float64(input_scale), *layer) for x in inputs]
        error = np.mean((learned - answers / np.sqrt(variances)) ** 2)
        assert error < 0.5, name  # 1 is the error of the mean.
        input_scale = np.sqrt(variances)
