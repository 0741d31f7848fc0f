"""The semantic method: the terms of its objective at one size.

Source: Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles into Fine Artworks", 2016;
without maps Li and Wand, "Combining Markov Random Fields and Convolutional Neural Networks for
Image Synthesis", 2016.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.losses import (
    PatchBank,
    feature_length,
    nearest_patches,
    opponent_colors,
    patch_bank,
    patch_loss,
    patch_target,
    with_semantic_map,
)
from dpst.methods.content_terms import content_terms
from dpst.methods.image_terms import image_terms
from dpst.methods.semantic.style_copies import StyleCopy
from dpst.methods.style_terms import Features, centred_color_term, centred_term, region_target
from dpst.segmentation import SemanticMap, StyleRegion, average_masks
from dpst.setting_lists import parse_layers
from dpst.solving.objective import RGB, FeatureTerm, MovingObjective, Objective, Term

_WHOLE = 0.999  # a position counts if this share of its area shows the style image


class PatchLayer(NamedTuple):
    """What the patches of one layer are matched with.

    Attributes:
        weight: weight of the layer's patch loss.
        style: features of the style's patches.
        joint_style: features and semantic maps of the style's patches.
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
    content_image: images.FloatImage,
    is_doodle: bool,
    copies: Sequence[StyleCopy],
    content_map: SemanticMap | None,
    regions: Sequence[StyleRegion],
    config: TransferConfig,
) -> MovingObjective:
    """Make the objective of the semantic method.

    E(O) = w_c E_content + w_s E_patches + w_st sum_k a_k E_statistics,k + w_tv E_tv + w_g E_gamut,
    with the nearest patches of the image that its targets are for, k the labels and a_k their
    shares.

    Deviation: E_statistics, the centred statistics of each label's colours and of the layers up to
    the patches' last one. Patches alone wash colours out.

    Args:
        extractor: source of the features.
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve; for a
            doodle only its size counts.
        is_doodle: whether there is no content term.
        copies: the style image and its copies, at the scale of the strokes.
        content_map: what each part of the output means; None if there is no map.
        regions: which part of the style image gives the statistics of which part of the output.
        config: the weights, layers and options of the matching.

    Returns:
        The objective; `at` matches patches.

    Raises:
        ValueError: a layer is unknown, or smaller than a patch.
    """
    layers = parse_layers(config.style_layers, extractor.patch_layers, "style_layers")
    content_layers = parse_layers(
        config.content_layers, extractor.painting_content_layers, "content_layers"
    )
    described = statistics_layers(extractor, tuple(layers))
    names = tuple(dict.fromkeys((*layers, *content_layers, *described)))
    content_features = _read(extractor, content_image, names)
    copied = [_read(extractor, copy.image, tuple(layers)) for copy in copies]
    unit = sum(layers.values())
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
    content_weight = 0.0 if is_doodle else config.content_weight
    terms += content_terms(content_features, content_layers, content_weight)

    def follow(image: tf.Tensor) -> tuple[Term, ...]:
        return _patch_terms(extractor, image, patch_layers, config)

    fixed = Objective(extractor, terms + image_terms(content_image, config))
    return MovingObjective(fixed, follow)


def nearest_style_patches(
    features: tf.Tensor, layer: PatchLayer, config: TransferConfig
) -> tf.Tensor:
    """Return the nearest style patch of each patch of an image.

    Args:
        features: float32 [h, w, channels], the image's in that layer.
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
    """Return the extractor's style layers up to the last one whose patches are matched.

    Deeper ones see beyond a label's border, and moved it.
    """
    order = extractor.layer_names
    last = max((order.index(name) for name in patch_layers if name in order), default=-1)
    return tuple(name for name in extractor.style_layers if order.index(name) <= last)


def smallest_side(extractor: Extractor, layer_names: Sequence[str], patch_size: int) -> int:
    """Return the smallest image side, in steps of 8 px, at which every layer holds a patch."""
    network = extractor.select(layer_names)
    side = 8 * -(-extractor.minimum_side // 8)
    while True:
        outputs = network.compute_output_spec(keras.KerasTensor((1, side, side, 3)))
        if min(tensor.shape[1] for tensor in outputs.values()) >= patch_size:
            return side
        side += 8


def _patch_terms(
    extractor: Extractor,
    image: tf.Tensor,
    patch_layers: Mapping[str, PatchLayer],
    config: TransferConfig,
) -> tuple[Term, ...]:
    """Make the patch terms, with the nearest patches of an image [height, width, 3]."""
    features = extractor(image[None], tuple(patch_layers)) if patch_layers else {}
    return tuple(
        FeatureTerm(
            "patches",
            name,
            patch_loss,
            patch_target(
                layer.style,
                nearest_style_patches(features[name][0], layer, config),
                tuple(features[name].shape[1:3]),
                config.patch_size,
            ),
            config.style_weight * layer.weight,
        )
        for name, layer in patch_layers.items()
    )


def _read(extractor: Extractor, image: images.FloatImage, names: Sequence[str]) -> Features:
    """Return the features of an image, its colours among them."""
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
    """Return a layer's style patches, from its features [1, h, w, channels] in each copy."""
    length = feature_length(style_features[0])
    plain, joint, valid = [], [], []
    for features, copy in zip(style_features, copies, strict=True):
        own_size = tuple(features.shape[1:3])
        semantic_map = _directions(copy.semantic_map if content_map else None, own_size)
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
        semantic_map=_directions(content_map, size),
    )


def _directions(semantic_map: SemanticMap | None, size: tuple[int, int]) -> tf.Tensor:
    if semantic_map is None:
        return tf.zeros([*size, 0])
    return tf.constant(semantic_map.directions(size))
