"""What the measures demand of the images they are given."""

import numpy as np


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


def check_pair(image: np.ndarray, reference: np.ndarray, names: tuple[str, str]) -> None:
    """Check two images that are compared pixel by pixel.

    Args:
        image: the first image.
        reference: the second image.
        names: what they are, for the message.

    Raises:
        ValueError: one is no floating RGB in [0, 1], or their sizes differ.
    """
    check_image(image, names[0])
    check_image(reference, names[1])
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
