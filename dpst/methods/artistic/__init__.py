"""Artistic transfer, after Gatys, Ecker and Bethge, 2016, with one style image or several."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dpst import images
from dpst.methods.artistic.plan import ArtisticPlan, plan
from dpst.methods.work import Work

if TYPE_CHECKING:
    from dpst.methods.result import TransferResult

__all__ = ["ArtisticPlan", "description", "is_by_segment", "plan", "transfer"]

description = "paint it anew, as a painting"
is_by_segment = False


def transfer(
    plan: ArtisticPlan,
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    work: Work,
) -> "TransferResult":
    """Solve, see `dpst.methods.Method`; TensorFlow is loaded here at the earliest."""
    from dpst.methods.artistic.transfer import transfer_artistic

    return transfer_artistic(content_image, style_images, plan, work)
