"""Transfer: nothing needs to be solved."""

from __future__ import annotations

from dpst.looks.painted_picture import PaintedPicture
from dpst.methods.result import finish
from dpst.optimizers import StopReason
from dpst.segmentation import single_segment
from dpst.solving.solve import Solution


def transfer(plan, content_image, style_images, work):
    picture = PaintedPicture(content_image[::-1].copy())
    solution = Solution(picture, (), StopReason.CONVERGED)
    pairing = single_segment(content_image.shape[:2], style_images[0].shape[:2])
    return finish(solution, picture, plan, pairing, content_image, style_images[0], work)
