"""Oracle: area-weighted averaging of a mask, pixel by pixel, with exact overlaps."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt


def overlap(old: int, old_length: int, new: int, new_length: int) -> Fraction:
    """Share of new pixel `new` of an axis that lies in old pixel `old` of the same extent."""
    start = max(Fraction(old, old_length), Fraction(new, new_length))
    stop = min(Fraction(old + 1, old_length), Fraction(new + 1, new_length))
    return max(stop - start, Fraction(0)) * new_length


def area_resize(values: npt.NDArray[np.float64], size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Averages float64 [height, width] over the pixels of a grid of `size`, (height, width)."""
    height, width = values.shape
    resized = np.zeros(size, np.float64)
    for new_row in range(size[0]):
        for new_column in range(size[1]):
            total = Fraction(0)
            for row in range(height):
                row_share = overlap(row, height, new_row, size[0])
                if row_share == 0:
                    continue
                for column in range(width):
                    column_share = overlap(column, width, new_column, size[1])
                    total += row_share * column_share * Fraction(float(values[row, column]))
            resized[new_row, new_column] = float(total)
    return resized
