"""The photo method from end to end: segments of a photo recoloured, the rest of it kept.

Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017.
"""

from collections.abc import Sequence

import numpy as np

from dpst import images
from dpst.looks.kept_segments import styled_share_map
from dpst.looks.recoloring import Recoloring
from dpst.looks.view import view_picture
from dpst.methods.carriers import AS_PHOTO
from dpst.methods.initial_image import initial_image
from dpst.methods.photo.objective import photo_objective
from dpst.methods.photo.plan import PhotoPlan
from dpst.methods.result import TransferResult, finish
from dpst.methods.work import Work
from dpst.solving.levels import plan_levels
from dpst.solving.objective import Objective
from dpst.solving.solve import solve


def transfer(
    plan: PhotoPlan,
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    work: Work,
) -> TransferResult:
    """Give the content photo the look of the style photo, see `Method.transfer`.

    Args:
        plan: the segments of both.
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: the style photo alone, float32 [style_height, style_width, 3].
        work: extractor, settings, callback and checkpoint.

    Returns:
        The result; its look is a recolouring.
    """
    (style_image,) = style_images
    config = work.config
    size, budget = content_image.shape[:2], config.max_evaluations
    levels = plan_levels(size, config.solve_size, budget, config.effort)

    anchor = plan.anchor(content_image, style_image)

    def build(content: np.ndarray) -> Objective:
        style_size = images.workable_size(
            style_image.shape[:2], images.nominal_side(content.shape[:2])
        )
        style = images.resize(style_image, style_size)
        return photo_objective(
            work.extractor,
            content,
            style,
            anchor.apply(content),
            plan.pairing,
            config,
            plan.is_labelled,
            anchor.held,
        )

    def color_matched(size: images.Size) -> images.FloatImage:
        return anchor.apply(images.resize(content_image, size))

    start = initial_image(
        config.init, levels[0].size, content_image, style_image, color_matched, config.seed
    )
    colors = images.ColorSubspace.of_images(style_images)
    options = config.optimizer, work.callback, work.checkpoint, colors
    solution = solve(content_image, start, levels, build, AS_PHOTO, *options)
    styled_share = styled_share_map(content_image, plan.pairing)
    view = view_picture(content_image)
    look = Recoloring(solution.output_map, styled_share, content_image.shape[:2], view)
    return finish(solution, look, plan, plan.pairing, content_image, style_image, work)
