"""Levels: the sizes at which a picture is solved, from coarse to fine, and their evaluations."""

from dataclasses import dataclass

from dpst import images
from dpst.efforts import PAINTING_EFFORTS, PHOTO_EFFORTS, Effort

COARSE_EVALUATIONS = 1.5  # per evaluation at the finest level, at each level below
MIN_LEVEL_SIDE = 200  # a coarser level's longer side is at least this
PAINTING_FACTOR = 1.8  # from a painting's level to the next
COARSE_PAINTING_EVALUATIONS = 1.6  # at a painting's level, per evaluation at the next finer one
MIN_PAINTED_SIDE = 140  # a painting's coarsest level has at least this longer side
SIDE_MULTIPLE = 16  # the shorter side is rounded to it, so that photos of many sizes share traces
MIN_ROUNDED_SIDE = 128  # below it that would distort too much


@dataclass(frozen=True)
class Level:
    """One size to solve.

    Attributes:
        size: (height, width) in pixels.
        max_evaluations: the most evaluations of the objective there; with 0 what it starts from is
            its output.
    """

    size: images.Size
    max_evaluations: int


def plan_levels(
    size: images.Size,
    solve_size: int,
    max_evaluations: int | None = None,
    effort: Effort = PHOTO_EFFORTS["normal"],
) -> tuple[Level, ...]:
    """Choose the sizes to solve: the finest one and its half, coarsest first.

    Args:
        size: (height, width) of the content image.
        solve_size: longer side of the finest level, at most, see `images.fit_area`; an image is
            never enlarged.
        max_evaluations: evaluations at the finest level. None: those of the effort, and up to twice
            as many below its size, where a pixel holds more of the look and costs less.
        effort: what the quality is worth.

    Returns:
        One or two levels: below half the size there is little left to gain. The shorter side may
        differ from that of the aspect ratio by half of `SIDE_MULTIPLE`; what is solved is a map of
        colours, which does not mind.
    """
    finest = _rounded(images.workable_size(size, solve_size))
    if max_evaluations is None:
        factor = min(max(effort.solve_size / max(finest), 1), 2)
        max_evaluations = round(factor * effort.max_evaluations)
    levels = [Level(finest, max_evaluations)]
    coarse = images.fit_size(finest, max(finest) // 2)
    if max(coarse) >= MIN_LEVEL_SIDE and min(coarse) >= images.MINIMUM_SIDE:
        levels.insert(0, Level(coarse, round(COARSE_EVALUATIONS * max_evaluations)))
    return tuple(levels)


def plan_painting(
    size: images.Size,
    solve_size: int,
    max_evaluations: int | None = None,
    effort: Effort = PAINTING_EFFORTS["normal"],
) -> tuple[Level, ...]:
    """Choose the sizes to paint at, coarsest first: large strokes come from the coarse ones.

    Args:
        size: (height, width) of the content image.
        solve_size: longer side of the finest level, at most, see `images.fit_area`; an image is
            never enlarged.
        max_evaluations: evaluations at the finest level; coarser ones, which cost less, have more.
            None: those of the effort.
        effort: what the quality is worth.

    Returns:
        The levels, by `PAINTING_FACTOR` apart.
    """
    finest = images.workable_size(size, solve_size)
    if max_evaluations is None:
        max_evaluations = effort.max_evaluations
    levels = [Level(finest, max_evaluations)]
    longer_side = max(finest)
    while (longer_side := round(longer_side / PAINTING_FACTOR)) >= MIN_PAINTED_SIDE:
        coarse = images.fit_size(finest, longer_side)
        if min(coarse) < images.MINIMUM_SIDE:
            break
        evaluations = round(COARSE_PAINTING_EVALUATIONS * levels[0].max_evaluations)
        levels.insert(0, Level(coarse, min(evaluations, 2 * max_evaluations)))
    return tuple(levels)


def _rounded(size: images.Size) -> images.Size:
    """Round the shorter side, where that distorts little."""
    longer, shorter = max(size), min(size)
    if shorter >= MIN_ROUNDED_SIDE:
        shorter = min(round(shorter / SIDE_MULTIPLE) * SIDE_MULTIPLE, longer)
    return (shorter, longer) if size[0] <= size[1] else (longer, shorter)
