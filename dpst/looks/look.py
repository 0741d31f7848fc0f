"""`Look`: what a transfer found, whatever the method."""

from __future__ import annotations

from typing import Protocol

from dpst import images


class Look(Protocol):
    """What a transfer found, in a form that reaches the content image at any size.

    A `Recoloring` is a map of the photo's colours, a `PaintedPicture` the pixels themselves.
    """

    def apply(self, image: images.FloatImage) -> images.FloatImage:
        """Return the output for a content image.

        Args:
            image: float32 [height, width, 3], RGB, of any size.

        Returns:
            float32 of its shape, not clipped.
        """

    def apply_to_photo(self, photo: images.Photo) -> images.Photo:
        """Return the output in the place of a photo, with its size, colour space and depth."""

    def with_size(self, size: images.Size) -> Look:
        """Return the look as that of a photo of this size, of which a copy was solved."""
