"""Keeping a photo's colours while it is painted.

Source: Gatys, Bethge, Hertzmann and Shechtman, "Preserving Color in Neural Artistic Style
Transfer", 2016: colour histogram matching and luminance-only transfer.
"""

from collections.abc import Sequence

import numpy as np

from dpst import images
from dpst.images.luma import LUMA
from dpst.looks.color_matching import recolor_segments
from dpst.looks.painted_picture import PaintedPicture

_LUMA = LUMA.astype(np.float32)  # the Y of the paper's YIQ
_LEAST_SPREAD = 1e-3  # standard deviation of lightness: less is a blank image


def colors_to_paint_in(
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    preserve_color: str,
) -> tuple[images.FloatImage, list[images.FloatImage]]:
    """Bring the images into the colours that the solve works in.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: the same, of any sizes.
        preserve_color: "none", "luminance" or "matched", see `TransferConfig`.

    Returns:
        The content image and the style images, with their shapes.
    """
    if preserve_color == "luminance":
        return luminance(content_image), [match_luminance(s, content_image) for s in style_images]
    if preserve_color == "matched":
        return content_image, [recolor(style, content_image) for style in style_images]
    return content_image, list(style_images)


def painted_picture(
    output_image: images.FloatImage,
    content_image: images.FloatImage,
    preserve_color: str,
    painted_share: np.ndarray | None = None,
) -> PaintedPicture:
    """Bring the output of a solve back into colours, as a look.

    Args:
        output_image: float32 [height, width, 3], RGB.
        content_image: the same shape, RGB in [0, 1].
        preserve_color: as given to `colors_to_paint_in`.
        painted_share: float32 [height, width, 1] in [0, 1], see `PaintedPicture`.

    Returns:
        The picture.
    """
    picture = np.clip(output_image, 0, 1)
    if preserve_color == "luminance":
        picture = with_colors_of(content_image, picture)
    return PaintedPicture(picture.astype(np.float32), painted_share)


def luminance(image: images.FloatImage) -> images.FloatImage:
    """Return an image in grey.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        float32 [height, width, 3], three equal channels.
    """
    return np.repeat((image @ _LUMA)[..., None], 3, axis=-1)


def match_luminance(image: images.FloatImage, reference: images.FloatImage) -> images.FloatImage:
    """Return an image in grey, with the mean and spread of another one's lightness.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].
        reference: float32 [reference_height, reference_width, 3], RGB in [0, 1].

    Returns:
        float32 [height, width, 3], three equal channels, clipped to [0, 1].
    """
    grey, goal = luminance(image), luminance(reference)
    gain = goal.std() / max(float(grey.std()), _LEAST_SPREAD)
    return np.clip((grey - grey.mean()) * gain + goal.mean(), 0, 1).astype(np.float32)


def recolor(image: images.FloatImage, reference: images.FloatImage) -> images.FloatImage:
    """Give an image the mean and covariance of another one's colours.

    Deviation: by the linear map that moves colours least (Monge-Kantorovich), where the paper
    compares Cholesky factors and the Image Analogies map.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].
        reference: float32 [reference_height, reference_width, 3], RGB in [0, 1].

    Returns:
        float32 [height, width, 3], clipped to [0, 1].
    """
    whole, reference_whole = (np.zeros(each.shape[:2], np.int32) for each in (image, reference))
    return recolor_segments(image, reference, whole, reference_whole, (0,))


def with_colors_of(
    content_image: images.FloatImage, output_image: images.FloatImage
) -> images.FloatImage:
    """Return the output's lightness with the content image's chroma.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        output_image: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        float32 [height, width, 3], clipped to [0, 1].
    """
    change = luminance(output_image) - luminance(content_image)
    return np.clip(content_image + change, 0, 1)
