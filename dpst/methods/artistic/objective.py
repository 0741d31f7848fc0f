"""The artistic method: the terms of its objective at one size.

Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016,
eq. 7; "A Closer Look at Neural Style", eqs. 2, 4 and 5, for several styles.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.losses import (
    border_distances,
    content_loss,
    locality_loss,
    opponent_colors,
    segment_gram_losses,
)
from dpst.methods.image_terms import image_terms
from dpst.methods.style_terms import (
    centred_color_term,
    centred_term,
    colors_and_one,
    gram_color_term,
    gram_term,
    guided_statistics,
    region_target,
)
from dpst.segmentation import KEPT, StyleRegion
from dpst.setting_lists import parse_layers
from dpst.solving.objective import RGB, FeatureTerm, ImageTerm, Objective, Term


def artistic_objective(
    extractor: Extractor,
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    regions: Sequence[StyleRegion],
    config: TransferConfig,
) -> Objective:
    """The objective of the artistic method.

    E(O) = w_c E_content + w_s sum_k a_k E_style,k + w_p E_photo + w_e E_structure + w_tv E_tv
    + w_g E_gamut, with k the regions and a_k their weights.

    Args:
        extractor: source of the features.
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve.
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1], at the scale that
            their strokes shall have.
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
    style_names = tuple(style_layers)

    def read(image: np.ndarray, names: Sequence[str]) -> dict[str, tf.Tensor]:
        images = tf.constant(image[None])
        return {RGB: read_colors(images), **extractor(images, names)}

    content_features = read(content_image, tuple({**style_layers, **content_layers}))
    style_features = [read(image, style_names) for image in style_images]
    terms: tuple[Term, ...] = ()
    if config.style_weight:
        weights = {RGB: 1.0} if is_relative else {}
        # In the paper the weights of the layers add up to 1.
        unit = 1.0 if is_relative else sum(style_layers.values())
        weights |= {name: weight / unit for name, weight in style_layers.items()}
        for name, weight in weights.items():
            target = region_target(name, content_features, style_features, regions, is_centred)
            loss = _style_loss(name == RGB, is_centred, is_relative)
            terms += (FeatureTerm("style", name, loss, target, config.style_weight * weight),)
    for name, weight in content_layers.items() if config.content_weight else ():
        weight = config.content_weight * weight / sum(content_layers.values())
        loss = content_loss if is_relative else _gatys_content_loss
        terms += (FeatureTerm("content", name, loss, content_features[name], weight),)
    return Objective(extractor, terms + image_terms(content_image, config))


def localized_by_distance(
    regions: Sequence[StyleRegion],
) -> tuple[tuple[StyleRegion, ...], float]:
    """Regions whose pixels count by their distance to the region's border, and the locality term.

    Args:
        regions: with masks of 0 and 1.

    Returns:
        The regions, each mask at most 1, those kept as photographed unchanged; and
        `locality_loss`, to be reported.
    """
    distances = np.stack([border_distances(region.mask > 0.5) for region in regions])
    weighted = tuple(
        region
        if region.style == KEPT
        else dataclasses.replace(region, mask=distance / distance.max())
        for region, distance in zip(regions, distances, strict=True)
    )
    return weighted, locality_loss(distances)


def locality_term(value: float) -> ImageTerm:
    """The locality term as a part of the objective that has no gradient."""
    return ImageTerm("locality", _constant, tf.constant(value, tf.float32))


def _style_loss(is_color: bool, is_centred: bool, is_relative: bool) -> Any:
    """The function of a style term."""
    if not is_relative:
        return _gatys_style_loss
    if is_color:
        return centred_color_term if is_centred else gram_color_term
    return centred_term if is_centred else gram_term


def _gatys_style_loss(target: Any, features: tf.Tensor) -> tf.Tensor:
    """1 / (4 N^2) of the squared distance of Gram matrices over the number of positions, eq. 4."""
    goal, guidance = target
    return segment_gram_losses(goal, guided_statistics(features, guidance), "luan") / 2


def _gatys_content_loss(content_features: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    """Half the squared distance of features, eq. 1."""
    return tf.reduce_sum(tf.math.squared_difference(content_features, features)) / 2


def _constant(target: tf.Tensor, image: tf.Tensor) -> tf.Tensor:
    return target
