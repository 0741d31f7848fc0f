"""Checkpoints: the whole state of an unfinished solve in a file, to go on from after a kill."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from dpst.files.whole_file import remove_leftovers, whole_file
from dpst.optimizers import OptimizerResult, StopReason, adam, lbfgs

CHECKPOINT_SUFFIX = ".checkpoint.npz"
History = tuple[tuple[int, int, float], ...]

_STATES: dict[str, Any] = {"lbfgs": lbfgs.LbfgsState, "adam": adam.AdamState}
_RESULTS: dict[str, Any] = {"lbfgs": lbfgs.result_of, "adam": adam.result_of}
_TIME_SHARE = 0.1  # of a run, which saving takes at most


@dataclass(frozen=True, eq=False)
class SolveState:
    """Where a coarse-to-fine solve stands, after a chunk of evaluations.

    Attributes:
        level: the level that was being solved, counted from 0.
        history: (level, evaluations at that level, objective) after each chunk so far.
        result: the minimiser's result after the last of them, with all that it needs to go on.
    """

    level: int
    history: History
    result: OptimizerResult


class Checkpoint:
    """The file that keeps a solve's state; it appears whole or not at all.

    A run that goes on from it makes exactly the iterates of one that never ended, on the same
    machine.
    """

    def __init__(self, folder: str | os.PathLike[str], run_digest: str) -> None:
        """Reads and writes nothing yet.

        Args:
            folder: where the file is kept; it need not exist.
            run_digest: of all that decides the run's result; it is the file's name, so that a state
                serves no other run.
        """
        self.path = Path(folder) / f"{run_digest}{CHECKPOINT_SUFFIX}"
        self.error = ""
        """Why the last state could not be saved; empty if it was."""
        self._parts: list[Checkpoint] = []
        self._next_save = 0.0

    def part(self, number: int) -> Checkpoint:
        """The checkpoint of one of several solves that make up a run."""
        digest = self.path.name.removesuffix(CHECKPOINT_SUFFIX)
        part = Checkpoint(self.path.parent, f"{digest}-{number}")
        self._parts.append(part)
        return part

    def load(self, optimizer: str) -> SolveState | None:
        """The state that was saved last.

        Args:
            optimizer: "lbfgs" or "adam".

        Returns:
            The state; None if there is none, or none that can be read.
        """
        try:
            # Opened here, for NumPy leaves a file open that it cannot read.
            with open(self.path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
            state = _STATES[optimizer](
                **{name: _tensors(arrays, name) for name in _STATES[optimizer]._fields}
            )
            history = zip(*(arrays[f"history_{i}"].tolist() for i in range(3)), strict=True)
            result = _RESULTS[optimizer](state, StopReason[str(arrays["stop_reason"])])
            return SolveState(int(arrays["level"]), tuple(history), result)
        except Exception:  # There is none, or whatever a damaged one makes NumPy raise.
            return None

    def save(self, state: SolveState) -> None:
        """Save a state in the place of the last; not at once if that would cost much of the time.

        A state that cannot be written costs the run nothing: `error` then says why.
        """
        start = time.monotonic()
        if start < self._next_save:
            return
        arrays: dict[str, Any] = {
            "level": np.array(state.level),
            "stop_reason": np.array(state.result.stop_reason.name),
        }
        for i, column in enumerate(zip(*state.history, strict=True)):
            arrays[f"history_{i}"] = np.array(column)
        for name, value in state.result.state._asdict().items():
            arrays[name] = np.stack(value) if isinstance(value, tuple) else value.numpy()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self.path) as file:
                np.savez(file, **arrays)
            self.error = ""
        except OSError as error:
            self.error = f"{self.path} could not be written ({error})"
        end = time.monotonic()
        self._next_save = end + (end - start) * (1 / _TIME_SHARE - 1)

    def remove(self) -> None:
        """Remove the file: the run is finished."""
        for checkpoint in (*self._parts, self):
            checkpoint.path.unlink(missing_ok=True)
        if self.path.parent.is_dir():
            remove_leftovers(self.path.parent)


def _tensors(arrays: dict[str, np.ndarray], name: str) -> tf.Tensor | tuple[tf.Tensor, ...]:
    """A field of a minimiser's state; the correction pairs are tuples."""
    array = arrays[name]
    if name in ("steps", "changes"):
        return tuple(tf.constant(row) for row in array)
    return tf.constant(array)
