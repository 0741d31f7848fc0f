"""Locality: how far the pixels of a segment are from everything outside it.

Source: "A Closer Look at Neural Style", eqs. 3 and 4: where two styles share a border, each shall
press less the closer it comes to it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage


def border_distances(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Distance of each pixel of a segment to the nearest pixel outside it.

    Args:
        inside: bool [height, width].

    Returns:
        float32 [height, width], Euclidean, in pixels: 0 outside the segment, at least 1 within.
        A segment that is the whole image has no outside: there it is the image's diagonal.
    """
    if inside.all():
        return np.full(inside.shape, np.hypot(*inside.shape), np.float32)
    return ndimage.distance_transform_edt(inside).astype(np.float32)


def locality_loss(distances: npt.NDArray[np.float32]) -> float:
    """The locality term: what the distances add up to.

    It does not depend on the output image, so it has no gradient; the distances act as the weights
    of the style statistics, and this number is reported beside the other losses.

    Deviation: a mean over pixels in units of the image's diagonal, not a sum in pixels, so that it
    does not grow with the image.

    Args:
        distances: float32 [segments, height, width], from `border_distances`.

    Returns:
        The term, in [0, 1].
    """
    height, width = distances.shape[1:]
    return float(distances.sum() / (height * width * np.hypot(height, width)))
