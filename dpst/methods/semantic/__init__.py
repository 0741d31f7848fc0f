"""Semantic transfer and doodles, after Champandard, 2016."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dpst import images
from dpst.methods.semantic.plan import SemanticPlan, plan
from dpst.methods.work import Work

if TYPE_CHECKING:
    from dpst.methods.result import TransferResult

__all__ = ["SemanticPlan", "description", "is_by_segment", "plan", "transfer"]

description = "paint its segments out of patches of the style"
is_by_segment = True


def transfer(
    plan: SemanticPlan,
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    work: Work,
) -> "TransferResult":
    """Solve, see `dpst.methods.Method`; TensorFlow is loaded here at the earliest."""
    from dpst.methods.semantic.transfer import transfer_semantic

    return transfer_semantic(content_image, style_images[0], plan, work)
