"""Locality: each style's weight falls towards the border of its region.

Source: "A Closer Look at Neural Style", eqs. 3 and 4.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from dpst.losses import border_distances, locality_loss
from dpst.segmentation import KEPT, StyleRegion


def weight_by_distance(
    regions: Sequence[StyleRegion],
) -> tuple[tuple[StyleRegion, ...], float]:
    """Let the pixels of each region count by their distance to its border.

    Args:
        regions: with masks of 0 and 1.

    Returns:
        The regions, each mask at most 1, those kept as photographed unchanged; and
        `locality_loss`, which has no gradient and is reported beside the losses.
    """
    distances = np.stack([border_distances(region.mask > 0.5) for region in regions])
    weighted = tuple(
        region
        if region.style == KEPT
        else dataclasses.replace(region, mask=distance / distance.max())
        for region, distance in zip(regions, distances, strict=True)
    )
    return weighted, locality_loss(distances)
