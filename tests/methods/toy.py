"""A method that is not of the library: it paints the content image upside down."""

from __future__ import annotations

from dpst.methods import Plan
from dpst.segmentation import single_segment

description = "turn it upside down"
is_by_segment = False


def plan(inputs, config, find):
    content = inputs.photo(config)
    rows = single_segment(content.shape[:2], inputs.style_images[0].shape[:2]).segments
    return Plan(segments=rows)


def transfer(plan, content_image, style_images, work):
    from dpst.looks.painted_picture import PaintedPicture
    from dpst.methods.result import finish
    from dpst.optimizers import StopReason
    from dpst.solving.solve import Solution

    picture = PaintedPicture(content_image[::-1].copy())
    solution = Solution(picture, (), StopReason.CONVERGED)
    pairing = single_segment(content_image.shape[:2], style_images[0].shape[:2])
    return finish(solution, picture, plan, pairing, content_image, style_images[0], work)
