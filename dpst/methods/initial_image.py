"""The initial image of a solve, as the setting `init` says."""

from collections.abc import Callable

import numpy as np

from dpst import images


def initial_image(
    init: str,
    size: images.Size,
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    color_matched: Callable[[images.Size], images.FloatImage],
    seed: int,
) -> images.FloatImage:
    """Return where a solve starts.

    Args:
        init: "content", "color_matched", "noise", "style", or the path of an image.
        size: (height, width) of the coarsest level.
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        color_matched: gives the content image in the style image's colours at a size.
        seed: of the noise.

    Returns:
        float32 [*size, 3].

    Raises:
        FileNotFoundError: there is no such image.
        ValueError: it is not a readable image.
    """
    if init == "noise":
        return np.random.default_rng(seed).random((*size, 3), np.float32)
    if init == "style":
        return images.resize(style_image, size)
    if init == "color_matched":
        return color_matched(size)
    if init == "content":
        return images.resize(content_image, size)
    return images.resize(images.read_image(init, "init"), size)
