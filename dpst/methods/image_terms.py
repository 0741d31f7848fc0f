"""The terms on the image itself, which all methods share."""

from typing import Any

import numpy as np
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.losses import (
    gamut_loss,
    photorealism_loss,
    structure_loss,
    structure_target,
    total_variation_loss,
)
from dpst.solving.objective import ImageTerm, Term
from matting import MattingLaplacian

GAMUT_WEIGHT = 100.0  # enough that little is left to clip


def image_terms(content_image: np.ndarray, config: TransferConfig) -> tuple[Term, ...]:
    """Make the terms of photorealism, structure, gamut and total variation that have a weight.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve.
        config: the weights.

    Returns:
        The terms, their targets computed.
    """
    terms: tuple[Term, ...] = ()
    if config.photorealism_weight:
        laplacian = MattingLaplacian.from_image(content_image)
        weight = config.photorealism_weight
        terms += (ImageTerm("photorealism", photorealism_loss, laplacian, weight),)
    if config.structure_weight:
        edges = structure_target(tf.constant(content_image))
        terms += (ImageTerm("structure", structure_loss, edges, config.structure_weight),)
    terms += (ImageTerm("gamut", _excess, (), GAMUT_WEIGHT),)
    if config.tv_weight:
        terms += (ImageTerm("total_variation", _variation, (), config.tv_weight),)
    return terms


def _variation(target: Any, image: tf.Tensor) -> tf.Tensor:
    return total_variation_loss(image[None])


def _excess(target: Any, image: tf.Tensor) -> tf.Tensor:
    return gamut_loss(image[None])
