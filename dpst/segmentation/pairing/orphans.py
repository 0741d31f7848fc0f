"""Orphans: what becomes of content labels that no style label serves."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from scipy import ndimage


def closest_label(
    color: npt.NDArray[np.float64],
    style_colors: npt.NDArray[np.float64],
    is_usable: npt.NDArray[np.bool_],
) -> int:
    """The style label whose part of the style image is closest in mean colour.

    Args:
        color: float64 [3], mean colour of the orphan's part of the content image, CIE Lab.
        style_colors: float64 [J, 3], mean colours of the style labels.
        is_usable: bool [J], which of them are large enough to have a look of their own.

    Returns:
        Its index.
    """
    distances = np.linalg.norm(style_colors - color, axis=-1)
    return int(np.where(is_usable, distances, np.inf).argmin())


def neighboring_label(
    labels: npt.NDArray[np.int32], orphan: int, candidates: Collection[int]
) -> int:
    """The label that shares the longest border with an orphan, or else lies nearest to it.

    Args:
        labels: int32 [height, width].
        orphan: The label whose neighbour is wanted; occurs in `labels`.
        candidates: Labels that may be chosen; at least one of them occurs in `labels`.

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
