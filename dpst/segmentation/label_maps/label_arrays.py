"""Labels as arrays: resized and filled so that no label appears that was not there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from dpst import images

Labels = npt.NDArray[np.int32]
"""Labels of the pixels of an image, int32 [height, width]."""


def resize_labels(labels: np.ndarray, size: images.Size) -> np.ndarray:
    """Resize a label map by nearest neighbours, so that no label appears that was not there.

    Sampled at pixel centres; OpenCV takes upper left corners and shifts the map.

    Args:
        labels: [height, width], of any dtype.
        size: (height, width) of the result.

    Returns:
        A new array of that size, of the same dtype.
    """
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp)
        for new, old in zip(size, labels.shape, strict=True)
    )
    return labels[np.ix_(rows, columns)]


def fill_from_nearest(labels: np.ndarray, is_vacant: np.ndarray) -> np.ndarray:
    """Give vacant pixels the label of the pixel nearest to them that is not vacant.

    Args:
        labels: [height, width], of any dtype.
        is_vacant: bool [height, width], not true everywhere.

    Returns:
        The labels; the same array where no pixel is vacant.
    """
    if not is_vacant.any():
        return labels
    nearest = ndimage.distance_transform_edt(is_vacant, return_distances=False, return_indices=True)
    return labels[tuple(nearest)]
