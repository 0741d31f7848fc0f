"""Orphans: the style label or neighbour that a content label without a server can go to."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np
from scipy import ndimage

from dpst import images
from dpst.segmentation.label_maps.label_arrays import Labels


def mean_lab(image: images.FloatImage, labels: Labels) -> np.ndarray:
    """Return the mean colour of each segment.

    Args:
        image: float32 [height, width, 3], sRGB in [0, 1].
        labels: int32 [height, width], 0 ... K-1, none empty.

    Returns:
        float64 [K, 3], CIE Lab.
    """
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    areas = np.bincount(labels.ravel())
    return np.stack([np.bincount(labels.ravel(), lab[:, c]) / areas for c in range(3)], axis=-1)


def closest_label(color: np.ndarray, style_colors: np.ndarray, is_usable: np.ndarray) -> int:
    """Return the style label whose part of the style image is closest in mean colour.

    Args:
        color: float64 [3], mean colour of the orphan's part of the content image, CIE Lab.
        style_colors: float64 [J, 3], mean colours of the style labels.
        is_usable: bool [J], which of them are large enough to have a look of their own.

    Returns:
        Its index.
    """
    distances = np.linalg.norm(style_colors - color, axis=-1)
    return int(np.where(is_usable, distances, np.inf).argmin())


def neighboring_label(labels: Labels, orphan: int, candidates: Collection[int]) -> int:
    """Return the label that shares the longest border with an orphan, or else lies nearest to it.

    Args:
        labels: int32 [height, width].
        orphan: the label whose neighbour is wanted; occurs in `labels`.
        candidates: labels that may be chosen; at least one of them occurs in `labels`.

    Returns:
        One of `candidates`; of several with equal borders the smallest.
    """
    is_orphan = labels == orphan
    is_candidate = np.isin(labels, list(candidates))
    contacts = [
        labels[side][is_orphan[other] & is_candidate[side]]
        for before, after in (
            (np.s_[:-1, :], np.s_[1:, :]),
            (np.s_[:, :-1], np.s_[:, 1:]),
        )
        for side, other in ((before, after), (after, before))
    ]
    border = np.concatenate(contacts)
    if border.size:
        return int(np.bincount(border).argmax())
    distances = ndimage.distance_transform_edt(~is_orphan)
    return int(
        labels[np.unravel_index(np.where(is_candidate, distances, np.inf).argmin(), labels.shape)]
    )
