"""Oracle: a reader of .cube files and a lookup, colour by colour, by the specification."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def read_cube(path: Path) -> np.ndarray:
    """Table [red, green, blue, 3] of a 3D .cube file over the unit cube."""
    size, colors = 0, []
    for line in path.read_text(encoding="ascii").splitlines():
        words = line.split()
        if not words or words[0].startswith("#") or words[0] == "TITLE":
            continue
        if words[0] == "LUT_3D_SIZE":
            size = int(words[1])
        elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
            assert [float(word) for word in words[1:]] == [words[0] == "DOMAIN_MAX"] * 3
        else:
            colors.append([float(word) for word in words])
    assert 2 <= size <= 256 and len(colors) == size**3 and np.shape(colors) == (size**3, 3)
    table = np.empty((size, size, size, 3))
    for k, color in enumerate(colors):
        table[k % size, k // size % size, k // size**2] = color
    return table


def look_up(table: np.ndarray, color: np.ndarray) -> np.ndarray:
    """The trilinear value of a table at one RGB colour in [0, 1]."""
    size = len(table)
    total = np.zeros(3)
    for r in range(size):
        for g in range(size):
            for b in range(size):
                distances = np.abs(color * (size - 1) - [r, g, b])
                total += np.prod(np.maximum(1 - distances, 0)) * table[r, g, b]
    return total
