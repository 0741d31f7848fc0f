"""Images as a caller gives them: arrays of floats or of bytes, or Pillow's images."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from PIL import Image

from dpst.images.checks import check_image, check_same_size
from dpst.images.pixels import FloatImage, to_unit_range


def given_image(image: Any, name: str = "image") -> FloatImage:
    """Return an image that a caller gave, whatever it was given as.

    Args:
        image: floating [height, width, 3], RGB in [0, 1]; uint8 or uint16 of that shape; or an
            opaque image of Pillow.
        name: what it is, for messages.

    Returns:
        float32 [height, width, 3], RGB in [0, 1]; integers divided by the largest of their type.

    Raises:
        TypeError: it is a path or None.
        ValueError: it is not RGB in [0, 1], or has transparency.
    """
    if image is None or isinstance(image, str | bytes | os.PathLike):
        raise TypeError(
            f"{name} is {image!r}, it must be an array [height, width, 3] or an image of Pillow: "
            "read a file with dpst.images.read_image(path)."
        )
    if isinstance(image, Image.Image):
        if image.has_transparency_data:
            raise ValueError(
                f"{name} has transparency, it must be opaque: put it over a colour first."
            )
        is_deep = image.mode.startswith("I") or image.mode == "F"
        if is_deep:
            raise ValueError(
                f"{name} is an image of mode {image.mode!r}, it must have 8 bits a channel: give "
                "an array."
            )
        image = np.asarray(image.convert("RGB"))
    array = np.asarray(image)
    if array.dtype in (np.uint8, np.uint16):
        array = to_unit_range(array)
    check_image(array, name)
    return array.astype(np.float32)


def given_pair(image: Any, reference: Any, names: tuple[str, str]) -> tuple[FloatImage, FloatImage]:
    """Return two images that a caller gave, to be compared pixel by pixel.

    Args:
        image: the first, see `given_image`.
        reference: the second.
        names: what they are, for messages.

    Returns:
        Both as float32 [height, width, 3], RGB in [0, 1].

    Raises:
        TypeError: one is a path or None.
        ValueError: one is not RGB in [0, 1], or has transparency; or their sizes differ.
    """
    pair = given_image(image, names[0]), given_image(reference, names[1])
    check_same_size(*pair, names)
    return pair
