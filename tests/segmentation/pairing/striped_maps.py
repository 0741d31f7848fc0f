"""Label maps of stripes, and photos that match them."""

from __future__ import annotations

import numpy as np

from dpst.segmentation import LabelMap

COLORS = ("0000ff", "00ff00", "ff0000", "ffffff")
BLUE, GREEN, RED, WHITE = range(4)

DARK, MIDDLE, BRIGHT = 0.1, 0.5, 0.9


def stripes(*labels: int, height: int = 40, width: int = 20) -> LabelMap:
    """A label map of vertical stripes, `width` pixels each."""
    return LabelMap(np.tile(np.repeat(np.array(labels, np.int32), width), (height, 1)), COLORS)


def photo(label_map: LabelMap, brightness: dict[int, float]) -> np.ndarray:
    """A photo with one grey for each label."""
    table = np.array([brightness.get(k, 0.0) for k in range(len(COLORS))], np.float32)
    return np.repeat(table[label_map.labels][..., np.newaxis], 3, axis=-1)
