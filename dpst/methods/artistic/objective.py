"""The artistic method: the terms of its objective at one size.

Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016,
eq. 7; "A Closer Look at Neural Style", eqs. 2, 4 and 5, for several styles.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.losses import content_loss, opponent_colors, segment_gram_losses
from dpst.methods.content_terms import content_terms
from dpst.methods.image_terms import image_terms
from dpst.methods.style_terms import (
    centred_color_term,
    centred_term,
    colors_and_one,
    gram_color_term,
    gram_term,
    guided_moments,
    region_target,
)
from dpst.segmentation import StyleRegion
from dpst.setting_lists import parse_layers
from dpst.solving.objective import RGB, FeatureTerm, Objective, Term


def artistic_objective(
    extractor: Extractor,
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    regions: Sequence[StyleRegion],
    config: TransferConfig,
) -> Objective:
    """Make the objective of the artistic method.

    E(O) = w_c E_content + w_s sum_k a_k E_style,k + w_p E_photo + w_e E_structure + w_tv E_tv
    + w_g E_gamut, with k the regions and a_k their weights.

    Args:
        extractor: source of the features.
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve.
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1], at the scale
            of the strokes.
        regions: what serves what, their masks at any resolution of the same aspect ratios.
        config: the weights, layers, statistic and normalisation.

    Returns:
        The objective, its targets computed.
    """
    style_layers = parse_layers(config.style_layers, extractor.style_layers, "style_layers")
    content_layers = parse_layers(
        config.content_layers, extractor.painting_content_layers, "content_layers"
    )
    is_relative = config.normalization == "relative"
    is_centred = is_relative and config.style_statistic == "centred"
    read_colors = opponent_colors if is_centred else colors_and_one

    def read(image: images.FloatImage, names: Sequence[str]) -> dict[str, tf.Tensor]:
        batch = tf.constant(image[None])
        return {RGB: read_colors(batch), **extractor(batch, names)}

    content_features = read(content_image, tuple({**style_layers, **content_layers}))
    style_features = [read(image, tuple(style_layers)) for image in style_images]
    terms: tuple[Term, ...] = ()
    for name, weight in _style_weights(style_layers, is_relative).items():
        if config.style_weight:
            target = region_target(name, content_features, style_features, regions, is_centred)
            loss = _style_loss(name == RGB, is_centred, is_relative)
            terms += (FeatureTerm("style", name, loss, target, config.style_weight * weight),)
    loss = content_loss if is_relative else _gatys_content_loss
    terms += content_terms(content_features, content_layers, config.content_weight, loss)
    return Objective(extractor, terms + image_terms(content_image, config))


def _style_weights(layers: Mapping[str, float], is_relative: bool) -> dict[str, float]:
    """Return the weight of each style layer, and of the raw colours where they count."""
    if is_relative:
        return {RGB: 1.0, **layers}
    # In the paper the weights of the layers add up to 1.
    unit = sum(layers.values())
    return {name: weight / unit for name, weight in layers.items()}


def _style_loss(is_color: bool, is_centred: bool, is_relative: bool) -> Any:
    """Return the function of a style term."""
    if not is_relative:
        return _gatys_style_loss
    if is_color:
        return centred_color_term if is_centred else gram_color_term
    return centred_term if is_centred else gram_term


def _gatys_style_loss(target: Any, features: tf.Tensor) -> tf.Tensor:
    """Return 1 / (4 N^2) of the squared distance of Gram matrices per position, eq. 4."""
    goal, guidance = target
    return segment_gram_losses(goal, guided_moments(features, guidance), "luan") / 2


def _gatys_content_loss(content_features: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    """Return half the squared distance of features, eq. 1."""
    return tf.reduce_sum(tf.math.squared_difference(content_features, features)) / 2
