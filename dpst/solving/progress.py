"""Where a solve stands: what callbacks are told, in words, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from dpst.solving.levels import Level

if TYPE_CHECKING:  # A terminal tells of progress before it waits for TensorFlow.
    import tensorflow as tf

    from dpst.optimizers import OptimizerResult
    from dpst.solving.objective import Objective


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a solve stands, between two chunks of evaluations.

    Attributes:
        level: the level being solved, counted from 0, the coarsest.
        num_levels: how many there are.
        evaluations: evaluations done at this level.
        max_evaluations: the most evaluations at this level.
        loss: the objective at the best position so far; comparable within a level. None before
            the first evaluation.
        seconds_left: estimate for the rest of the solve; None while there is nothing to go by, up
            to the second chunk: the first takes much longer, to compile.
        image: float32 [height, width, 3], the best position so far, at the level's size; before
            the first evaluation the initial image.
        objective: what is minimised at this level; None before the first evaluation.
    """

    level: int
    num_levels: int
    evaluations: int
    max_evaluations: int
    loss: float | None
    seconds_left: float | None
    image: tf.Tensor
    objective: Objective | None = None


Callback: TypeAlias = Callable[[Progress], bool | None]
"""Is told of each chunk of evaluations; if it returns True, the solve ends with what it has."""


class HistoryRow(NamedTuple):
    """Where a solve stood after one chunk of evaluations.

    Attributes:
        level: counted from 0, the coarsest.
        evaluations: done at that level.
        loss: the objective at the best position.
    """

    level: int
    evaluations: int
    loss: float


History: TypeAlias = tuple[HistoryRow, ...]


def progress_text(progress: Progress) -> str:
    """Return where a solve stands, in words.

    Args:
        progress: what a callback was told.

    Returns:
        One line without a full stop, e.g. "level 1 of 2 (320x240): evaluation 5 of 30, loss 0.7".
    """
    height, width = progress.image.shape[:2]
    text = f"level {progress.level + 1} of {progress.num_levels} ({width}x{height}): "
    if progress.loss is None:
        return text + "starting"
    text += f"evaluation {progress.evaluations} of {progress.max_evaluations}"
    text += f", loss {progress.loss:.4f}"
    if progress.seconds_left is None:
        return text
    return f"{text}, about {progress.seconds_left:.0f} s left"


class Reporter:
    """Tells a callback of the progress of one solve."""

    def __init__(self, levels: Sequence[Level], callback: Callback | None) -> None:
        """Keep the levels and the callback.

        Args:
            levels: all that are solved.
            callback: is told; None tells nobody.
        """
        self._levels = levels
        self._callback = callback
        self._clock = _Clock(levels)

    def start(self, image: tf.Tensor) -> bool:
        """Tell of the initial image; True if the callback wants to stop."""
        return self._tell(0, 0, None, None, image, None)

    def after_chunk(self, level: int, objective: Objective, result: OptimizerResult) -> bool:
        """Tell of a finished chunk; True if the callback wants to stop."""
        seconds_left = self._clock.seconds_left(level, result.num_evaluations)
        loss = float(result.value)
        evaluations = result.num_evaluations
        return self._tell(level, evaluations, loss, seconds_left, result.position, objective)

    def _tell(
        self,
        level: int,
        evaluations: int,
        loss: float | None,
        seconds_left: float | None,
        image: tf.Tensor,
        objective: Objective | None,
    ) -> bool:
        if self._callback is None:
            return False
        progress = Progress(
            level=level,
            num_levels=len(self._levels),
            evaluations=evaluations,
            max_evaluations=self._levels[level].max_evaluations,
            loss=loss,
            seconds_left=seconds_left,
            image=image,
            objective=objective,
        )
        return bool(self._callback(progress))


class _Clock:
    """Estimates the time left, from the time that a pixel's evaluation took since the first chunk.

    The first chunk is traced and compiled, which says nothing about those that follow.
    """

    def __init__(self, levels: Sequence[Level]) -> None:
        self._pixels = [level.size[0] * level.size[1] for level in levels]
        self._work = [p * n.max_evaluations for p, n in zip(self._pixels, levels, strict=True)]
        self._start: tuple[float, int] | None = None

    def seconds_left(self, level: int, evaluations: int) -> float | None:
        done = self._done(level, evaluations)
        left = sum(self._work) - done
        if self._start is None:
            self._start = time.monotonic(), done
            return None if left else 0.0
        start, done_before = self._start
        return (time.monotonic() - start) / max(done - done_before, 1) * left

    def _done(self, level: int, evaluations: int) -> int:
        return sum(self._work[:level]) + evaluations * self._pixels[level]
