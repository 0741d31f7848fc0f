"""Forged checkpoints: begun anew with a note, or gone on from to a finite end."""

from __future__ import annotations

import random
import tempfile

import numpy as np
import tensorflow as tf

from dpst.methods.carriers import AS_PICTURE
from dpst.optimizers import OPTIMIZERS
from dpst.solving.checkpoint import Checkpoint
from dpst.solving.levels import Level
from dpst.solving.objective import ImageTerm, Objective
from dpst.solving.progress import Progress
from dpst.solving.solve import solve
from tests.fuzz.mutations import changed_arrays, changed_bytes

LEVELS = (Level((32, 40), 12), Level((40, 50), 13))
CONTENT = np.random.default_rng(0).random((40, 50, 3), np.float32)


class _KilledError(BaseException):
    pass


def fuzz(count: int, seed: int) -> None:
    """Try forged checkpoints of each optimizer.

    Args:
        count: how many.
        seed: of what they are.

    Raises:
        AssertionError: one raised, was dropped without a note, or made values that are not finite.
    """
    chance = random.Random(seed)
    for k, name in enumerate(OPTIMIZERS):
        _fuzz_optimizer(name, count // len(OPTIMIZERS) + (k == 0), chance)


def _fuzz_optimizer(name: str, count: int, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = _killed(folder, name)
        data = checkpoint.path.read_bytes()
        with np.load(checkpoint.path) as file:
            arrays = dict(file)
        for case in range(count):
            if chance.random() < 0.4:
                checkpoint.path.write_bytes(changed_bytes(data, chance))
            else:
                np.savez(checkpoint.path, **changed_arrays(arrays, chance))
            again = Checkpoint(folder, "a")
            state = again.load(OPTIMIZERS[name], LEVELS)
            if state is None:
                assert again.refused and "\n" not in again.refused, case
            else:
                assert np.isfinite(state.result.position).all(), case
                assert 0 <= state.level < len(LEVELS), case


def _killed(folder: str, optimizer: str) -> Checkpoint:
    """Return the checkpoint of a solve that was killed in its first level."""
    checkpoint = Checkpoint(folder, "a")

    def kill(progress: Progress) -> None:
        if progress.loss is not None:
            raise _KilledError

    start = CONTENT[:32, :40]
    try:
        solve(CONTENT, start, LEVELS, _build, AS_PICTURE, optimizer, kill, checkpoint)
    except _KilledError:
        return checkpoint
    raise AssertionError("the solve was not killed")


def _build(content: np.ndarray) -> Objective:
    return Objective(_no_features, (ImageTerm("distance", _distance, content[..., ::-1]),))


def _distance(target: tf.Tensor, image: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.square(image - target))


def _no_features(images: tf.Tensor) -> dict[str, tf.Tensor]:
    return {}
