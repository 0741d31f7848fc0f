"""The semantic method from end to end: a content image repainted, a doodle, or a texture.

Source: Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles into Fine Artworks", 2016.
"""

import dataclasses
from collections.abc import Sequence

from dpst import images
from dpst.config import TransferConfig
from dpst.looks.color_preservation import colors_to_paint_in, painted_picture, recolor
from dpst.looks.painted_picture import PaintedPicture
from dpst.methods.carriers import AS_PICTURE
from dpst.methods.initial_image import initial_image
from dpst.methods.result import TransferResult, finish
from dpst.methods.semantic.objective import semantic_objective, smallest_side
from dpst.methods.semantic.plan import SemanticPlan
from dpst.methods.semantic.style_copies import style_copies
from dpst.methods.work import Work
from dpst.segmentation import single_segment
from dpst.setting_lists import parse_layers, parse_numbers
from dpst.solving.levels import Level, plan_painting
from dpst.solving.objective import MovingObjective
from dpst.solving.solve import Solution, solve

ROTATIONS = (-360.0, 360.0)
SCALES = (0.25, 4.0)


def transfer(
    plan: SemanticPlan,
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    work: Work,
) -> TransferResult:
    """Paint out of patches of the style image, see `Method.transfer`.

    Args:
        plan: the maps and regions.
        content_image: float32 [height, width, 3], RGB in [0, 1]; for a doodle the plan's canvas.
        style_images: the style image alone, float32 [style_height, style_width, 3].
        work: extractor, settings, callback and checkpoint.

    Returns:
        The result; its look is a painted picture.

    Raises:
        ValueError: an image is too small for a patch, or all weights are 0.
    """
    (style_image,) = style_images
    solution = paint_patches(content_image, style_image, plan, work)
    whole = single_segment(content_image.shape[:2], style_image.shape[:2])
    return finish(solution, solution.output_map, plan, whole, content_image, style_image, work)


def paint_patches(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    plan: SemanticPlan,
    work: Work,
) -> Solution[PaintedPicture]:
    """Solve for the picture.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        plan: the maps and regions.
        work: extractor, settings, callback and checkpoint.

    Returns:
        The solution.

    Raises:
        ValueError: an image is too small for a patch, or all weights are 0.
    """
    extractor, config = work.extractor, work.config
    if not config.style_weight and not config.statistics_weight:
        raise ValueError(
            "style_weight and statistics_weight are both 0, one must be above 0: there is nothing "
            "to paint with."
        )
    layers = parse_layers(config.style_layers, extractor.patch_layers, "style_layers")
    smallest = smallest_side(extractor, tuple(layers), config.patch_size)
    rotations = parse_numbers(config.patch_rotations, "patch_rotations", *ROTATIONS)
    scales = parse_numbers(config.patch_scales, "patch_scales", *SCALES)
    levels = _levels(content_image.shape[:2], smallest, config)
    canvas, (style,) = colors_to_paint_in(content_image, [style_image], config.preserve_color)

    def build(content: images.FloatImage) -> MovingObjective:
        longer_side = images.nominal_side(content.shape[:2]) * config.style_scale
        copies = style_copies(style, plan.style_map, longer_side, smallest, rotations, scales)
        is_doodle = not plan.has_content
        return semantic_objective(
            extractor, content, is_doodle, copies, plan.content_map, plan.regions, config
        )

    def color_matched(size: images.Size) -> images.FloatImage:
        return images.resize(recolor(canvas, style), size)

    init = config.init if plan.has_content or config.init != "content" else "noise"
    start = initial_image(init, levels[0].size, canvas, style, color_matched, config.seed)
    colors = images.ColorSubspace.of_images([style])
    options = config.optimizer, work.callback, work.checkpoint, colors
    solution = solve(canvas, start, levels, build, AS_PICTURE, *options)
    output = solution.output_map.apply(content_image)
    picture = painted_picture(output, content_image, config.preserve_color)
    return dataclasses.replace(solution, output_map=picture)


def _levels(size: images.Size, smallest: int, config: TransferConfig) -> tuple[Level, ...]:
    """Return the levels that are large enough for a patch.

    Raises:
        ValueError: there are none.
    """
    planned = plan_painting(size, config.solve_size, config.max_evaluations, config.effort)
    levels = tuple(level for level in planned if min(level.size) >= smallest)
    if not levels:
        raise ValueError(
            f"the output is solved at {size[1]}x{size[0]} px, or less by solve_size, each side "
            f"must have at least {smallest} px for patches of {config.patch_size} positions: take "
            "a larger image or solve_size, or a smaller patch_size."
        )
    return levels
