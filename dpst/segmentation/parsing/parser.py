"""`SceneParser`: what is where in a photo, by a small network whose weights are in the package."""

from __future__ import annotations

import functools
import importlib.resources

import cv2
import numpy as np
import tensorflow as tf

from dpst.segmentation.parsing.network import SIDE_UNIT, parser_network, set_weights

WEIGHTS_NAME = "parser.npz"

# Pixels on the longer side of what the network sees.
WORKING_SIDE = 512


class SceneParser:
    """A small network that tells 16 groups apart, see `dpst.segmentation.parsing.groups`.

    It was learnt from three public networks that were trained on ADE20K and from one for skin, hair
    and clothes, on openly licensed photos in changed light. Nothing is downloaded.
    `examples/embedded_parser/README.md` says how, how well it agrees with them, and where it errs.
    """

    def __init__(self) -> None:
        """Build the network and load the package's weights."""
        network = parser_network()
        with importlib.resources.files(__package__).joinpath(WEIGHTS_NAME).open("rb") as file:
            set_weights(network, dict(np.load(file, allow_pickle=False)))
        self._network = network

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return how likely each group is at each position.

        Args:
            image: float [height, width, 3], sRGB in [0, 1].

        Returns:
            float32 [rows, columns, 16], summing to 1 over the last axis, whose order is `GROUPS`.
            The positions divide the photo evenly, at most 128 by 128, not in its exact proportions:
            resize them to any size as a whole.

        Raises:
            ValueError: the image is not [height, width, 3].
        """
        if image.ndim != 3 or image.shape[-1] != 3:
            raise ValueError(
                f"the parser's image must be [height, width, 3], got {list(image.shape)}; "
                f"pass one RGB image without alpha"
            )
        height, width = working_size(*image.shape[:2])
        small = _resized(np.asarray(image, np.float32), height, width)
        return tf.nn.softmax(self._network(small[None], training=False))[0].numpy()


@functools.cache
def scene_parser() -> SceneParser:
    """Return the parser, built at the first call."""
    return SceneParser()


def working_size(height: int, width: int) -> tuple[int, int]:
    """Return the size at which a photo is parsed: near its proportions, whole windows."""
    scale = WORKING_SIDE / max(height, width)
    rows, columns = (max(round(side * scale / SIDE_UNIT), 1) for side in (height, width))
    return rows * SIDE_UNIT, columns * SIDE_UNIT


def _resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return an image at another size, of its mean colours where it shrinks."""
    shrinks = image.shape[0] >= height and image.shape[1] >= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.clip(cv2.resize(image, (width, height), interpolation=method), 0, 1)
