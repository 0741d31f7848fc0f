"""The solve: an objective minimised from the coarsest level to the finest."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import tensorflow as tf

from dpst import images
from dpst.optimizers import OPTIMIZERS, Optimizer, OptimizerResult, StopReason
from dpst.solving.checkpoint import Checkpoint, SolveState
from dpst.solving.levels import Level
from dpst.solving.objective import LevelObjective
from dpst.solving.progress import Callback, History, HistoryRow, Reporter

CHUNK_EVALUATIONS = 5  # evaluations between two reports of progress
MIN_PROGRESS = 2e-3  # two chunks that gain less than this share of the objective end their level


class OutputMap(Protocol):
    """A level's output, in a form that can be had at other sizes."""

    def apply(self, content_image: np.ndarray) -> np.ndarray:
        """Return the output for a content image of any size, float32 of its shape, not clipped."""


MapT = TypeVar("MapT", bound=OutputMap)
LinearOperator = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Carrier(Generic[MapT]):
    """How an output gets from a level to the next, and what smooths the solver's steps.

    Attributes:
        fit: makes the map of a level's output from (content image, output image).
        preconditioner: makes the solver's from a level's content image; None for no preconditioner.
    """

    fit: Callable[[np.ndarray, np.ndarray], MapT]
    preconditioner: Callable[[np.ndarray], LinearOperator] | None


@dataclass(frozen=True, eq=False)
class Solution(Generic[MapT]):
    """Outcome of a coarse-to-fine solve.

    Attributes:
        output_map: from content image to output, for any size.
        history: a row after each chunk of evaluations.
        stop_reason: why the last level stopped.
    """

    output_map: MapT
    history: History
    stop_reason: StopReason


def solve(
    content_image: np.ndarray,
    initial_image: np.ndarray,
    levels: Sequence[Level],
    build_objective: Callable[[np.ndarray], LevelObjective],
    carrier: Carrier[MapT],
    optimizer: str = "lbfgs",
    callback: Callback | None = None,
    checkpoint: Checkpoint | None = None,
    colors: images.ColorSubspace | None = None,
) -> Solution[MapT]:
    """Minimise an objective from the coarsest level to the finest.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1], at full size.
        initial_image: the same at the size of the coarsest level, where it starts.
        levels: from `plan_levels` or `plan_painting`.
        build_objective: makes the objective of a level from the content image at its size. The
            losses of a moving one compare only between two updates of its targets.
        carrier: what goes from level to level.
        optimizer: a name in `OPTIMIZERS`.
        callback: called with the initial image at once, unless the solve resumes from a saved
            state, and after each chunk.
        checkpoint: holds the state to resume from, if any, and is kept up to date.
        colors: what the output's colours are to be of; None for all of RGB.

    Returns:
        The solution. After a KeyboardInterrupt, the best so far; likewise where the objective of a
        level after the first is not finite where it starts.

    Raises:
        KeyboardInterrupt: interrupted before there was any result.
        FloatingPointError: the objective is not finite where the first level starts.
        ValueError: there are no levels.
    """
    run = _Run(OPTIMIZERS[optimizer], Reporter(levels, callback), checkpoint)
    saved = checkpoint.load(run.optimizer, levels) if checkpoint else None
    if saved:
        run.history = list(saved.history)
    output_map: MapT | None = None
    for index, level in enumerate(levels):
        if saved and index < saved.level:
            continue
        content = images.resize(content_image, level.size)
        start = initial_image if output_map is None else output_map.apply(content)
        start = np.clip(_projected(start, colors), 0, 1)
        result = saved.result if saved and index == saved.level else None

        def build(content: np.ndarray = content) -> tuple[LevelObjective, LinearOperator | None]:
            objective = build_objective(content).within(colors)
            return objective, carrier.preconditioner and carrier.preconditioner(content)

        output = run.level(index, level, start, build, result, is_first=output_map is None)
        if output is not None:
            output_map = carrier.fit(content, np.clip(_projected(output, colors), 0, 1))
        if run.stop_reason is StopReason.INTERRUPTED:
            break
    if output_map is None:
        raise ValueError("levels is empty, must hold at least one level; see plan_levels.")
    return Solution(output_map, tuple(run.history), run.stop_reason)


class _Run:
    """One solve: what its levels have in common, and what they leave behind.

    Attributes:
        optimizer: how it minimises.
        history: a row after each chunk so far.
        stop_reason: why the last level stopped.
    """

    def __init__(
        self, optimizer: Optimizer, reporter: Reporter, checkpoint: Checkpoint | None
    ) -> None:
        self.optimizer = optimizer
        self.history: list[HistoryRow] = []
        self.stop_reason = StopReason.MAX_EVALUATIONS
        self._reporter = reporter
        self._checkpoint = checkpoint

    def level(
        self,
        index: int,
        level: Level,
        start: np.ndarray,
        build: Callable[[], tuple[LevelObjective, LinearOperator | None]],
        saved: OptimizerResult | None,
        is_first: bool,
    ) -> np.ndarray | None:
        """Solve one level, from the start or going on from a result.

        Args:
            index: of the level.
            level: its size and evaluations.
            start: float32 [height, width, 3], where it starts.
            build: makes its objective and its preconditioner.
            saved: the result to go on from, if a state was saved at this level.
            is_first: whether there is no output yet, so that a failure leaves nothing.

        Returns:
            The output, float32 [height, width, 3]; None if it failed or was interrupted
            before there was one.
        """
        result = saved
        try:
            if index == 0 and saved is None and self._reporter.start(tf.convert_to_tensor(start)):
                self.stop_reason = StopReason.INTERRUPTED
                return start
            if not level.max_evaluations:
                return start
            for result in self._chunks(index, level, start, *build(), saved):
                self.stop_reason = result.stop_reason
        except KeyboardInterrupt:
            self.stop_reason = StopReason.INTERRUPTED
            if result is None and is_first:
                raise
        except FloatingPointError:
            self.stop_reason = StopReason.NOT_FINITE
            if result is None and is_first:
                raise
        return None if result is None else result.position.numpy()

    def _chunks(
        self,
        index: int,
        level: Level,
        start: np.ndarray,
        objective: LevelObjective,
        preconditioner: LinearOperator | None,
        result: OptimizerResult | None,
    ) -> Iterator[OptimizerResult]:
        """Minimise chunk by chunk; yield the result after each, until the level ends."""
        position = tf.constant(start, tf.float32)
        minimized: object = objective
        losses = [row.loss for row in self.history if row.level == index]
        chunk = len(losses)
        if result is not None:
            yield result
        while result is None or not _is_over(result, level):
            previous = result
            best = position if result is None else result.position
            current = objective.at(best, chunk)
            if current is not minimized:  # Its targets have moved.
                previous = result and self.optimizer.restarted(result)
                minimized, losses = current, []
            done = 0 if result is None else result.num_evaluations
            result = self.optimizer.minimize(
                current,
                position,
                max_evaluations=min(CHUNK_EVALUATIONS, level.max_evaluations - done),
                preconditioner=preconditioner,
                previous_result=previous,
            )
            losses.append(_finite_value(result))
            chunk += 1
            result = _with_little_progress(result, losses)
            self._record(index, result, objective.is_resumable_at(chunk))
            yield result
            if self._reporter.after_chunk(index, current, result):
                yield dataclasses.replace(result, stop_reason=StopReason.INTERRUPTED)
                return

    def _record(self, index: int, result: OptimizerResult, is_resumable: bool) -> None:
        """Add a row to the history, and save the state if a run can go on from here."""
        self.history.append(HistoryRow(index, result.num_evaluations, float(result.value)))
        if self._checkpoint and is_resumable:
            self._checkpoint.save(SolveState(index, tuple(self.history), self.optimizer, result))


def _projected(image: np.ndarray, colors: images.ColorSubspace | None) -> np.ndarray:
    """Return an image with its colours in the subspace, if there is one."""
    return image if colors is None else colors.project(image)


def _finite_value(result: OptimizerResult) -> float:
    """Return the objective after a chunk.

    Raises:
        FloatingPointError: it is not finite.
    """
    value = float(result.value)
    if not np.isfinite(value):
        raise FloatingPointError(
            f"the objective is {value} at the initial image, it and its gradient must be finite; "
            "lower the weights, or start from --init=content."
        )
    return value


def _with_little_progress(result: OptimizerResult, losses: Sequence[float]) -> OptimizerResult:
    """Return the result, with that reason to stop if the last two chunks gained little."""
    # Two, since a chunk may be spent on shortening one bad step.
    is_running = result.stop_reason is StopReason.MAX_EVALUATIONS
    if is_running and len(losses) > 2 and losses[-3] - losses[-1] < MIN_PROGRESS * losses[-3]:
        return dataclasses.replace(result, stop_reason=StopReason.LITTLE_PROGRESS)
    return result


def _is_over(result: OptimizerResult, level: Level) -> bool:
    """Return whether a level ends with this result."""
    is_spent = result.num_evaluations >= level.max_evaluations
    return is_spent or result.stop_reason is not StopReason.MAX_EVALUATIONS
