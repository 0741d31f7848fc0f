"""Scores of labels at each position, as a network gives them, and their way to an image's size."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from dpst import images

LABEL_SIZE = 700
"""Longer side in pixels at which scores become labels, before these take the image's size."""


def resize_scores(scores: npt.NDArray[np.float32], size: images.Size) -> npt.NDArray[np.float32]:
    """Resizes scores without overshoot: averaged where they shrink, else bilinear.

    Args:
        scores: float32 [height, width, channels].
        size: (height, width) of the result.

    Returns:
        float32 [*size, channels].
    """
    interpolation = cv2.INTER_AREA if size[0] < scores.shape[0] else cv2.INTER_LINEAR
    resized = cv2.resize(scores, size[::-1], interpolation=interpolation)
    return np.asarray(resized, np.float32).reshape(*size, -1)
