"""The semantic method from end to end: a content image repainted, a doodle, or a texture.

Source: Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles into Fine Artworks", 2016.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.looks.color_preservation import with_colors_of
from dpst.looks.painted_picture import PaintedPicture
from dpst.methods.artistic.transfer import initial_image, prepared
from dpst.methods.semantic.objective import semantic_objective, smallest_side
from dpst.methods.semantic.plan import SemanticPlan
from dpst.methods.semantic.style_copies import style_copies
from dpst.setting_lists import parse_layers, parse_numbers
from dpst.solving.checkpoint import Checkpoint
from dpst.solving.objective import MovingObjective
from dpst.solving.solve import AS_PICTURE, Progress, Solution, plan_painting, solve

ROTATIONS = (-360.0, 360.0)
SCALES = (0.25, 4.0)


def paint_semantic(
    content_image: np.ndarray,
    style_image: np.ndarray,
    plan: SemanticPlan,
    extractor: Extractor,
    config: TransferConfig,
    callback: Callable[[Progress], bool | None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Solution[PaintedPicture]:
    """Paints out of patches of the style image.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1]; of a doodle its `canvas`.
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        plan: the maps and regions.
        extractor: source of the features.
        config: the settings.
        callback: see `solve`.
        checkpoint: see `solve`.

    Returns:
        The solution. After a KeyboardInterrupt, the best so far.

    Raises:
        KeyboardInterrupt: interrupted before there was any result.
        FloatingPointError: the objective is not finite where it starts.
        ValueError: a layer is unknown, an image too small for a patch, or all weights are 0.
    """
    if not config.style_weight and not config.statistics_weight:
        raise ValueError(
            "style_weight and statistics_weight are both 0, one must be above 0: there is nothing "
            "to paint with."
        )
    layers = parse_layers(config.style_layers, extractor.patch_layers, "style_layers")
    smallest = smallest_side(extractor, tuple(layers), config.patch_size)
    rotations = parse_numbers(config.patch_rotations, "patch_rotations", *ROTATIONS)
    scales = parse_numbers(config.patch_scales, "patch_scales", *SCALES)
    levels = tuple(
        level
        for level in plan_painting(
            content_image.shape[:2], config.solve_size, config.max_evaluations
        )
        if min(level.size) >= smallest
    )
    if not levels:
        height, width = content_image.shape[:2]
        raise ValueError(
            f"the output is solved at {width}x{height} px, or less by solve_size, each side must "
            f"have at least {smallest} px for patches of {config.patch_size} positions: take a "
            "larger image or solve_size, or a smaller patch_size."
        )
    canvas, (style,) = prepared(content_image, [style_image], config)

    def build(content: np.ndarray) -> MovingObjective:
        longer_side = max(content.shape[:2]) * config.style_scale
        copies = style_copies(style, plan.style_map, longer_side, smallest, rotations, scales)
        return semantic_objective(
            extractor, content, plan.is_doodle, copies, plan.content_map, plan.regions, config
        )

    if plan.is_doodle and config.init == "content":
        config = dataclasses.replace(config, init="noise")
    start = initial_image(canvas, [style], config, levels[0])
    options = config.optimizer, callback, checkpoint
    solution = solve(canvas, start, levels, build, AS_PICTURE, *options)
    picture = np.clip(solution.output_map.apply(content_image), 0, 1)
    if config.preserve_color == "luminance":
        picture = with_colors_of(content_image, picture)
    return dataclasses.replace(solution, output_map=PaintedPicture(picture.astype(np.float32)))
