"""Coarse to fine: which sizes are solved, with how many evaluations, and the solve itself."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

import numpy as np
import tensorflow as tf

from dpst import images
from dpst.looks.painted_picture import PaintedPicture
from dpst.optimizers import OptimizerResult, StopReason, adam, lbfgs
from dpst.solving.checkpoint import Checkpoint, SolveState
from dpst.solving.objective import MovingObjective, Objective
from matting import GuidedFilter, LocalAffineMap, fit_local_affine

EVALUATIONS = 30  # at the finest level of a photo
FULL_SIDE = 700  # pixels: photos that are solved smaller have more evaluations
COARSE_EVALUATIONS = 1.5  # per evaluation at the finest level, at each level below
MIN_LEVEL_SIDE = 160  # a coarser level's longer side is at least this
PAINTING_FACTOR = 1.8  # from a painting's level to the next
FINEST_PAINTING_EVALUATIONS = 50
PAINTING_EVALUATIONS = 1.6  # at a painting's level, per evaluation at the next finer one
MIN_PAINTED_SIDE = 140  # a painting's coarsest level has at least this longer side
SIDE_MULTIPLE = 16  # the shorter side is rounded to it, so that photos of many sizes share traces
MIN_ROUNDED_SIDE = 128  # below it that would distort too much
CHUNK_EVALUATIONS = 5  # between looks at progress, in one compiled call
MIN_PROGRESS = 2e-3  # two chunks that gain less than this share of the objective end their level

FOLLOWING_CHUNKS = 2  # between two looks of a moving objective at the image

NUM_CORRECTION_PAIRS = 10
OPTIMIZERS: dict[str, Callable[..., OptimizerResult]] = {
    "lbfgs": partial(lbfgs.minimize, num_correction_pairs=NUM_CORRECTION_PAIRS),
    "adam": adam.minimize,
}
_RESTARTED = {"lbfgs": lbfgs.restarted, "adam": adam.restarted}

# The guided filter that preconditions the solver.
GRID_SPACINGS = (20.0, 5.0)
GRID_WEIGHTS = (1.0, 0.1)
GUIDE_EPSILON = 1e-5
IDENTITY_WEIGHT = 3e-3

# The local affine map from a level's content image to its output.
MAP_RADIUS = 1
MAP_EPSILON = 1e-6


@dataclass(frozen=True)
class Level:
    """One size to solve.

    Attributes:
        size: (height, width) in pixels.
        max_evaluations: evaluations of the objective there, at most.
    """

    size: images.Size
    max_evaluations: int


class OutputMap(Protocol):
    """A level's output, in a form that can be had at other sizes."""

    def apply(self, content_image: np.ndarray) -> np.ndarray:
        """The output for a content image of any size, float32 of its shape, not clipped."""


MapT = TypeVar("MapT", bound=OutputMap)


@dataclass(frozen=True)
class Carrier(Generic[MapT]):
    """How an output gets from a level to the next, and what smooths the solver's steps.

    Attributes:
        fit: makes the map of a level's output from (content image, output image).
        preconditioner: makes the solver's from a level's content image; None for none.
    """

    fit: Callable[[np.ndarray, np.ndarray], MapT]
    preconditioner: Callable[[np.ndarray], Callable[[tf.Tensor], tf.Tensor]] | None


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a solve stands, between two compiled chunks.

    Attributes:
        level: the level being solved, counted from 0, the coarsest.
        num_levels: how many there are.
        evaluations: evaluations done at this level.
        max_evaluations: evaluations at this level, at most.
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


@dataclass(frozen=True, eq=False)
class Solution(Generic[MapT]):
    """Outcome of a coarse-to-fine solve.

    Attributes:
        output_map: from content image to output, for any size.
        history: (level, evaluations at that level, objective) after each chunk.
        stop_reason: why the last level stopped.
    """

    output_map: MapT
    history: tuple[tuple[int, int, float], ...]
    stop_reason: StopReason


def plan_levels(
    size: images.Size, solve_size: int, max_evaluations: int | None = None
) -> tuple[Level, ...]:
    """Choose the sizes to solve: halves of the finest one, coarsest first.

    Args:
        size: (height, width) of the content image.
        solve_size: longer side of the finest level, at most; an image is never enlarged.
        max_evaluations: evaluations at the finest level. None: `EVALUATIONS`, and up to twice as
            many below `FULL_SIDE`, where a pixel holds more of the look and costs less.

    Returns:
        One or two levels: below half the size there is little left to gain. The shorter side may
        differ from that of the aspect ratio by half of `SIDE_MULTIPLE`; what is solved is a map of
        colours, which does not mind.
    """
    finest = _rounded(images.workable_size(size, solve_size))
    if max_evaluations is None:
        max_evaluations = round(EVALUATIONS * min(max(FULL_SIDE / max(finest), 1), 2))
    levels = [Level(finest, max_evaluations)]
    coarse = images.fit_size(finest, max(finest) // 2)
    if max(coarse) >= MIN_LEVEL_SIDE and min(coarse) >= images.MINIMUM_SIDE:
        levels.insert(0, Level(coarse, round(COARSE_EVALUATIONS * max_evaluations)))
    return tuple(levels)


def plan_painting(
    size: images.Size, solve_size: int, max_evaluations: int | None = None
) -> tuple[Level, ...]:
    """Choose the sizes to paint at, coarsest first: large strokes come from the coarse ones.

    Args:
        size: (height, width) of the content image.
        solve_size: longer side of the finest level, at most; an image is never enlarged.
        max_evaluations: evaluations at the finest level; coarser ones, which cost less, have more.
            None: `FINEST_PAINTING_EVALUATIONS`.

    Returns:
        The levels, by `PAINTING_FACTOR` apart.
    """
    finest = images.workable_size(size, solve_size)
    if max_evaluations is None:
        max_evaluations = FINEST_PAINTING_EVALUATIONS
    levels = [Level(finest, max_evaluations)]
    longer_side = max(finest)
    while (longer_side := round(longer_side / PAINTING_FACTOR)) >= MIN_PAINTED_SIDE:
        coarse = images.fit_size(finest, longer_side)
        if min(coarse) < images.MINIMUM_SIDE:
            break
        evaluations = round(PAINTING_EVALUATIONS * levels[0].max_evaluations)
        levels.insert(0, Level(coarse, min(evaluations, 2 * max_evaluations)))
    return tuple(levels)


def _rounded(size: images.Size) -> images.Size:
    longer, shorter = max(size), min(size)
    if shorter >= MIN_ROUNDED_SIDE:
        shorter = min(round(shorter / SIDE_MULTIPLE) * SIDE_MULTIPLE, longer)
    return (shorter, longer) if size[0] <= size[1] else (longer, shorter)


def solver_preconditioner(content_image: np.ndarray) -> GuidedFilter:
    """What the solver's steps at a level are smoothed by, for a content image of its size."""
    return GuidedFilter.from_image(
        content_image, GRID_SPACINGS, GRID_WEIGHTS, GUIDE_EPSILON, IDENTITY_WEIGHT
    )


AS_PHOTO: Carrier[LocalAffineMap] = Carrier(
    fit=partial(fit_local_affine, radius=MAP_RADIUS, epsilon=MAP_EPSILON),
    preconditioner=solver_preconditioner,
)
"""The local affine map, so that edges stay those of the content image; preconditioned by its guided
filter."""

AS_PICTURE: Carrier[PaintedPicture] = Carrier(
    fit=lambda content, output: PaintedPicture(output), preconditioner=None
)
"""The pixels, which owe the content image nothing."""


def solve(
    content_image: np.ndarray,
    initial_image: np.ndarray,
    levels: tuple[Level, ...],
    build_objective: Callable[[np.ndarray], Objective | MovingObjective],
    carrier: Carrier[MapT],
    optimizer: str = "lbfgs",
    callback: Callable[[Progress], bool | None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Solution[MapT]:
    """Minimise an objective from the coarsest level to the finest.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1], at full size.
        initial_image: the same at the size of the coarsest level, where it starts.
        levels: from `plan_levels`.
        build_objective: makes the objective of a level from the content image at its size. A moving
            one looks at the image every `FOLLOWING_CHUNKS`; its losses compare only in between.
        carrier: what goes from level to level: `AS_PHOTO` or `AS_PICTURE`.
        optimizer: "lbfgs" or "adam".
        callback: called with the initial image at once, unless a saved state is gone on from, and
            after each chunk; if it returns True, the solve ends with what it has.
        checkpoint: goes on from the state that it holds, if any, and is kept up to date.

    Returns:
        The solution. After a KeyboardInterrupt, the best so far; likewise where the objective of a
        level after the first is not finite where it starts.

    Raises:
        KeyboardInterrupt: interrupted before there was any result.
        FloatingPointError: the objective is not finite where the first level starts.
        ValueError: there are no levels.
    """
    saved = checkpoint.load(optimizer) if checkpoint else None
    history = list(saved.history) if saved else []
    clock = _Clock(levels)
    output_map: MapT | None = None
    stop_reason = StopReason.MAX_EVALUATIONS

    def report(
        result: OptimizerResult | None,
        image: np.ndarray | tf.Tensor,
        minimized: Objective | None = None,
    ) -> bool:
        evaluations = 0 if result is None else result.num_evaluations
        progress = Progress(
            level=index,
            num_levels=len(levels),
            evaluations=evaluations,
            max_evaluations=level.max_evaluations,
            loss=None if result is None else float(result.value),
            seconds_left=None if result is None else clock.seconds_left(index, evaluations),
            image=tf.convert_to_tensor(image),
            objective=minimized,
        )
        return callback is not None and bool(callback(progress))

    for index, level in enumerate(levels):
        if saved and index < saved.level:
            continue
        content = images.resize(content_image, level.size)
        start = initial_image if output_map is None else output_map.apply(content)
        start = np.clip(start, 0, 1)
        result = saved.result if saved and index == saved.level else None
        stop_reason = result.stop_reason if result is not None else stop_reason
        try:
            if index == 0 and result is None and report(None, start):
                output_map = carrier.fit(content, start)
                stop_reason = StopReason.INTERRUPTED
                break
            objective = build_objective(content)
            preconditioner = carrier.preconditioner and carrier.preconditioner(content)
            losses = [loss for at, _, loss in history if at == index]
            chunks = _chunks(objective, preconditioner, start, level, optimizer, result, losses)
            for minimized, result in chunks:
                stop_reason = result.stop_reason
                history.append((index, result.num_evaluations, float(result.value)))
                losses.append(history[-1][-1])
                # A moving objective can be made anew only where it looks at the image.
                is_whole = isinstance(objective, Objective) or len(losses) % FOLLOWING_CHUNKS == 0
                if checkpoint and is_whole:
                    checkpoint.save(SolveState(index, tuple(history), result))
                if report(result, result.position, minimized):
                    stop_reason = StopReason.INTERRUPTED
                    break
        except KeyboardInterrupt:
            if result is None and output_map is None:
                raise
            stop_reason = StopReason.INTERRUPTED
        except FloatingPointError:
            if result is None and output_map is None:
                raise
            stop_reason = StopReason.NOT_FINITE
        if result is not None:
            output = np.clip(result.position.numpy(), 0, 1)
            output_map = carrier.fit(content, output)
        if stop_reason is StopReason.INTERRUPTED:
            break
    if output_map is None:
        raise ValueError("levels is empty, must hold at least one level; see plan_levels.")
    return Solution(output_map, tuple(history), stop_reason)


def _chunks(
    objective: Objective | MovingObjective,
    preconditioner: Callable[[tf.Tensor], tf.Tensor] | None,
    start: np.ndarray,
    level: Level,
    optimizer: str,
    result: OptimizerResult | None = None,
    losses: Sequence[float] = (),
) -> Iterator[tuple[Objective, OptimizerResult]]:
    """What was minimised in each chunk and the result after it, until the level ends.

    They go on from a result, if there is one, after chunks that ended with some losses.
    """
    minimize = partial(OPTIMIZERS[optimizer], preconditioner=preconditioner)
    position = tf.constant(start, tf.float32)
    values = list(losses) if isinstance(objective, Objective) else []
    while result is None or not _is_over(result, level):
        previous = result
        done = 0 if result is None else result.num_evaluations
        if isinstance(objective, Objective):
            current = objective
        elif len(values) % FOLLOWING_CHUNKS == 0:
            current = objective.at(position if result is None else result.position)
            previous = result and _RESTARTED[optimizer](result)
            values = []
        result = minimize(
            current,
            position,
            max_evaluations=min(CHUNK_EVALUATIONS, level.max_evaluations - done),
            previous_result=previous,
        )
        if not np.isfinite(float(result.value)):
            raise FloatingPointError(
                f"the objective is {float(result.value)} at the initial image, it and its "
                "gradient must be finite; lower the weights, or start from --init=content."
            )
        values.append(float(result.value))
        # Two, since a chunk may be spent on shortening one bad step.
        if len(values) > 2 and result.stop_reason is StopReason.MAX_EVALUATIONS:
            if values[-3] - values[-1] < MIN_PROGRESS * values[-3]:
                result = dataclasses.replace(result, stop_reason=StopReason.LITTLE_PROGRESS)
        yield current, result


def _is_over(result: OptimizerResult, level: Level) -> bool:
    """Whether a level ends with this result."""
    is_spent = result.num_evaluations >= level.max_evaluations
    return is_spent or result.stop_reason is not StopReason.MAX_EVALUATIONS


class _Clock:
    """Estimates the time left, from the time that a pixel's evaluation took since the first chunk.

    The first chunk is traced and compiled, which says nothing about those that follow.
    """

    def __init__(self, levels: tuple[Level, ...]) -> None:
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
