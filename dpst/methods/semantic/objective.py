"""The semantic method: the terms of its objective at one size.

Source: Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles into Fine Artworks", 2016;
without maps Li and Wand, "Combining Markov Random Fields and Convolutional Neural Networks for
Image Synthesis", 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.losses import (
    PatchBank,
    content_loss,
    feature_length,
    nearest_patches,
    opponent_colors,
    patch_bank,
    patch_loss,
    patch_target,
    with_semantic_map,
)
from dpst.methods.image_terms import image_terms
from dpst.methods.semantic.style_copies import StyleCopy
from dpst.methods.style_terms import Features, centred_color_term, centred_term, region_target
from dpst.segmentation import SemanticMap, StyleRegion, average_masks
from dpst.setting_lists import parse_layers
from dpst.solving.objective import RGB, FeatureTerm, MovingObjective, Objective, Term

_WHOLE = 0.999  # share of a position's area that must show the style image for it to count


class PatchLayer(NamedTuple):
    """What the patches of one layer are matched with.

    Attributes:
        weight: of the layer's patch loss.
        style: features of the style's patches.
        joint_style: the same with their maps.
        length: what features are divided by before the map joins them.
        semantic_map: float32 [height, width, channels], the output's map at the layer's size.
    """

    weight: float
    style: PatchBank
    joint_style: PatchBank
    length: tf.Tensor
    semantic_map: tf.Tensor


def semantic_objective(
    extractor: Extractor,
    content_image: np.ndarray,
    is_doodle: bool,
    copies: Sequence[StyleCopy],
    content_map: SemanticMap | None,
    regions: Sequence[StyleRegion],
    config: TransferConfig,
) -> MovingObjective:
    """The objective of the semantic method.

    E(O) = w_c E_content + w_s E_patches + w_st sum_k a_k E_statistics,k + w_tv E_tv + w_g E_gamut,
    with the nearest patches of the image that it was made for, k the labels and a_k their shares.

    Deviation: E_statistics, the centred statistics of each label's colours and of the layers up to
    the patches' last one. Patches alone wash colours out.

    Args:
        extractor: source of the features.
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve; of a doodle
            only its size counts.
        is_doodle: whether there is no content term.
        copies: the style image and its copies, at the scale that their strokes shall have.
        content_map: what each part of the output means; None for no map.
        regions: which part of the style image gives the statistics of which part of the output.
        config: the weights, layers and options of the matching.

    Returns:
        The objective; `at` matches patches.

    Raises:
        ValueError: a layer is unknown, or smaller than a patch.
    """
    layers = parse_layers(config.style_layers, extractor.patch_layers, "style_layers")
    unit = sum(layers.values())
    content_layers = parse_layers(
        config.content_layers, extractor.painting_content_layers, "content_layers"
    )
    described = statistics_layers(extractor, tuple(layers))
    names = tuple(dict.fromkeys((*layers, *content_layers, *described)))
    content_features = _read(extractor, content_image, names)
    copied = [_read(extractor, copy.image, tuple(layers)) for copy in copies]
    patch_layers = {
        name: _patch_layer(
            weight / unit,
            [features[name] for features in copied],
            copies,
            content_map,
            tuple(content_features[name].shape[1:3]),
            config,
        )
        for name, weight in (layers if config.style_weight else {}).items()
    }
    terms: tuple[Term, ...] = ()
    if config.statistics_weight:
        style_features = _read(extractor, copies[0].image, described)
        for name in (RGB, *described):
            target = region_target(name, content_features, [style_features], regions, True)
            function = centred_color_term if name == RGB else centred_term
            terms += (FeatureTerm("statistics", name, function, target, config.statistics_weight),)
    for name, weight in content_layers.items() if config.content_weight and not is_doodle else ():
        weight = config.content_weight * weight / sum(content_layers.values())
        terms += (FeatureTerm("content", name, content_loss, content_features[name], weight),)

    def follow(image: tf.Tensor) -> tuple[Term, ...]:
        features = extractor(image[None], tuple(patch_layers)) if patch_layers else {}
        return tuple(
            FeatureTerm(
                "patches",
                name,
                patch_loss,
                patch_target(
                    layer.style,
                    matched_patches(features[name][0], layer, config),
                    tuple(features[name].shape[1:3]),
                    config.patch_size,
                ),
                config.style_weight * layer.weight,
            )
            for name, layer in patch_layers.items()
        )

    fixed = Objective(extractor, terms + image_terms(content_image, config))
    return MovingObjective(fixed, follow)


def matched_patches(features: tf.Tensor, layer: PatchLayer, config: TransferConfig) -> tf.Tensor:
    """The nearest style patch of each patch of an image.

    Args:
        features: float32 [height, width, channels] of the image in that layer.
        layer: what to match with.
        config: `semantic_weight`, `patch_size`, `variety` and `matching_memory`.

    Returns:
        int32 [patches], positions in the layer's style patches.
    """
    joint = with_semantic_map(features, layer.semantic_map, layer.length, config.semantic_weight)
    bank = patch_bank([joint], config.patch_size)
    indices, _ = nearest_patches(
        bank, layer.joint_style, config.patch_size, config.variety, config.matching_memory
    )
    return indices


def statistics_layers(extractor: Extractor, patch_layers: Sequence[str]) -> tuple[str, ...]:
    """The extractor's style layers up to the last of those whose patches are matched.

    Deeper ones see beyond a label's border, and moved it.
    """
    order = extractor.layer_names
    last = max((order.index(name) for name in patch_layers if name in order), default=-1)
    return tuple(name for name in extractor.style_layers if order.index(name) <= last)


def smallest_side(extractor: Extractor, layer_names: Sequence[str], patch_size: int) -> int:
    """The smallest image side in pixels at which every layer holds a patch, in steps of 8."""
    network = extractor.select(layer_names)
    side = 8 * -(-extractor.minimum_side // 8)
    while True:
        outputs = network.compute_output_spec(keras.KerasTensor((1, side, side, 3)))
        if min(tensor.shape[1] for tensor in outputs.values()) >= patch_size:
            return side
        side += 8


def _read(extractor: Extractor, image: np.ndarray, names: Sequence[str]) -> Features:
    """Features of an image, its colours among them."""
    batch = tf.constant(image[None])
    features = extractor(batch, tuple(names)) if names else {}
    return {RGB: opponent_colors(batch), **features}


def _patch_layer(
    weight: float,
    style_features: Sequence[tf.Tensor],
    copies: Sequence[StyleCopy],
    content_map: SemanticMap | None,
    size: tuple[int, int],
    config: TransferConfig,
) -> PatchLayer:
    """A layer's style patches, from its features [1, h, w, channels] in each copy."""
    length = feature_length(style_features[0])
    plain, joint, valid = [], [], []
    for features, copy in zip(style_features, copies, strict=True):
        own_size = tuple(features.shape[1:3])
        semantic_map = _lifted(copy.semantic_map if content_map else None, own_size)
        plain.append(features[0])
        joint.append(with_semantic_map(features[0], semantic_map, length, config.semantic_weight))
        valid.append(
            None if copy.inside is None else average_masks(copy.inside[None], own_size)[0] >= _WHOLE
        )
    return PatchLayer(
        weight=weight,
        style=patch_bank(plain, config.patch_size, valid),
        joint_style=patch_bank(joint, config.patch_size, valid),
        length=length,
        semantic_map=_lifted(content_map, size),
    )


def _lifted(semantic_map: SemanticMap | None, size: tuple[int, int]) -> tf.Tensor:
    if semantic_map is None:
        return tf.zeros([*size, 0])
    return tf.constant(semantic_map.lifted(size))
