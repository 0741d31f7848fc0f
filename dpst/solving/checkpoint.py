"""Checkpoints: the whole state of an unfinished solve in a file, to go on from after a kill."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dpst.files.whole_file import remove_leftovers, whole_file
from dpst.optimizers import Optimizer, OptimizerResult
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
        self._parts: list[Checkpoint] = []
        self._next_save = 0.0

    def part(self, number: int) -> Checkpoint:
        """Return the checkpoint of one of several solves that make up a run."""
        digest = self.path.name.removesuffix(CHECKPOINT_SUFFIX)
        part = Checkpoint(self.path.parent, f"{digest}-{number}")
        self._parts.append(part)
        return part

    def load(self, optimizer: Optimizer) -> SolveState | None:
        """Return the state that was saved last.

        Args:
            optimizer: what saved it.

        Returns:
            The state; None if there is none that can be read.
        """
        try:
            # Opened here, for NumPy leaves a file open that it cannot read.
            with open(self.path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
            columns = (arrays[f"history_{i}"].tolist() for i in range(3))
            history = tuple(HistoryRow(*row) for row in zip(*columns, strict=True))
            result = optimizer.from_arrays(arrays)
            return SolveState(int(arrays["level"]), history, optimizer, result)
        except Exception:  # There is none, or a damaged one, which makes NumPy raise anything.
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
