"""The anchor of a photo transfer: what the solve departs from, at a cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dpst import images
from dpst.looks.natural_hue import natural_shifts
from matting import LocalAffineMap


@dataclass(frozen=True, eq=False)
class Anchor:
    """A closed-form match of colours that stays within the gamut, and leaves people their hue.

    Attributes:
        color_map: the match.
        held: float32 [rows, columns] in [0, 1], where the solve must not tint; None for nowhere.
        shift: float32 [rows, columns, 3], what is added to the match there.
    """

    color_map: LocalAffineMap
    held: np.ndarray | None = None
    shift: np.ndarray | None = None

    @classmethod
    def holding(
        cls, color_map: LocalAffineMap, photo: images.FloatImage, masks: Sequence[np.ndarray]
    ) -> Anchor:
        """Make the anchor of a photo that shows people.

        Args:
            color_map: the match.
            photo: float32 [height, width, 3], RGB in [0, 1].
            masks: of their parts, see `people_masks`; there may be none.
        """
        if not masks:
            return cls(color_map)
        copy = images.resize(photo, masks[0].shape)
        shift = natural_shifts(copy, color_map.apply(copy).clip(0, 1), masks)
        return cls(color_map, np.sum(masks, 0).clip(0, 1), shift)

    def apply(self, photo: images.FloatImage) -> images.FloatImage:
        """Return the photo, at any size, with its colours matched.

        Args:
            photo: float32 [height, width, 3], RGB in [0, 1].

        Returns:
            float32, the same shape, in [0, 1].
        """
        matched = self.color_map.apply(photo)
        if self.shift is not None:
            matched = matched.clip(0, 1) + images.resize(self.shift, photo.shape[:2])
        return matched.clip(0, 1)
