"""Trains the trunk, whose heads imitate the encoder distilled from VGG19."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import keras
import numpy as np
import tensorflow as tf

from dpst.extractors.embedded import HEADS, centre
from examples.embedded_extractor.teachers import trunk_targets

_LEARNING_RATE = 1e-3
_WARM_UP_STEPS = 100
_HEAD_SCALE = 0.3  # Louder, a head whose ReLU dies early never learns.
_SCALE_BATCHES = 12
_STEPS_PER_REPORT = 200


def trunk_examples(
    batches: Iterator[np.ndarray], margin: int, encoder: Mapping[str, np.ndarray]
) -> tf.data.Dataset:
    """Pairs the middles of crops with what the encoder answers for them.

    Args:
        batches: Crops with a margin around them, float32 [batch, side, side, 3] in [0, 1], without
            end, all of one size.
        margin: Pixels around the middle that only the encoder sees, divisible by 8.
        encoder: Arrays of the encoder, see `teachers.encoder_features`.

    Returns:
        `centre`d images and target features by the names in `HEADS`.
    """
    shape = next(batches).shape
    return (
        tf.data.Dataset.from_generator(
            lambda: batches, output_signature=tf.TensorSpec(shape, tf.float32)
        )
        .map(
            lambda images: (
                centre(images[:, margin : shape[1] - margin, margin : shape[2] - margin]),
                trunk_targets(images, margin, encoder),
            )
        )
        .prefetch(4)
    )


def train_trunk(network: keras.Model, examples: tf.data.Dataset, steps: int) -> None:
    """Fits the trunk and its heads to the encoder's answers.

    Each layer is divided by the root mean square of its channels' standard deviations, over the
    first batches, and the loss is the sum of the layers' mean squared errors.

    Args:
        network: The `embedded_network`, its kernels random; the rest of it stays as it is.
        examples: Pairs of `centre`d images and target features by the names in `HEADS`.
        steps: Batches to learn from, at least 1.
    """
    means, scales = _statistics(examples)
    for name, mean in means.items():
        head = network.get_layer(name)
        head.kernel.assign(_HEAD_SCALE * head.kernel)
        head.bias.assign(mean / scales[name])
    # Losses in float32, whatever the layers compute in.
    outputs = {name: keras.ops.cast(network.output[name], "float32") for name in HEADS}
    student = keras.Model(network.inputs, outputs)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        max(steps - _WARM_UP_STEPS, 1),
        warmup_target=_LEARNING_RATE,
        warmup_steps=min(_WARM_UP_STEPS, steps),
    )
    student.compile(keras.optimizers.Adam(schedule), dict.fromkeys(HEADS, "mse"), jit_compile=False)
    steps_per_epoch = min(_STEPS_PER_REPORT, steps)
    student.fit(
        examples.map(lambda images, targets: (images, _divided(targets, scales))),
        steps_per_epoch=steps_per_epoch,
        epochs=steps // steps_per_epoch,
        shuffle=False,  # The crops are random already.
        verbose=2,
    )


def _statistics(examples: tf.data.Dataset) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """The mean of each target channel, and the RMS of the channels' standard deviations."""
    targets = [target for _, target in examples.take(_SCALE_BATCHES)]
    means, scales = {}, {}
    for name in HEADS:
        samples = np.concatenate([np.reshape(t[name], (-1, t[name].shape[-1])) for t in targets])
        means[name] = samples.mean(0)
        scales[name] = float(np.sqrt(samples.var(0).mean()))
    return means, scales


def _divided(targets: Mapping[str, tf.Tensor], scales: Mapping[str, float]) -> dict[str, tf.Tensor]:
    """Targets in units of their scale."""
    return {name: targets[name] / scales[name] for name in HEADS}
