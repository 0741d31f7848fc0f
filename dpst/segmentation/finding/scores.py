"""Scores of labels at each position, as a network gives them, brought to an image's size."""

from __future__ import annotations

import cv2
import numpy as np

from dpst import images

LABEL_SIZE = 700
"""Longer side in pixels at which scores become labels, which are then resized to the image."""


def resize_scores(scores: np.ndarray, size: images.Size) -> np.ndarray:
    """Resize scores without overshoot: averaged where they shrink, else bilinear.

    Args:
        scores: float32 [height, width, channels].
        size: (height, width) of the result.

    Returns:
        float32 [*size, channels].
    """
    interpolation = cv2.INTER_AREA if size[0] < scores.shape[0] else cv2.INTER_LINEAR
    resized = cv2.resize(scores, size[::-1], interpolation=interpolation)
    return np.asarray(resized, np.float32).reshape(*size, -1)
