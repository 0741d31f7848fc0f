"""Keeping a photo's colours while it is painted.

Source: Gatys, Bethge, Hertzmann and Shechtman, "Preserving Color in Neural Artistic Style
Transfer", 2016: colour histogram matching (section 3.1) and luminance-only transfer (section 3.2).
"""

import numpy as np

from dpst.images.luma import LUMA
from dpst.looks.color_matching import segment_matched

_LUMA = LUMA.astype(np.float32)  # the Y of the paper's YIQ
_LEAST_SPREAD = 1e-3  # standard deviation of lightness: less is a blank image


def luminance(image: np.ndarray) -> np.ndarray:
    """The image in grey.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        float32 [height, width, 3], three equal channels.
    """
    return np.repeat((image @ _LUMA)[..., None], 3, axis=-1)


def matched_luminance(style_image: np.ndarray, content_image: np.ndarray) -> np.ndarray:
    """The style image in grey, with the mean and spread of the content image's lightness.

    Args:
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        content_image: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        float32 [style_height, style_width, 3], three equal channels, clipped to [0, 1].
    """
    style, content = luminance(style_image), luminance(content_image)
    gain = content.std() / max(float(style.std()), _LEAST_SPREAD)
    return np.clip((style - style.mean()) * gain + content.mean(), 0, 1).astype(np.float32)


def matched_colors(style_image: np.ndarray, content_image: np.ndarray) -> np.ndarray:
    """The style image with the mean and covariance of the content image's colours.

    Deviation: of the linear maps that do so, the one that moves colours least (Monge-Kantorovich),
    where the paper compares Cholesky factors and the Image Analogies map.

    Args:
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        content_image: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        float32 [style_height, style_width, 3], clipped to [0, 1].
    """
    whole, content_whole = (
        np.zeros(image.shape[:2], np.int32) for image in (style_image, content_image)
    )
    return segment_matched(style_image, content_image, whole, content_whole, (0,))


def with_colors_of(content_image: np.ndarray, output_image: np.ndarray) -> np.ndarray:
    """The output's lightness with the content image's chroma.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        output_image: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        float32 [height, width, 3], clipped to [0, 1].
    """
    change = luminance(output_image) - luminance(content_image)
    return np.clip(content_image + change, 0, 1)
