"""`Recoloring`: a local affine map of colours, for the scene's photos of any size and depth."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from dpst import images
from dpst.looks.kept_segments import restore_kept_segments
from dpst.looks.view import is_same_view, view_picture
from dpst.segmentation.label_maps.aspect import check_aspect
from matting import LocalAffineMap


@dataclass(frozen=True, eq=False)
class Recoloring:
    """What a photo transfer found, in a form that any photo of the same view can take.

    Attributes:
        local_map: the local affine map from the photo's colours to the look's.
        styled_share: the map of where the photo is styled, see `styled_share_map`; None if it
            is styled everywhere.
        size: (height, width) of the photo that it was found for.
        view: a small picture of that photo, see `view_picture`; None if it is not known.
    """

    local_map: LocalAffineMap
    styled_share: LocalAffineMap | None
    size: images.Size
    view: np.ndarray | None = None

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Return the look on an image of any size.

        Args:
            image: float32 [height, width, 3], RGB.

        Returns:
            float32 [height, width, 3], not clipped.
        """
        output = self.local_map.apply(image)
        if self.styled_share is None:
            return output
        return restore_kept_segments(image, output, self.styled_share.apply(image))

    def apply_to_photo(self, photo: images.Photo) -> images.Photo:
        """Return a photo in its new look, as its file holds it; in bands of bounded memory.

        Args:
            photo: a photo of any size, colour space and depth.

        Returns:
            The photo in its own colour space and depth, with its metadata.
        """

        def change(band: np.ndarray, rows: slice) -> np.ndarray:
            output = self.local_map.apply_band(band, rows.start, photo.size)
            if self.styled_share is None:
                return output
            shares = self.styled_share.apply_band(band, rows.start, photo.size)
            return restore_kept_segments(band, output, shares)

        return photo.recolored(change)

    def with_size(self, size: images.Size) -> Recoloring:
        """Return the look as found for the photo of this size, of which a copy was solved."""
        return dataclasses.replace(self, size=size)

    def check_view(
        self,
        image: images.FloatImage,
        size: images.Size | None = None,
        name: str = "content_image",
    ) -> None:
        """Check that a photo is of the view that the look was found for.

        Args:
            image: float32 [height, width, 3], RGB in [0, 1]: the photo, or a copy of any size.
            size: (height, width) of the photo; None for that of the image.
            name: what it is, for the message.

        Raises:
            ValueError: it has another aspect ratio, or shows something else.
        """
        size = size or image.shape[:2]
        try:
            check_aspect(size, self.size, name)
        except ValueError as error:
            raise ValueError(
                f"{name} is {size[1]}x{size[0]} px, the look was found for a photo of "
                f"{self.size[1]}x{self.size[0]} px (width x height), the aspect ratios must agree: "
                "give another frame or another export of the same view."
            ) from error
        if self.view is not None and not is_same_view(self.view, view_picture(image)):
            raise ValueError(
                f"{name} shows something else than the photo that the look was found for, it must "
                "be of the same view, since the look's colours have their places: give another "
                "frame or export of that photo, or transfer anew."
            )


def apply_full_resolution(look: Recoloring, content_image: Any) -> np.ndarray:
    """Apply what a transfer found to the photo at its own size, or to another of the same view.

    Args:
        look: from `TransferResult.look` or `load_look`.
        content_image: floating [height, width, 3], RGB in [0, 1], of any size; or what
            `images.given_image` takes.

    Returns:
        float32 [height, width, 3], RGB in [0, 1].

    Raises:
        ValueError: the image is not [height, width, 3], or not of the view that the look was
            found for; `look.apply` does not check that.
    """
    image = images.given_image(content_image, "content_image")
    look.check_view(image)
    return np.clip(look.apply(image), 0, 1)
