"""How EXIF's eight orientations store an upright picture."""

from __future__ import annotations

import numpy as np


def as_stored(upright: np.ndarray, orientation: int) -> np.ndarray:
    """Pixels [height, width, ...] as a file of the orientation has them."""
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    return np.ascontiguousarray(stored)
