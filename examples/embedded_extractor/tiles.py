"""Tiles of the activations that a teacher's modules read, and of those that they answer with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from examples.embedded_extractor.teachers import Activations

SIDE = 4  # answers along each side of a tile
_WINDOW = 3
_FINE_TILES, _TILES, _COARSE_TILES = 8, 4, 2  # in a crop
_TILES_OF = {"conv1": _FINE_TILES, "fire6": _COARSE_TILES, "fire7": _COARSE_TILES}


class Tiles(NamedTuple):
    """Inputs and answers of one module, float16 to save memory.

    Attributes:
        inputs: [tiles, side, side, channels], all that the answers depend on.
        answers: [tiles, 4, 4, channels].
    """

    inputs: np.ndarray
    answers: np.ndarray


def module_tiles(
    batches: Iterable[np.ndarray], activations: Callable[[tf.Tensor], Activations], seed: int
) -> dict[str, Tiles]:
    """Cut tiles out of all modules' activations, at random places where nothing is padded.

    Args:
        batches: crops, float32 [batch, height, width, 3] in [0, 1], each side at least 127 px.
        activations: function that returns what a teacher's modules read and answer, see `teachers`.
        seed: seed of the places.

    Returns:
        The tiles of each module.
    """
    generator = np.random.default_rng(seed)
    compiled = tf.function(activations)
    tiles: dict[str, list[Tiles]] = {}
    for images in batches:
        for name, pair in compiled(tf.constant(images)).items():
            read, answered = (np.asarray(x, np.float16) for x in pair)
            tiles.setdefault(name, []).extend(
                _random_tile(generator, read[crop], answered[crop])
                for crop in range(len(images))
                for _ in range(_TILES_OF.get(name, _TILES))
            )
    return {
        name: Tiles(*(np.stack(arrays) for arrays in zip(*cut, strict=True)))
        for name, cut in tiles.items()
    }


def _random_tile(generator: np.random.Generator, inputs: np.ndarray, answers: np.ndarray) -> Tiles:
    """Cut a tile out of one crop's activations, both [height, width, channels]."""
    # A module reads a pixel of padding on each side, or none and every second pixel.
    stride = len(inputs) // len(answers)
    padding = 1 if stride == 1 else 0
    extent = stride * (SIDE - 1) + _WINDOW
    top, left = (generator.integers((side - extent) // stride + 1) for side in inputs.shape[:2])
    read = inputs[stride * top :, stride * left :][:extent, :extent]
    answered = answers[top + padding :, left + padding :][:SIDE, :SIDE]
    return Tiles(read.copy(), answered.copy())
