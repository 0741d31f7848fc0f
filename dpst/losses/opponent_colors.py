"""Raw colour as a style layer, on opponent axes.

Source: Ruderman, Cronin and Chiao, "Statistics of Cone Responses to Natural Images: Implications
for Visual Coding", 1998.
Deviation: their axes are applied to sRGB values, not to logarithms of cone responses.
"""

import tensorflow as tf

CHROMA_GAIN = 3.0  # photos vary about three times as much in lightness as in either chroma axis

_SQRT2, _SQRT3, _SQRT6 = 2**0.5, 3**0.5, 6**0.5
_LIGHTNESS = (1 / _SQRT3, 1 / _SQRT3, 1 / _SQRT3)
_YELLOW_BLUE = tuple(CHROMA_GAIN * c / _SQRT6 for c in (1, 1, -2))
_RED_GREEN = tuple(CHROMA_GAIN * c / _SQRT2 for c in (1, -1, 0))


def opponent_colors(images: tf.Tensor) -> tf.Tensor:
    """Return lightness, yellow-blue and red-green, with the chroma axes enlarged.

    On raw RGB, a relative distance of covariances measures little but lightness and lets colour
    casts pass; here a cast weighs as much as a change of contrast.

    Args:
        images: float32 [batch, height, width, 3], RGB in [0, 1].

    Returns:
        float32 [batch, height, width, 3]: lightness in [0, 1.73], chroma within +-2.45.
    """
    axes = tf.constant([_LIGHTNESS, _YELLOW_BLUE, _RED_GREEN], images.dtype)
    return tf.einsum("bhwc,dc->bhwd", images, axes)
