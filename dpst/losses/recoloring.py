"""Recolouring losses: is the change from an anchor image one of colours, and a moderate one.

Halos, smoke and washes of colour are changes that no map of colours makes: a map gives one colour
in one place one colour. The losses compare an image with an anchor, such as the content image with
its colours matched in closed form, so that what the anchor does is free.
"""

from typing import Any, NamedTuple

import tensorflow as tf

from dpst.images.luma import LUMA
from matting import GuidedFilter, MaskedGuidedFilter

MODERATE_DEPARTURE = 0.1  # of chroma, in units of RGB: beyond it the departure loss grows fast


class RecoloringTarget(NamedTuple):
    """What a change is to be smooth with regard to.

    Attributes:
        anchor: float32 [height, width, 3], RGB, the image that is changed.
        smoother: the fits K to the colours of the content image, by place or by mask.
        chroma_cost: float32 scalar, the cost of a change of chroma, one of luma having 1.
    """

    anchor: tf.Tensor
    smoother: GuidedFilter | MaskedGuidedFilter
    chroma_cost: tf.Tensor


def recoloring_loss(target: RecoloringTarget, image: tf.Tensor) -> tf.Tensor:
    """Return how far the change from the anchor is from affine maps of the content's colours.

    (O - A)^T (Id - K) (O - A), summed over channels and divided by the number of pixels: the
    residuals of the smoother's ridge fits to the change, in all of its windows. The matting
    Laplacian asks the same of windows of 3x3 pixels, and is blind to a map that drifts slowly
    against them, which is what a halo is. Chroma may cost more than luma: light varies over a wall,
    its hue does not.

    Args:
        target: the anchor, the smoother and the cost of chroma.
        image: float32 [height, width, 3], RGB.

    Returns:
        float32 scalar, at least 0 up to rounding.
    """

    @tf.custom_gradient
    def energy(change: tf.Tensor) -> Any:
        # K is symmetric, so one product gives both the energy and its gradient.
        residual = (change - target.smoother(change)) / _num_pixels(change)
        return tf.reduce_sum(change * residual), lambda upstream: upstream * 2 * residual

    change = image - target.anchor
    return energy(change + (tf.sqrt(target.chroma_cost) - 1) * _chroma(change))


def chroma_departure_loss(anchor: tf.Tensor, image: tf.Tensor) -> tf.Tensor:
    """Return the mean fourth power of the change of chroma, relative to a moderate one.

    mean |d|^4 / 0.1^2, with d the change of R - Y, G - Y and B - Y: little for what moves all
    colours somewhat, much for what turns some of them into others.

    Args:
        anchor: float32 [height, width, 3], RGB, the image that is changed.
        image: the same shape.

    Returns:
        float32 scalar, at least 0.
    """
    squares = tf.reduce_sum(tf.square(_chroma(image - anchor)), -1)
    return tf.reduce_mean(tf.square(squares)) / MODERATE_DEPARTURE**2


class HeldTarget(NamedTuple):
    """Where chroma is held.

    Attributes:
        anchor: float32 [height, width, 3], RGB, the image that is changed.
        mask: float32 [height, width] in [0, 1], how much each pixel is held.
    """

    anchor: tf.Tensor
    mask: tf.Tensor


def held_chroma_loss(target: HeldTarget, image: tf.Tensor) -> tf.Tensor:
    """Return the mean square of the change of chroma where it is held, as on skin.

    Args:
        target: the anchor, and where it counts.
        image: float32 [height, width, 3], RGB.

    Returns:
        float32 scalar, at least 0.
    """
    squares = tf.reduce_sum(tf.square(_chroma(image - target.anchor)), -1)
    return tf.reduce_mean(target.mask * squares)


def tint_loss(most_chroma: tf.Tensor, image: tf.Tensor) -> tf.Tensor:
    """Return the mean square of the chroma beyond what each colour may have.

    What is grey in a photo, as metal, snow or paper, is the first to look wrong with a tint of its
    own, however small its share of the picture.

    Args:
        most_chroma: float32 [height, width], lengths as of `chroma_lengths`.
        image: float32 [height, width, 3], RGB.

    Returns:
        float32 scalar, at least 0.
    """
    excess = tf.nn.relu(chroma_lengths(image) - most_chroma)
    return tf.reduce_mean(tf.square(excess))


def chroma_lengths(image: tf.Tensor) -> tf.Tensor:
    """Return how colourful each pixel is: the length of (R - Y, G - Y, B - Y).

    Args:
        image: float32 [height, width, 3], RGB.

    Returns:
        float32 [height, width], at least 0.001, so that greys have a gradient.
    """
    return tf.sqrt(tf.reduce_sum(tf.square(_chroma(image)), -1) + 1e-6)


def _chroma(change: tf.Tensor) -> tf.Tensor:
    """Return R - Y, G - Y and B - Y of a change of colours, [height, width, 3]."""
    return change - tf.reduce_sum(change * tf.constant(LUMA, change.dtype), -1, keepdims=True)


def _num_pixels(image: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.reduce_prod(tf.shape(image)[:2]), image.dtype)
