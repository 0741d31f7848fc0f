"""The artistic method from end to end: one style or several, everywhere or by segment.

Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016;
"A Closer Look at Neural Style" for the four ways to use several styles.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from dpst import images
from dpst.looks.color_preservation import colors_to_paint_in, painted_picture, recolor
from dpst.looks.painted_picture import PaintedPicture
from dpst.methods.artistic.locality import weight_by_distance
from dpst.methods.artistic.objective import artistic_objective
from dpst.methods.artistic.plan import ArtisticPlan
from dpst.methods.carriers import AS_PICTURE, solver_preconditioner
from dpst.methods.initial_image import initial_image
from dpst.methods.result import TransferResult, finish
from dpst.methods.work import Work
from dpst.optimizers import StopReason
from dpst.segmentation import KEPT, StyleRegion, average_masks, single_segment
from dpst.solving.levels import plan_painting
from dpst.solving.objective import Objective
from dpst.solving.progress import HistoryRow
from dpst.solving.solve import Carrier, Solution, solve


def transfer(
    plan: ArtisticPlan,
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    work: Work,
) -> TransferResult:
    """Paint the content image in the manner of the style images, see `Method.transfer`.

    Args:
        plan: which style serves which region; regions that are kept as photographed are exactly
            the content image in the result.
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1].
        work: extractor, settings, callback and checkpoint.

    Returns:
        The result; its look is a painted picture.
    """
    solution = paint(content_image, style_images, plan.regions, work)
    pairing = single_segment(content_image.shape[:2], style_images[0].shape[:2])
    if len(style_images) > 1:  # There is no single style to measure against.
        pairing = dataclasses.replace(pairing, style_index=(KEPT,))
    look = solution.output_map
    return finish(solution, look, plan, pairing, content_image, style_images[0], work)


def paint(
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    regions: Sequence[StyleRegion],
    work: Work,
) -> Solution[PaintedPicture]:
    """Solve for the picture, see `transfer`.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1].
        regions: which style serves which part, with masks of 0 and 1.
        work: extractor, settings, callback and checkpoint.

    Returns:
        The solution.

    Raises:
        ValueError: content and style weight are both 0.
    """
    config = work.config
    if not config.content_weight and not config.style_weight:
        raise ValueError(
            "content_weight and style_weight are both 0, one must be above 0: there is nothing to "
            "paint."
        )
    canvas, styles = colors_to_paint_in(content_image, style_images, config.preserve_color)
    solve_regions = _solve_composite if config.multi_style == "composite" else _solve_at_once
    solution = solve_regions(canvas, styles, regions, work)
    kept = [region for region in regions if region.style == KEPT]
    painted_share = 1 - _share(kept, content_image.shape[:2])[..., None] if kept else None
    output = solution.output_map.apply(content_image)
    picture = painted_picture(output, content_image, config.preserve_color, painted_share)
    return dataclasses.replace(solution, output_map=picture)


def _solve_at_once(
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    regions: Sequence[StyleRegion],
    work: Work,
) -> Solution[PaintedPicture]:
    """Solve for all regions in one coarse-to-fine solve."""
    config, extractor = work.config, work.extractor
    size, budget = content_image.shape[:2], config.max_evaluations
    levels = plan_painting(size, config.solve_size, budget, config.effort)
    reported: Mapping[str, float] = {}
    if config.multi_style == "locality":
        regions, locality = weight_by_distance(regions)
        reported = {"locality": locality}

    def build(content: images.FloatImage) -> Objective:
        longer_side = images.nominal_side(content.shape[:2]) * config.style_scale
        smallest = extractor.minimum_side
        styles = [_resize_style(image, longer_side, smallest) for image in style_images]
        objective = artistic_objective(extractor, content, styles, regions, config)
        return dataclasses.replace(objective, reported=reported)

    def color_matched(size: images.Size) -> images.FloatImage:
        return images.resize(recolor(content_image, style_images[0]), size)

    is_photo = config.photorealism_weight > 0
    carrier = Carrier(AS_PICTURE.fit, solver_preconditioner) if is_photo else AS_PICTURE
    start = initial_image(
        config.init, levels[0].size, content_image, style_images[0], color_matched, config.seed
    )
    serving = {region.style for region in regions if config.style_weight} - {KEPT}
    painted_in = [style_images[style] for style in sorted(serving)]
    colors = images.ColorSubspace.of_images(painted_in) if painted_in else None
    options = config.optimizer, work.callback, work.checkpoint, colors
    return solve(content_image, start, levels, build, carrier, *options)


def _solve_composite(
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    regions: Sequence[StyleRegion],
    work: Work,
) -> Solution[PaintedPicture]:
    """Solve for each region's style alone on the whole image, and join the results by the masks.

    Regions that share a style image and a part of it share a solve.
    """
    size = content_image.shape[:2]
    alone = dataclasses.replace(work.config, multi_style="")
    picture = content_image.copy()
    history: list[HistoryRow] = []
    stop_reason = StopReason.MAX_EVALUATIONS
    for number, group in enumerate(_groups(regions)):
        everywhere = dataclasses.replace(group[0], mask=np.ones(size, np.float32), weight=1.0)
        part = work.checkpoint and work.checkpoint.part(number)
        own_work = dataclasses.replace(work, config=alone, checkpoint=part)
        solution = _solve_at_once(content_image, style_images, [everywhere], own_work)
        output = solution.output_map.apply(content_image)
        picture += _share(group, size)[..., None] * (output - content_image)
        history += solution.history
        stop_reason = solution.stop_reason
        if stop_reason is StopReason.INTERRUPTED:
            break
    return Solution(AS_PICTURE.fit(content_image, picture), tuple(history), stop_reason)


def _groups(regions: Sequence[StyleRegion]) -> Iterator[list[StyleRegion]]:
    """Yield the regions that are painted, grouped by what serves them."""
    rest = [region for region in regions if region.style != KEPT]
    while rest:
        first = rest[0]
        group = [r for r in rest if r.style == first.style and _is_same_part(r, first)]
        rest = [r for r in rest if all(r is not member for member in group)]
        yield group


def _is_same_part(region: StyleRegion, other: StyleRegion) -> bool:
    """Return whether two regions take the same part of their style image."""
    if region.style_mask is None or other.style_mask is None:
        return region.style_mask is other.style_mask
    return np.array_equal(region.style_mask, other.style_mask)


def _share(regions: Sequence[StyleRegion], size: images.Size) -> np.ndarray:
    """Return the part of each pixel that some regions cover, float32 [*size]."""
    return average_masks(np.sum([region.mask for region in regions], 0)[None], size)[0]


def _resize_style(image: images.FloatImage, longer_side: float, smallest: int) -> images.FloatImage:
    """Shrink a style image to a longer side, but not below what the extractor can read."""
    height, width = images.workable_size(image.shape[:2], max(longer_side, 1))
    return images.resize(image, (max(height, smallest), max(width, smallest)))
