"""Photorealistic transfer, after Luan, Paris, Shechtman and Bala, 2017."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dpst import images
from dpst.methods.photo.plan import PhotoPlan, plan
from dpst.methods.work import Work

if TYPE_CHECKING:
    from dpst.methods.result import TransferResult

__all__ = ["PhotoPlan", "description", "is_by_segment", "plan", "transfer"]

description = "keep the photo a photo"
is_by_segment = True


def transfer(
    plan: PhotoPlan,
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    work: Work,
) -> "TransferResult":
    """Solve, see `dpst.methods.Method`; TensorFlow is loaded here at the earliest."""
    from dpst.methods.photo.transfer import transfer_photo

    return transfer_photo(content_image, style_images[0], plan, work)
