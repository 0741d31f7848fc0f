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
from dpst.extractors.embedded import (
    FIRE_CHANNELS,
    centre,
    embedded_network,
    fire_layer,
    weight_arrays,
)
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
    over the first batches, and the loss is the sum of the layers' mean squared errors. Each fire
    module learns twice: as a part of the network, and from the teacher's own answer of the layer
    before it, which it gets right much sooner.

    Args:
        examples: Pairs of `centre`d images and target features by the names of all feature maps.
        steps: Batches to learn from, at least 1.
        seed: Seed of the first weights; it is set for Keras, NumPy and Python as a whole.

    Returns:
        The `embedded_network`.
    """
    keras.utils.set_random_seed(seed)
    network = embedded_network("he_normal", "mixed_bfloat16")
    means, scales = _statistics(examples)
    for name, mean in means.items():
        _start_at(network, name, mean / scales[name])
    student = _student(network)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        max(steps - _WARM_UP_STEPS, 1),
        warmup_target=_LEARNING_RATE,
        warmup_steps=min(_WARM_UP_STEPS, steps),
    )
    losses = dict.fromkeys(student.output, "mse")
    student.compile(keras.optimizers.Adam(schedule), losses, jit_compile=False)
    steps_per_epoch = min(_STEPS_PER_REPORT, steps)
    student.fit(
        examples.map(lambda images, targets: _lesson(images, targets, scales)),
        steps_per_epoch=steps_per_epoch,
        epochs=steps // steps_per_epoch,
        shuffle=False,  # The crops are random already.
        verbose=2,
    )
    return network


def _start_at(network: keras.Model, name: str, mean: np.ndarray) -> None:
    """Makes a layer begin near its mean, float [channels], and quietly."""
    is_fire = name in FIRE_CHANNELS
    layers = [f"{name}_expand1x1", f"{name}_expand3x3"] if is_fire else [name]
    for layer_name, part in zip(layers, np.split(mean, len(layers)), strict=True):
        layer = network.get_layer(layer_name)
        layer.kernel.assign(_HEAD_SCALE * layer.kernel)
        layer.bias.assign(part)


def _student(network: keras.Model) -> keras.Model:
    """The network, and each of its fire modules alone, fed with the teacher's answers.

    Its inputs are "images" and the answers that the modules read, "conv1_answer" and so on; its
    outputs, float32, the network's by layer, and those of the modules alone as "fire2_alone" and so
    on, without the features that their borders reach.
    """
    answers: dict[str, keras.KerasTensor] = {}
    outputs = dict(network.output)
    previous = "conv1"
    for name in FIRE_CHANNELS:
        channels = network.output[previous].shape[-1]
        answer = keras.Input((None, None, channels), name=_answer(previous))
        answers[_answer(previous)] = answer
        outputs[_alone(name)] = _inside(fire_layer(answer, name, network.get_layer))
        previous = name
    return keras.Model(
        {"images": network.inputs[0], **answers},
        {name: keras.ops.cast(x, "float32") for name, x in outputs.items()},
    )


def _lesson(
    images: tf.Tensor, targets: Mapping[str, tf.Tensor], scales: Mapping[str, float]
) -> tuple[dict[str, tf.Tensor], dict[str, tf.Tensor]]:
    """Inputs and outputs of the student; targets in units of their scale."""
    scaled = {name: target / scales[name] for name, target in targets.items()}
    read = {_answer(name): scaled[name] for name in ("conv1", *FIRE_CHANNELS) if name != "fire7"}
    alone = {_alone(name): _inside(scaled[name]) for name in FIRE_CHANNELS}
    return {"images": images, **read}, {**scaled, **alone}


def _answer(name: str) -> str:
    return f"{name}_answer"


def _alone(name: str) -> str:
    return f"{name}_alone"


def _inside(features: tf.Tensor) -> tf.Tensor:
    return features[:, 2:-2, 2:-2]


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
    for name in targets[0]:
        samples = np.concatenate([np.reshape(t[name], (-1, t[name].shape[-1])) for t in targets])
        means[name] = samples.mean(0)
        scales[name] = float(np.sqrt(samples.var(0).mean()))
    return means, scales


if __name__ == "__main__":
    main()
