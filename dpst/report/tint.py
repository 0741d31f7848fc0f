"""Segments of an image shown by their tints."""

from collections.abc import Sequence

import cv2
import numpy as np

from dpst.report.loss_chart import CURVE_COLORS

_UNUSED = "#808080"


def tinted_image(
    image: np.ndarray, labels: np.ndarray, colors: np.ndarray, strength: float
) -> np.ndarray:
    """Return an image with its segments tinted; its lightness stays visible below the tints.

    Args:
        image: [height, width, 3], RGB of any range.
        labels: int [h, w], 0 ... K-1, of any size.
        colors: [K, 3], the tint of each label, in the image's range.
        strength: weight of the tints against the lightness, in [0, 1].

    Returns:
        Floats [height, width, 3], in the image's range.
    """
    shown = cv2.resize(labels, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return strength * colors[shown] + (1 - strength) * image.mean(-1, keepdims=True)


def rank_colors(ranks: Sequence[int]) -> np.ndarray:
    """Return the tints of labels by their ranks: those of the curves of a chart.

    Args:
        ranks: rank of each of K labels; grey where it is negative.

    Returns:
        float32 [K, 3], RGB in [0, 1].
    """
    names = [CURVE_COLORS[r % len(CURVE_COLORS)] if r >= 0 else _UNUSED for r in ranks]
    return np.array([list(bytes.fromhex(name[1:])) for name in names], np.float32) / 255
