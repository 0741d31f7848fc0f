"""Locality: how far the pixels of a segment are from everything outside it.

Source: "A Closer Look at Neural Style", eqs. 3 and 4: where two styles share a border, the weight
of each falls towards it.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def border_distances(inside: np.ndarray) -> np.ndarray:
    """Return the distance of each pixel of a segment to the nearest pixel outside it.

    Args:
        inside: bool [height, width].

    Returns:
        float32 [height, width], Euclidean, in pixels: 0 outside the segment, at least 1 inside. For
        a segment that is the whole image, it is the image's diagonal.
    """
    if inside.all():
        return np.full(inside.shape, np.hypot(*inside.shape), np.float32)
    return ndimage.distance_transform_edt(inside).astype(np.float32)


def locality_loss(distances: np.ndarray) -> float:
    """Sum up the distances: the locality term.

    It does not depend on the output image, so it has no gradient; the distances act as weights of
    the style's moments, and this number is reported beside the other losses.

    Deviation: a mean over pixels in units of the image's diagonal, not a sum in pixels, so that it
    does not grow with the image.

    Args:
        distances: float32 [segments, height, width], from `border_distances`.

    Returns:
        The term, in [0, 1].
    """
    height, width = distances.shape[1:]
    return float(distances.sum() / (height * width * np.hypot(height, width)))
