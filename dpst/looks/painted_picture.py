"""`PaintedPicture`: an output as pixels, enlarged to the size that is wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dpst import images


@dataclass(frozen=True, eq=False)
class PaintedPicture:
    """An output stored as pixels; only its size comes from the content image.

    Attributes:
        picture: float32 [height, width, 3], RGB in [0, 1].
        painted_share: float32 [height, width, 1] in [0, 1], how much of each pixel is painted; the
            rest is the content image. None if all is painted.
    """

    picture: np.ndarray
    painted_share: np.ndarray | None = None

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Return the picture in the place of a content image.

        Args:
            image: float32 [height, width, 3], RGB, of any size.

        Returns:
            float32 of its shape, not clipped.
        """
        size = image.shape[:2]
        picture = images.resize(self.picture, size)
        if self.painted_share is None:
            return picture
        share = images.resize(self.painted_share.repeat(3, -1), size)
        return share * picture + (1 - share) * image

    def apply_to_photo(self, photo: images.Photo) -> images.Photo:
        """Return the picture as a photo, with the size, colour space, depth and metadata of one."""
        output = self.apply(photo.image() if self.painted_share is not None else photo.pixels)
        return photo.recolored(lambda band, rows: np.clip(output[rows], 0, 1))

    def with_size(self, size: images.Size) -> PaintedPicture:
        """Return the picture itself, which takes any size."""
        return self
