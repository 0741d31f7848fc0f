"""The training of the embedded extractor's fire modules, each alone, from tiles."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from dpst.extractors import Extractor
from dpst.extractors.embedded import (
    FIRE_CHANNELS,
    centre,
    embedded_network,
    set_weights,
    weight_arrays,
)
from examples.embedded_extractor.modules import train_modules
from examples.embedded_extractor.teachers import squeezenet_activations
from examples.embedded_extractor.tiles import Tiles, module_tiles
from tests.oracles.network_features import convolve, layer_weights

NAMES = ["conv1", *FIRE_CHANNELS]
CAFFE_MEAN = [103.939, 116.779, 123.68]


@pytest.fixture(scope="module")
def batches() -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [generator.random((2, 127, 143, 3), np.float32) for _ in range(2)]


@pytest.fixture(scope="module")
def tiles(extractors: dict[str, Extractor], batches: list[np.ndarray]) -> dict[str, Tiles]:
    teacher = extractors["squeezenet"]
    return module_tiles(batches, lambda images: squeezenet_activations(images, teacher), seed=0)


def test_every_module_has_tiles_of_every_crop(tiles: dict[str, Tiles]) -> None:
    assert list(tiles) == NAMES
    counts = {name: len(cut.inputs) for name, cut in tiles.items()}
    assert counts == {name: 4 * n for name, n in zip(NAMES, (8, 4, 4, 4, 4, 2, 2), strict=True)}
    assert all(cut.answers.shape[1:3] == (4, 4) for cut in tiles.values())
    assert all(len(np.unique(cut.answers[:, 0, 0], axis=0)) > 3 for cut in tiles.values())


@pytest.mark.parametrize("name", NAMES)
def test_answers_follow_from_the_inputs_of_their_tile(
    squeezenet_file: Path, tiles: dict[str, Tiles], name: str
) -> None:
    layer = layer_weights(squeezenet_file)
    for inputs, answers in zip(*tiles[name], strict=True):
        inputs = inputs.astype(np.float64)
        if name == "conv1":
            pixels = 255 * (inputs[..., ::-1] + 0.5) - CAFFE_MEAN
            expected = convolve(pixels, *layer("conv1"), stride=2)
        else:
            squeezed = convolve(inputs, *layer(f"{name}/squeeze1x1"))
            narrow = convolve(squeezed[1:-1, 1:-1], *layer(f"{name}/expand1x1"))
            wide = convolve(squeezed, *layer(f"{name}/expand3x3"))
            expected = np.concatenate([narrow, wide], -1)
        # Activations are rounded to float16.
        np.testing.assert_allclose(answers, expected, atol=5e-3 * expected.max())


def test_modules_learn_what_the_teacher_answers(tiles: dict[str, Tiles]) -> None:
    keras.utils.set_random_seed(0)
    first = {name: tiles[name] for name in NAMES[:3]}  # The others are trained in the same way.
    arrays = train_modules(first, steps=60, batch_size=16)
    input_scale = 1.0
    for name, (inputs, answers) in first.items():
        answers = answers.astype(np.float64)
        variances = answers.var((0, 1, 2)).mean()
        learned = _applied(arrays, name, inputs / np.float64(input_scale))
        error = np.mean((learned - answers / np.sqrt(variances)) ** 2)
        assert error < 0.8, name  # 1 is the error of the mean.
        input_scale = np.sqrt(variances)


def _applied(arrays: dict[str, np.ndarray], name: str, inputs: np.ndarray) -> np.ndarray:
    """A module's answers for each of the tiles' inputs."""

    def layer(x: np.ndarray, layer_name: str, stride: int = 1) -> np.ndarray:
        return convolve(x, arrays[f"{layer_name}/kernel"], arrays[f"{layer_name}/bias"], stride)

    if name == "conv1":
        return np.stack([layer(x, name, 2) for x in inputs])
    squeezed = [layer(x, f"{name}_squeeze") for x in inputs]
    return np.stack(
        [
            np.concatenate(
                [layer(x[1:-1, 1:-1], f"{name}_expand1x1"), layer(x, f"{name}_expand3x3")], -1
            )
            for x in squeezed
        ]
    )


def test_network_with_the_teacher_s_kernels_gives_its_features(
    extractors: dict[str, Extractor], squeezenet_file: Path
) -> None:
    image = np.random.default_rng(0).random((1, 234, 250, 3), np.float32)
    teacher = extractors["squeezenet"](image, NAMES)
    network = embedded_network()
    set_weights(network, weight_arrays(network) | _teacher_arrays(squeezenet_file))
    for name in NAMES:
        # The network pads where the teacher's windows begin, so its crop begins later.
        start = {"conv1": 0, "fire6": 10, "fire7": 10}.get(name, 2)
        features = network(centre(image[:, start : start + 224, start : start + 240]))[name]
        inside = 4  # Borders reach so far.
        bottom, right = (side - inside for side in features.shape[1:3])
        actual, expected = (
            np.asarray(x)[
                :, inside : features.shape[1] - inside, inside : features.shape[2] - inside
            ]
            for x in (features, teacher[name])
        )
        np.testing.assert_allclose(actual, expected, atol=1e-3 * np.max(expected), err_msg=name)


def _teacher_arrays(path: Path) -> dict[str, np.ndarray]:
    """The teacher's weights as the network's; its wider squeezes end in zeros."""
    layer = layer_weights(path)
    kernel, bias = layer("conv1")
    arrays = {
        "conv1/kernel": 255 * kernel[:, :, ::-1],
        "conv1/bias": bias + np.einsum("ijco,c->o", kernel, np.subtract(127.5, CAFFE_MEAN)),
    }
    for name, (squeezed, _) in FIRE_CHANNELS.items():
        for part, own_part in (
            ("squeeze1x1", "squeeze"),
            ("expand1x1", "expand1x1"),
            ("expand3x3", "expand3x3"),
        ):
            kernel, bias = layer(f"{name}/{part}")
            if part == "squeeze1x1":
                missing = squeezed - len(bias)
                kernel = np.pad(kernel, ((0, 0),) * 3 + ((0, missing),))
                bias = np.pad(bias, (0, missing))
            else:
                missing = squeezed - kernel.shape[2]
                kernel = np.pad(kernel, ((0, 0), (0, 0), (0, missing), (0, 0)))
            arrays[f"{name}_{own_part}/kernel"] = kernel
            arrays[f"{name}_{own_part}/bias"] = bias
    return arrays
