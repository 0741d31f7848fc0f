"""Checks of images, pixels and label maps."""

from __future__ import annotations

import numpy as np

from dpst.images.pixels import Pixels
from dpst.images.resizing import MINIMUM_SIDE


def check_image(image: np.ndarray, name: str) -> None:
    """Check that an image is floating RGB in [0, 1].

    Args:
        image: the image.
        name: what it is, for the message.

    Raises:
        ValueError: it is not.
    """
    if image.ndim != 3 or image.shape[-1] != 3 or not image.size:
        raise ValueError(
            f"{name} has shape {image.shape}, must be [height, width, 3]; convert it to RGB."
        )
    if not np.issubdtype(image.dtype, np.floating):
        raise ValueError(
            f"{name} has dtype {image.dtype}, must be floating with RGB in [0, 1]; divide 8-bit "
            "values by 255."
        )
    if not (np.isfinite(image).all() and image.min() >= 0 and image.max() <= 1):
        raise ValueError(
            f"{name} ranges from {image.min()} to {image.max()}, must be finite and in [0, 1]; "
            "clip it, or divide 8-bit values by 255."
        )


def check_same_size(image: np.ndarray, reference: np.ndarray, names: tuple[str, str]) -> None:
    """Check that two images can be compared pixel by pixel.

    Args:
        image: the first image.
        reference: the second image.
        names: what they are, for the message.

    Raises:
        ValueError: their sizes differ.
    """
    if image.shape != reference.shape:
        raise ValueError(
            f"{names[0]} has shape {image.shape} and {names[1]} {reference.shape}, must be of one "
            "size; resize one to the other."
        )


def check_labels(labels: np.ndarray | None, image: np.ndarray, name: str) -> None:
    """Check that a label map has the size of its image.

    Args:
        labels: the label map; None is allowed.
        image: the image that it belongs to.
        name: what the map is, for the message.

    Raises:
        ValueError: the sizes differ.
    """
    if labels is not None and labels.shape != image.shape[:2]:
        raise ValueError(
            f"{name} have shape {labels.shape}, must be that of their image, {image.shape[:2]}; "
            "resize them without interpolation."
        )


def check_size(size: tuple[int, ...], name: str = "image") -> None:
    """Check that an image is large enough to work on.

    Args:
        size: (height, width).
        name: what the size belongs to, for the message.

    Raises:
        ValueError: a side is below `MINIMUM_SIDE`.
    """
    height, width = size
    if min(height, width) < MINIMUM_SIDE:
        raise ValueError(
            f"{name} is {width}x{height} px (width x height), each side must have at least "
            f"{MINIMUM_SIDE} px: give a larger image."
        )


def check_range(pixels: Pixels, source: str) -> None:
    """Check that float pixels are finite and in [0, 1]; integer ones always are.

    Args:
        pixels: uint8, uint16 or float32, of any shape.
        source: what they are, for the message.

    Raises:
        ValueError: they are not.
    """
    if pixels.dtype.kind == "u":
        return
    low, high = float(pixels.min()), float(pixels.max())
    if not np.isfinite([low, high]).all():
        raise ValueError(
            f"{source} holds values that are not finite, all must lie in [0, 1]: repair the file."
        )
    if low < 0.0 or high > 1.0:
        raise ValueError(
            f"{source} holds values from {low:g} to {high:g}, a float image must lie in [0, 1] (a "
            "32-bit integer one in [0, 65535]): rescale it, or save it with 8 or 16 bits."
        )
