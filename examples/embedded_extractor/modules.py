"""Trains a convolution at stride 2 and fire modules, each alone, from tiles of activations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import keras
import numpy as np
import tensorflow as tf

from dpst.extractors.embedded import FIRE_CHANNELS
from examples.embedded_extractor.tiles import SIDE, Tiles

_LEARNING_RATE = 0.02
_WARM_UP_STEPS = 50
_START_SCALE = 0.3  # Louder, a channel whose ReLU dies early never learns.


def train_modules(
    tiles: Mapping[str, Tiles],
    steps: int,
    batch_size: int = 256,
    learning_rate: float = _LEARNING_RATE,
) -> dict[str, np.ndarray]:
    """Fits each module to the teacher's answers, from the teacher's own inputs.

    All activations are divided by the root mean square of their channels' standard deviations. While
    they are learned from, inputs have a mean of zero, so that no channel starts dead; the biases
    make up for it in the end. Each convolution is a matrix product over windows, since Muon (Jordan
    et al. 2024) orthogonalises the steps of matrices.

    Args:
        tiles: By "conv1" and the names of the fire modules, in the order of the network.
        steps: Batches that each module learns from, at least 1.
        batch_size: Tiles in a batch.
        learning_rate: The highest, after the warm-up.

    Returns:
        Kernels and biases of the layers, as `weight_arrays` of the embedded extractor names them.
    """
    arrays: dict[str, np.ndarray] = {}
    input_scale = 1.0
    for name, (inputs, answers) in tiles.items():
        scale = _scale(answers)
        input_mean = inputs.astype(np.float32).mean((0, 1, 2)) / input_scale
        module = _module(name, inputs.shape[1:], answers.astype(np.float32).mean((0, 1, 2)) / scale)
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0,
            max(steps - _WARM_UP_STEPS, 1),
            warmup_target=learning_rate,
            warmup_steps=min(_WARM_UP_STEPS, steps),
        )
        muon = keras.optimizers.Muon(
            schedule, weight_decay=None, adam_weight_decay=None, adam_beta_2=0.99
        )
        module.compile(muon, "mse", jit_compile=False)
        batches = _batches(Tiles(inputs, answers), batch_size, input_scale, scale, input_mean)
        print(name, flush=True)
        steps_per_epoch = max(steps // 5, 1)
        module.fit(
            batches,
            steps_per_epoch=steps_per_epoch,
            epochs=steps // steps_per_epoch,
            shuffle=False,
            verbose=2,
        )
        for layer in module.layers:
            if layer.weights:
                kernel, bias = (weight.numpy() for weight in layer.weights)
                side = 1 if layer.name.endswith(("squeeze", "expand1x1")) else 3
                kernel = kernel.reshape(side, side, -1, len(bias))
                if layer.name in ("conv1", f"{name}_squeeze"):
                    bias = bias - np.einsum("ijco,c->o", kernel, input_mean)
                arrays[f"{layer.name}/kernel"] = kernel
                arrays[f"{layer.name}/bias"] = bias
        input_scale = scale
    return arrays


def _module(name: str, shape: tuple[int, ...], mean: np.ndarray) -> keras.Model:
    """The module over tiles of inputs; its first answer is near the mean, [channels]."""
    x = inputs = keras.Input(shape)
    if name == "conv1":
        answers = _dense(name, len(mean))(_windows(x, stride=2))
    else:
        squeezed, expanded = FIRE_CHANNELS[name]
        x = _dense(f"{name}_squeeze", squeezed)(x)
        narrow = _dense(f"{name}_expand1x1", expanded)(x[:, 1:-1, 1:-1])
        wide = _dense(f"{name}_expand3x3", expanded)(_windows(x, stride=1))
        answers = keras.ops.concatenate([narrow, wide], -1)
    module = keras.Model(inputs, answers)
    last = [layer for layer in module.layers if layer.weights and "squeeze" not in layer.name]
    for layer, part in zip(last, np.split(mean, len(last)), strict=True):
        layer.kernel.assign(_START_SCALE * layer.kernel)
        layer.bias.assign(part)
    return module


def _dense(name: str, channels: int) -> keras.layers.Layer:
    return keras.layers.Dense(
        channels, activation="relu", kernel_initializer="he_normal", name=name
    )


def _windows(x: keras.KerasTensor, stride: int) -> keras.KerasTensor:
    """The 3x3 windows of [batch, h, w, channels], side by side as in a kernel."""
    reach = stride * (SIDE - 1) + 1
    rows_and_columns = [(row, column) for row in range(3) for column in range(3)]
    return keras.ops.concatenate(
        [
            x[:, row : row + reach : stride, column : column + reach : stride]
            for row, column in rows_and_columns
        ],
        -1,
    )


def _scale(answers: np.ndarray) -> float:
    """The root mean square of the channels' standard deviations."""
    channels = answers.reshape(-1, answers.shape[-1]).astype(np.float32)
    return float(np.sqrt(channels.var(0).mean()))


def _batches(
    tiles: Tiles, batch_size: int, input_scale: float, scale: float, input_mean: np.ndarray
) -> tf.data.Dataset:
    """Random tiles without end, in units of their scales."""

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        generator = np.random.default_rng(0)
        while True:
            chosen = np.sort(generator.integers(len(tiles.inputs), size=batch_size))
            yield (
                tiles.inputs[chosen].astype(np.float32) / np.float32(input_scale) - input_mean,
                tiles.answers[chosen].astype(np.float32) / np.float32(scale),
            )

    shapes = ((batch_size, *x.shape[1:]) for x in tiles)
    signature = tuple(tf.TensorSpec(shape, tf.float32) for shape in shapes)
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(2)
