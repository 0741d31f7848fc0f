"""Style copies: the style image rotated and enlarged, to give more patches to choose from.

Source: Li and Wand, "Combining Markov Random Fields and Convolutional Neural Networks for Image
Synthesis", 2016, section 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from dpst import images
from dpst.segmentation import SemanticMap


@dataclass(frozen=True, eq=False)
class StyleCopy:
    """A copy of the style image that patches are taken from.

    Attributes:
        image: float32 [height, width, 3], RGB in [0, 1].
        semantic_map: what its pixels mean, at any size of its aspect ratio; None if unknown.
        inside: float32 [height, width], 1 where it shows the style image, 0 in the corners that a
            rotation leaves; None if it shows it everywhere.
    """

    image: images.FloatImage
    semantic_map: SemanticMap | None
    inside: npt.NDArray[np.float32] | None = None


def style_copies(
    style_image: images.FloatImage,
    semantic_map: SemanticMap | None,
    longer_side: float,
    smallest_side: int,
    rotations: Sequence[float] = (),
    scales: Sequence[float] = (),
) -> tuple[StyleCopy, ...]:
    """Make the copies of the style image, each scale in each rotation.

    Args:
        style_image: float32 [height, width, 3], RGB in [0, 1].
        semantic_map: of the style image, or None.
        longer_side: longer side in pixels of the unscaled copies, at most the style image's own.
        smallest_side: least number of pixels that a side of a copy may have.
        rotations: degrees, counterclockwise; 0 always is one.
        scales: factors above 0; 1 always is one.

    Returns:
        The copies, the style image itself first.
    """
    copies = []
    for scale in (1.0, *scales):
        height, width = images.fit_area(style_image.shape[:2], max(longer_side, 1))
        size = (
            max(round(height * scale), smallest_side),
            max(round(width * scale), smallest_side),
        )
        image = images.resize(style_image, size)
        copies += [
            StyleCopy(image, semantic_map)
            if not degrees
            else _rotated(image, semantic_map, degrees)
            for degrees in (0.0, *rotations)
        ]
    return tuple(copies)


def _rotated(
    image: images.FloatImage, semantic_map: SemanticMap | None, degrees: float
) -> StyleCopy:
    """Return a copy on a canvas that holds all of the rotated image."""
    ones = np.ones(image.shape[:2], np.float32)
    # The map turns at its own size, where no value is mixed with another.
    turned_map = semantic_map and SemanticMap(
        _turned(semantic_map.values, degrees, cv2.INTER_NEAREST), semantic_map.names
    )
    return StyleCopy(
        image=np.clip(_turned(image, degrees, cv2.INTER_CUBIC), 0, 1),
        semantic_map=turned_map,
        inside=_turned(ones, degrees, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT),
    )


def _turned(
    values: npt.NDArray[np.float32],
    degrees: float,
    interpolation: int,
    border: int = cv2.BORDER_REFLECT,
) -> npt.NDArray[np.float32]:
    """Rotate an array [height, width, ...] about its centre, channel by channel."""
    height, width = values.shape[:2]
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    new_height = round(abs(height * cosine) + abs(width * sine))
    new_width = round(abs(width * cosine) + abs(height * sine))
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    matrix[:, 2] += (new_width - width) / 2, (new_height - height) / 2
    channels = np.atleast_3d(values)
    turned = [  # OpenCV takes at most four channels.
        cv2.warpAffine(
            np.ascontiguousarray(channels[..., index]),
            matrix,
            (new_width, new_height),
            flags=interpolation,
            borderMode=border,
        )
        for index in range(channels.shape[2])
    ]
    stacked = np.stack(turned, -1).astype(np.float32)
    return stacked.reshape(new_height, new_width, *values.shape[2:])
