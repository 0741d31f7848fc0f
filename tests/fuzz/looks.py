"""Forged looks: a clear error, or a look that recolours a photo with finite colours."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np

from dpst.looks.look_file import load_look, save_look
from dpst.looks.recoloring import Recoloring
from matting import LocalAffineMap
from tests.fuzz.mutations import changed_arrays, changed_bytes

PHOTO = np.random.default_rng(1).random((40, 50, 3), np.float32)


def fuzz(count: int, seed: int) -> None:
    """Try forged looks.

    Args:
        count: how many.
        seed: of what they are.

    Raises:
        AssertionError: one was neither refused in one line nor gave finite colours.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "look.npz"
        save_look(path, _look())
        data = path.read_bytes()
        with np.load(path) as file:
            arrays = dict(file)
        for case in range(count):
            if chance.random() < 0.4:
                path.write_bytes(changed_bytes(data, chance))
            else:
                np.savez(path, **changed_arrays(arrays, chance))
            _check(path, case)


def _look() -> Recoloring:
    rng = np.random.default_rng(0)
    coefficients = rng.random((4, 5, 4, 3), np.float32)
    share = rng.random((4, 5, 4, 1), np.float32)
    view = (255 * rng.random((8, 10))).astype(np.uint8)
    return Recoloring(LocalAffineMap(coefficients), LocalAffineMap(share), (40, 50), view)


def _check(path: Path, case: int) -> None:
    try:
        look = load_look(path)
    except ValueError as error:
        assert str(path) in str(error) and "\n" not in str(error), (case, error)
        return
    assert np.isfinite(look.apply(PHOTO)).all(), case
