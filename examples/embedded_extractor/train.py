"""Train the embedded extractor to imitate SqueezeNet and an encoder distilled from VGG19.

python -m examples.embedded_extractor.train --images=FOLDER --squeezenet=FILE --encoder=FILE
    --output=dpst/extractors/embedded.npz

README.md beside this file says where the images and the two weight files come from.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from dpst.extractors import SqueezeNetExtractor
from dpst.extractors.embedded import HEADS, centre, embedded_network, weight_arrays
from examples.embedded_extractor.crops import random_batches, read_photos
from examples.embedded_extractor.teachers import teacher_features

_LEARNING_RATE = 1e-3
_WARM_UP_STEPS = 100
_HEAD_SCALE = 0.3  # Louder, a head whose ReLU dies early never learns.
_SCALE_BATCHES = 12
_STEPS_PER_REPORT = 200


def main() -> None:
    """Read the flags, train, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True, help="folder of training photos")
    parser.add_argument("--squeezenet", type=Path, required=True, help="weights of SqueezeNet")
    parser.add_argument("--encoder", type=Path, required=True, help="weights of the encoder, .npz")
    parser.add_argument("--output", type=Path, required=True, help="the .npz file to write")
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--batch_size", type=int, default=8)
    parser.add_argument("--crop_side", type=int, default=160, help="pixels, divisible by 8")
    parser.add_argument("--margin", type=int, default=24, help="pixels, divisible by 8")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    squeezenet = SqueezeNetExtractor(arguments.squeezenet)
    encoder = dict(np.load(arguments.encoder, allow_pickle=False))
    photos = read_photos(arguments.images)
    print(f"{len(photos)} photos", flush=True)
    margin = arguments.margin
    batches = _batches(photos, arguments)
    examples = batches.map(
        lambda images: (
            centre(images[:, margin:-margin, margin:-margin]),
            teacher_features(images, margin, squeezenet, encoder),
        )
    ).prefetch(4)
    network = train(examples, arguments.steps, arguments.seed)
    np.savez_compressed(arguments.output, **weight_arrays(network))


def train(examples: tf.data.Dataset, steps: int, seed: int = 0) -> keras.Model:
    """Fit a new network to what the teachers answered.

    Each teacher's layer is divided by the root mean square of its channels' standard deviations,
    over the first batches, and the loss is the sum of the layers' mean squared errors.

    Args:
        examples: Pairs of `centre`d images and target features by the names in `HEADS`.
        steps: Batches to learn from, at least 1.
        seed: Seed of the first weights; it is set for Keras, NumPy and Python as a whole.

    Returns:
        The `embedded_network`.
    """
    keras.utils.set_random_seed(seed)
    network = embedded_network("he_normal", "mixed_bfloat16")
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
    return network


def _batches(photos: list, arguments: argparse.Namespace) -> tf.data.Dataset:
    """Crops with a margin around them, as a dataset without end."""
    side = arguments.crop_side + 2 * arguments.margin

    def batches() -> Iterator[np.ndarray]:
        return random_batches(photos, arguments.batch_size, side, arguments.seed)

    shape = (arguments.batch_size, side, side, 3)
    return tf.data.Dataset.from_generator(
        batches, output_signature=tf.TensorSpec(shape, tf.float32)
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


if __name__ == "__main__":
    main()
