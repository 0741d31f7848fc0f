"""Checkpoints: the whole state of an unfinished solve in a file, to go on from after a kill."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dpst.files.array_file import read_arrays
from dpst.files.whole_file import remove_leftovers, whole_file
from dpst.messages import one_line
from dpst.optimizers import Optimizer, OptimizerResult
from dpst.solving.levels import Level
from dpst.solving.progress import History, HistoryRow

CHECKPOINT_SUFFIX = ".checkpoint.npz"

_TIME_SHARE = 0.1  # saving takes at most this share of a run


@dataclass(frozen=True, eq=False)
class SolveState:
    """Where a coarse-to-fine solve stands, after a chunk of evaluations.

    Attributes:
        level: the level that was being solved, counted from 0.
        history: a row after each chunk so far.
        optimizer: what minimises.
        result: its result after the last chunk, with all that it needs to go on.
    """

    level: int
    history: History
    optimizer: Optimizer
    result: OptimizerResult


class Checkpoint:
    """The file that keeps a solve's state; it appears whole or not at all.

    A run that goes on from it makes exactly the iterates of one that never ended, on the same
    machine.
    """

    def __init__(self, folder: str | os.PathLike[str], run_digest: str) -> None:
        """Read and write nothing yet.

        Args:
            folder: where the file is kept; made when a state is saved.
            run_digest: digest of all that decides the run's result; it is the file's name, so that
                a state serves no other run.
        """
        self.path = Path(folder) / f"{run_digest}{CHECKPOINT_SUFFIX}"
        self.error = ""
        """Why the last state could not be saved; empty if it was."""
        self.refused = ""
        """Why a state that was there was not gone on from; empty if it was, or if none was."""
        self._parts: list[Checkpoint] = []
        self._next_save = 0.0

    def part(self, number: int) -> Checkpoint:
        """Return the checkpoint of one of several solves that make up a run."""
        digest = self.path.name.removesuffix(CHECKPOINT_SUFFIX)
        part = Checkpoint(self.path.parent, f"{digest}-{number}")
        self._parts.append(part)
        return part

    def load(self, optimizer: Optimizer, levels: Sequence[Level]) -> SolveState | None:
        """Return the state that was saved last.

        Args:
            optimizer: what saved it.
            levels: of the solve.

        Returns:
            The state; None if there is none, or `refused` says why it is not gone on from.
        """
        if not self.path.exists():
            return None
        try:
            names = [*optimizer.array_names(), "level", *(f"history_{i}" for i in range(3))]
            arrays = read_arrays(self.path, names)
            level, history = _position(arrays, levels)
            shape = (*levels[level].size, 3)
            optimizer.check_arrays(arrays, shape, levels[level].max_evaluations)
            return SolveState(level, history, optimizer, optimizer.from_arrays(arrays))
        except Exception as error:  # A damaged file makes NumPy raise anything.
            reason = one_line(error, 100)
            self.refused = f"{self.path} does not fit ({reason}), the solve was begun anew"
            return None

    def save(self, state: SolveState) -> None:
        """Save a state in the place of the last; not at once if that would cost much of the time.

        A state that cannot be written costs the run nothing: `error` then says why.
        """
        start = time.monotonic()
        if start < self._next_save:
            return
        arrays: dict[str, Any] = state.optimizer.to_arrays(state.result)
        arrays["level"] = np.array(state.level)
        for i, column in enumerate(zip(*state.history, strict=True)):
            arrays[f"history_{i}"] = np.array(column)
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


def _position(
    arrays: Mapping[str, np.ndarray], levels: Sequence[Level]
) -> tuple[int, tuple[HistoryRow, ...]]:
    """Return the level and the history that arrays tell of.

    Raises:
        ValueError: they are not of these levels.
    """
    level = int(arrays["level"])
    columns = [arrays[f"history_{i}"] for i in range(3)]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    history = tuple(HistoryRow(*row) for row in rows)
    if level not in range(len(levels)):
        raise ValueError(f"its level is {level}, there are {len(levels)}")
    are_numbers = all(column.dtype.kind in "if" and column.ndim == 1 for column in columns)
    if not history or not are_numbers or not np.isfinite(columns).all():
        raise ValueError("its history is none")
    last = history[-1].level
    if last != level or any(row.level not in range(level + 1) for row in history):
        raise ValueError("its history is of other levels")
    return level, history
