"""Training of convolutions and fire modules, each alone, from tiles of activations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import keras
import numpy as np
import tensorflow as tf

from dpst.extractors.embedded import FIRE_CHANNELS
from examples.embedded_extractor.tiles import SIDE, Tiles

_LEARNING_RATE = 0.02
_WARM_UP_STEPS = 50
_REPORTS = 5  # for each module
_WINDOW = 3
_START_SCALE = 0.3  # Louder, a channel whose ReLU dies early never learns.


def train_modules(
    tiles: Mapping[str, Tiles], steps: int, batch_size: int = 256
) -> dict[str, np.ndarray]:
    """Fit each module to the teacher's answers, from the teacher's own inputs.

    Answers are divided by the root mean square of their channels' standard deviations. Inputs to
    learn from are scaled in the same way and centred, so that no channel starts dead; at the end
    the weights are changed to make up for it.

    Args:
        tiles: tiles of each module by its name, in the order of one teacher: fire modules, which
            `FIRE_CHANNELS` names, and 3x3 convolutions.
        steps: batches that each module learns from, at least 1.
        batch_size: tiles in a batch.

    Returns:
        Kernels and biases of the layers, under the names that `weight_arrays` of the embedded
        extractor gives them.
    """
    arrays: dict[str, np.ndarray] = {}
    scale_before = 1.0
    for name, (inputs, answers) in tiles.items():
        print(name, flush=True)
        input_mean, input_scale = _statistics(inputs)
        answer_mean, scale = _statistics(answers)
        module = _module(name, inputs.shape[1:], answer_mean / scale)
        batches = _batches(
            Tiles(inputs, answers),
            batch_size,
            lambda x, mean=input_mean, scale=input_scale: (x - mean) / scale,
            lambda x, scale=scale: x / scale,
        )
        _fit(module, batches, steps)
        for layer in module.layers:
            if layer.weights:
                kernel, bias = _convolution(layer)
                if layer.name in (name, f"{name}_squeeze"):
                    bias = bias - np.einsum("ijco,c->o", kernel, input_mean / input_scale)
                    kernel = kernel * (scale_before / input_scale)
                arrays[f"{layer.name}/kernel"], arrays[f"{layer.name}/bias"] = kernel, bias
        scale_before = scale
    return arrays


def _fit(module: keras.Model, batches: tf.data.Dataset, steps: int) -> None:
    """Minimise the mean squared error by Muon (Jordan et al. 2024).

    Muon orthogonalises the steps of matrices, which is why convolutions are matrix products here.
    """
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        max(steps - _WARM_UP_STEPS, 1),
        warmup_target=_LEARNING_RATE,
        warmup_steps=min(_WARM_UP_STEPS, steps),
    )
    muon = keras.optimizers.Muon(
        schedule, weight_decay=None, adam_weight_decay=None, adam_beta_2=0.99
    )
    module.compile(muon, "mse", jit_compile=False)
    steps_per_epoch = max(steps // _REPORTS, 1)
    module.fit(
        batches,
        steps_per_epoch=steps_per_epoch,
        epochs=steps // steps_per_epoch,
        shuffle=False,  # the tiles are random already
        verbose=2,
    )


def _convolution(layer: keras.layers.Dense) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel [side, side, channels in, channels out] and bias of a product over windows."""
    kernel, bias = (weight.numpy() for weight in layer.weights)
    side = 1 if layer.name.endswith(("squeeze", "expand1x1")) else _WINDOW
    return kernel.reshape(side, side, -1, len(bias)), bias


def _module(name: str, shape: tuple[int, ...], mean: np.ndarray) -> keras.Model:
    """Build a module over tiles of inputs, whose first answers are near the mean, [channels]."""
    x = inputs = keras.Input(shape)
    if name not in FIRE_CHANNELS:
        stride = (shape[0] - _WINDOW) // (SIDE - 1)
        answers = _dense(name, len(mean))(_windows(x, stride))
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
    """Return a product over channels with ReLU, its weights random."""
    return keras.layers.Dense(
        channels, activation="relu", kernel_initializer="he_normal", name=name
    )


def _windows(x: keras.KerasTensor, stride: int) -> keras.KerasTensor:
    """Return the 3x3 windows of [batch, h, w, channels], side by side as in a kernel."""
    reach = stride * (SIDE - 1) + 1
    rows_and_columns = [(row, column) for row in range(_WINDOW) for column in range(_WINDOW)]
    return keras.ops.concatenate(
        [
            x[:, row : row + reach : stride, column : column + reach : stride]
            for row, column in rows_and_columns
        ],
        -1,
    )


def _statistics(activations: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the channels' means, and the root mean square of their standard deviations."""
    channels = activations.reshape(-1, activations.shape[-1]).astype(np.float32)
    return channels.mean(0), float(np.sqrt(channels.var(0).mean()))


def _batches(
    tiles: Tiles,
    batch_size: int,
    scaled_inputs: Callable[[np.ndarray], np.ndarray],
    scaled_answers: Callable[[np.ndarray], np.ndarray],
) -> tf.data.Dataset:
    """Return endless batches of random tiles, float32, scaled."""

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        generator = np.random.default_rng(0)
        while True:
            chosen = np.sort(generator.integers(len(tiles.inputs), size=batch_size))
            yield (
                scaled_inputs(tiles.inputs[chosen].astype(np.float32)),
                scaled_answers(tiles.answers[chosen].astype(np.float32)),
            )

    shapes = ((batch_size, *x.shape[1:]) for x in tiles)
    signature = tuple(tf.TensorSpec(shape, tf.float32) for shape in shapes)
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(2)
