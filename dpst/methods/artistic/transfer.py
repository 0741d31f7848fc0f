"""The artistic method from end to end: one style or several, everywhere or by segment.

Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016;
"A Closer Look at Neural Style" for the four ways to use several styles.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.looks.color_preservation import (
    luminance,
    matched_colors,
    matched_luminance,
    with_colors_of,
)
from dpst.looks.painted_picture import PaintedPicture
from dpst.methods.artistic.objective import artistic_objective, locality_term, localized_by_distance
from dpst.optimizers import StopReason
from dpst.segmentation import KEPT, StyleRegion, average_masks
from dpst.solving.checkpoint import Checkpoint
from dpst.solving.objective import Objective, Term
from dpst.solving.solve import (
    AS_PICTURE,
    Carrier,
    Level,
    Progress,
    Solution,
    plan_painting,
    solve,
    solver_preconditioner,
)

Callback = Callable[[Progress], bool | None]


def paint(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    regions: Sequence[StyleRegion],
    extractor: Extractor,
    config: TransferConfig,
    callback: Callback | None = None,
    checkpoint: Checkpoint | None = None,
) -> Solution[PaintedPicture]:
    """Paints the content image in the manner of the style images.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1].
        regions: which style serves which part, with masks of 0 and 1; those kept as photographed
            are exactly the content image in the result.
        extractor: source of the features.
        config: the settings; `multi_style` says how the regions meet.
        callback: see `solve`.
        checkpoint: see `solve`.

    Returns:
        The solution. After a KeyboardInterrupt, the best so far.

    Raises:
        KeyboardInterrupt: interrupted before there was any result.
        FloatingPointError: the objective is not finite where it starts.
        ValueError: a layer is unknown, or content and style weight are both 0.
    """
    if not config.content_weight and not config.style_weight:
        raise ValueError(
            "content_weight and style_weight are both 0, one must be above 0: there is nothing to "
            "paint."
        )
    canvas, styles = prepared(content_image, style_images, config)
    solved = _composite if config.multi_style == "composite" else _solved
    solution = solved(canvas, styles, regions, extractor, config, callback, checkpoint)
    picture = np.clip(solution.output_map.apply(content_image), 0, 1)
    if config.preserve_color == "luminance":
        picture = with_colors_of(content_image, picture)
    kept = [region for region in regions if region.style == KEPT]
    painted_share = 1 - _share(kept, content_image.shape[:2]) if kept else None
    painted = PaintedPicture(picture.astype(np.float32), painted_share)
    return dataclasses.replace(solution, output_map=painted)


def prepared(
    content_image: np.ndarray, style_images: Sequence[np.ndarray], config: TransferConfig
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The images in the colours that the solve works in, as `preserve_color` says.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: the same, of any sizes.
        config: the settings.

    Returns:
        The content image and the style images, of their shapes.
    """
    if config.preserve_color == "luminance":
        styles = [matched_luminance(image, content_image) for image in style_images]
        return luminance(content_image), styles
    if config.preserve_color == "matched":
        return content_image, [matched_colors(image, content_image) for image in style_images]
    return content_image, list(style_images)


def _solved(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    regions: Sequence[StyleRegion],
    extractor: Extractor,
    config: TransferConfig,
    callback: Callback | None,
    checkpoint: Checkpoint | None,
) -> Solution[PaintedPicture]:
    """One coarse-to-fine solve."""
    levels = plan_painting(content_image.shape[:2], config.solve_size, config.max_evaluations)
    extra_terms: tuple[Term, ...] = ()
    if config.multi_style == "locality":
        regions, locality = localized_by_distance(regions)
        extra_terms = (locality_term(locality),)

    def build(content: np.ndarray) -> Objective:
        longer_side = max(content.shape[:2]) * config.style_scale
        smallest = extractor.minimum_side
        styles = [_resized(image, longer_side, smallest) for image in style_images]
        objective = artistic_objective(extractor, content, styles, regions, config)
        return objective.with_terms(*extra_terms)

    is_photo = config.photorealism_weight > 0
    carrier = Carrier(AS_PICTURE.fit, solver_preconditioner) if is_photo else AS_PICTURE
    start = initial_image(content_image, style_images, config, levels[0])
    options = config.optimizer, callback, checkpoint
    return solve(content_image, start, levels, build, carrier, *options)


def _composite(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    regions: Sequence[StyleRegion],
    extractor: Extractor,
    config: TransferConfig,
    callback: Callback | None,
    checkpoint: Checkpoint | None,
) -> Solution[PaintedPicture]:
    """Each region's style solved alone on the whole image, the results put together by the masks.

    Regions that share a style image and a part of it share a solve.
    """
    alone = dataclasses.replace(config, multi_style="")
    whole = np.ones(content_image.shape[:2], np.float32)
    picture = content_image.copy()
    history: list[tuple[int, int, float]] = []
    stop_reason = StopReason.MAX_EVALUATIONS
    for number, group in enumerate(_groups(regions)):
        only = dataclasses.replace(group[0], mask=whole, weight=1.0)
        options = extractor, alone, callback, checkpoint and checkpoint.part(number)
        solution = _solved(content_image, style_images, [only], *options)
        share = average_masks(
            np.sum([region.mask for region in group], 0)[None], content_image.shape[:2]
        )[0]
        picture += share[..., None] * (solution.output_map.apply(content_image) - content_image)
        history += solution.history
        stop_reason = solution.stop_reason
        if stop_reason is StopReason.INTERRUPTED:
            break
    return Solution(AS_PICTURE.fit(content_image, picture), tuple(history), stop_reason)


def _groups(regions: Sequence[StyleRegion]) -> Iterator[list[StyleRegion]]:
    """Regions that are painted, by what serves them."""
    rest = [region for region in regions if region.style != KEPT]
    while rest:
        first = rest[0]
        group = [r for r in rest if r.style == first.style and _is_same(r, first)]
        rest = [r for r in rest if all(r is not member for member in group)]
        yield group


def _share(regions: Sequence[StyleRegion], size: images.Size) -> np.ndarray:
    """The part of each pixel that some regions cover, float32 [*size, 1]."""
    return average_masks(np.sum([region.mask for region in regions], 0)[None], size)[0][..., None]


def _is_same(region: StyleRegion, other: StyleRegion) -> bool:
    """Whether two regions take the same part of their style image."""
    if region.style_mask is None or other.style_mask is None:
        return region.style_mask is other.style_mask
    return np.array_equal(region.style_mask, other.style_mask)


def _resized(image: np.ndarray, longer_side: float, smallest: int) -> np.ndarray:
    """A style image of some longer side, at most its own, that the extractor can still read."""
    height, width = images.workable_size(image.shape[:2], max(round(longer_side), 1))
    return images.resize(image, (max(height, smallest), max(width, smallest)))


def initial_image(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    config: TransferConfig,
    level: Level,
) -> np.ndarray:
    """Where the solve starts, as `init` says.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: the same, of any sizes.
        config: the settings.
        level: the coarsest level.

    Returns:
        float32 [height, width, 3], of the level's size.
    """
    if config.init == "noise":
        return np.random.default_rng(config.seed).random((*level.size, 3), np.float32)
    if config.init == "style":
        return images.resize(style_images[0], level.size)
    if config.init == "color_matched":
        return images.resize(matched_colors(content_image, style_images[0]), level.size)
    if config.init == "content":
        return images.resize(content_image, level.size)
    return images.resize(images.read_image(config.init, "init"), level.size)
