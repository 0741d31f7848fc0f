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

    Samples lie at pixel centres; OpenCV takes upper left corners and shifts the map.

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


def renumber_labels(labels: Labels) -> tuple[np.ndarray, Labels]:
    """Renumber the labels that occur as 0, 1, 2 ...

    Args:
        labels: int32 [height, width], none negative.

    Returns:
        The labels that occur, ascending, and for each pixel the position of its label there.
    """
    areas = np.bincount(labels.ravel())
    occurring = np.flatnonzero(areas)
    positions = np.zeros(len(areas), np.int32)
    positions[occurring] = np.arange(len(occurring))
    return occurring, positions[labels]
