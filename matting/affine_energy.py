"""The energy that the matting Laplacian measures, without building it: for batches in training.

Source: Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting", 2008,
eqs. 3 to 5.
"""

import tensorflow as tf

from matting.stencil import DEFAULT_EPSILON


@tf.function(jit_compile=True, autograph=False, reduce_retracing=True)
def local_affine_energy(
    content_images: tf.Tensor,
    images: tf.Tensor,
    epsilon: float = DEFAULT_EPSILON,
    radius: int = 1,
) -> tf.Tensor:
    """Sum the residuals of the best local affine fits of images to the colours of content images.

    The sum over windows and channels of min over a, b of |p - I a - b|^2 + epsilon |a|^2 is
    p^T L p, with L the matting Laplacian of I. `MattingLaplacian` is faster if many images are
    compared with one content image; here nothing is kept, and I gets no gradient.

    Args:
        content_images: float32 [batch, height, width, 3], RGB in [0, 1].
        images: float32 [batch, height, width, channels].
        epsilon: ridge on the slopes a, above 0.
        radius: half a window's side in pixels, at least 1.

    Returns:
        float32 [batch], at least 0.
    """
    # Slopes in float64, as the Laplacian's entries are: epsilon is below what float32 resolves.
    guides = _deviations(tf.stop_gradient(tf.cast(content_images, tf.float64)), radius)
    values = _deviations(tf.cast(images, tf.float64), radius)
    slopes = _ridge_slopes(guides, [tf.stop_gradient(v) for v in values], epsilon)
    # The slopes are those of the minimum, so nothing flows back through them.
    total = epsilon * sum(tf.square(slope) for slope in slopes)
    for guide, value in zip(guides, values, strict=True):
        fit = sum(guide[..., c, None] * slope for c, slope in enumerate(slopes))
        total += tf.square(value - fit)
    return tf.cast(tf.reduce_sum(total, [1, 2, 3]), tf.float32)


def _deviations(images: tf.Tensor, radius: int) -> list[tf.Tensor]:
    """Subtract each window's mean from its pixels; [batch, h, w, channels] for each of them."""
    side = 2 * radius + 1
    height, width = (n - 2 * radius for n in tf.unstack(tf.shape(images)[1:3]))
    pixels = [images[:, y : y + height, x : x + width] for y in range(side) for x in range(side)]
    mean = tf.add_n(pixels) / len(pixels)
    return [pixel - mean for pixel in pixels]


def _ridge_slopes(
    guides: list[tf.Tensor], values: list[tf.Tensor], epsilon: float
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Solve (sum d d^T + epsilon) a = sum d p by LDL^T; three slopes [batch, h, w, channels]."""

    def moment(c: int, d: int) -> tf.Tensor:
        return sum(guide[..., c] * guide[..., d] for guide in guides)[..., None]

    d0 = moment(0, 0) + epsilon
    s10, s20 = moment(1, 0), moment(2, 0)
    l10, l20 = s10 / d0, s20 / d0
    d1 = moment(1, 1) + epsilon - l10 * s10
    s21 = moment(2, 1) - l20 * s10
    l21 = s21 / d1
    d2 = moment(2, 2) + epsilon - l20 * s20 - l21 * s21
    y0, y1, y2 = (
        sum(guide[..., c, None] * value for guide, value in zip(guides, values, strict=True))
        for c in range(3)
    )
    y1 = y1 - l10 * y0
    y2 = y2 - l20 * y0 - l21 * y1
    a2 = y2 / d2
    a1 = y1 / d1 - l21 * a2
    a0 = y0 / d0 - l10 * a1 - l20 * a2
    return a0, a1, a2
