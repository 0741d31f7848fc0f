"""Tiles of SqueezeNet's activations: what each of its modules reads, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from dpst.extractors import Extractor
from dpst.extractors.embedded import POOLED, centre

SIDE = 4  # Answers along each side of a tile.
_WINDOW = 3
_TILES_PER_CROP = {
    "conv1": 8,
    "fire2": 4,
    "fire3": 4,
    "fire4": 4,
    "fire5": 4,
    "fire6": 2,
    "fire7": 2,
}


class Tiles(NamedTuple):
    """What one module reads and answers, float16 to save memory.

    Attributes:
        inputs: [tiles, side, side, channels], all that the answers depend on.
        answers: [tiles, 4, 4, channels].
    """

    inputs: np.ndarray
    answers: np.ndarray


def module_tiles(
    batches: Iterable[np.ndarray], squeezenet: Extractor, seed: int
) -> dict[str, Tiles]:
    """Cuts tiles out of all layers' activations, at random places that no padding reaches.

    Args:
        batches: Crops, float32 [batch, height, width, 3] in [0, 1], at least 127 px a side.
        squeezenet: SqueezeNet v1.1.
        seed: Seed of the places.

    Returns:
        The tiles of "conv1" and of "fire2" to "fire7". The inputs of "conv1" are `centre`d pixels,
        those of a fire module the activations before it, after the maxima between them if any.
    """
    generator = np.random.default_rng(seed)
    names = list(_TILES_PER_CROP)
    activations = tf.function(lambda images: squeezenet(images, names))
    tiles: dict[str, list[Tiles]] = {name: [] for name in names}
    for images in batches:
        layers = activations(tf.constant(images))
        before = centre(images)
        for name, answers in layers.items():
            if name in POOLED:
                before = keras.ops.max_pool(before, _WINDOW, 2, data_format="channels_last")
            read, answered = np.asarray(before, np.float16), np.asarray(answers, np.float16)
            for crop in range(len(images)):
                tiles[name] += [
                    _random_tile(generator, read[crop], answered[crop])
                    for _ in range(_TILES_PER_CROP[name])
                ]
            before = answers
    return {
        name: Tiles(*(np.stack(arrays) for arrays in zip(*cut, strict=True)))
        for name, cut in tiles.items()
    }


def _random_tile(generator: np.random.Generator, inputs: np.ndarray, answers: np.ndarray) -> Tiles:
    """A tile of one crop's activations, both [height, width, channels]."""
    # conv1 has stride 2 and no padding, fire modules stride 1 and a pixel of it.
    stride = len(inputs) // len(answers)
    padding = 1 if stride == 1 else 0
    extent = stride * (SIDE - 1) + _WINDOW
    top, left = (generator.integers((side - extent) // stride + 1) for side in inputs.shape[:2])
    read = inputs[stride * top :, stride * left :][:extent, :extent]
    answered = answers[top + padding :, left + padding :][:SIDE, :SIDE]
    return Tiles(read.copy(), answered.copy())
