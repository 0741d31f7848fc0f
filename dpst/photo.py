"""The photo method: the terms of its objective at one size.

Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, eq. 4; Kane, Rohatgi
and Saxena, "Photo Style Transfer in TensorFlow".
"""

from typing import Any

import numpy as np
import tensorflow as tf

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.losses import (
    CentredTarget,
    GramTarget,
    SegmentStatistics,
    SortedGuidance,
    centred_target,
    content_loss,
    gamut_loss,
    opponent_colors,
    photorealism_loss,
    segment_centred_loss,
    segment_gram_loss,
    segment_statistics,
    sorted_segment_statistics,
    structure_loss,
    structure_target,
    total_variation,
)
from dpst.objective import RGB, FeatureTerm, ImageTerm, Objective, Term
from dpst.segmentation import KEPT, Pairing, layer_guidance
from matting import MattingLaplacian

RGB_WEIGHT = 5.0  # of the raw colours, against 1 for each layer of the extractor
GAMUT_WEIGHT = 100.0  # enough that little is left to clip


def photo_objective(
    extractor: Extractor,
    content_image: np.ndarray,
    style_image: np.ndarray,
    pairing: Pairing,
    config: TransferConfig,
) -> Objective:
    """The objective of the photo method.

    E(O) = w_c E_content + w_s E_style + w_p E_photo + w_e E_structure + w_tv E_tv + w_g E_gamut

    Args:
        extractor: source of the features.
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve.
        style_image: float32 [height, width, 3], RGB in [0, 1], at a matching scale.
        pairing: segments of both, at any resolution of the same aspect ratios.
        config: the weights and the style statistic.

    Returns:
        The objective, its targets computed.
    """
    style_layers, content_layers = extractor.style_layers, extractor.content_layers
    names = tuple(dict.fromkeys(style_layers + content_layers))
    content_features = extractor(tf.constant(content_image[None]), names)
    style_features = extractor(tf.constant(style_image[None]), style_layers)
    sizes = content_image.shape[:2], style_image.shape[:2]
    style_weight = config.style_weight * extractor.style_scale
    terms = _color_terms(content_image, style_image, pairing, config)
    for name in style_layers:
        reach = 0.0 if config.guidance == "simple" else extractor.reach(name)
        target = _style_target(
            content_features[name], style_features[name], pairing, config, sizes, reach
        )
        loss = _centred_loss if config.style_statistic == "centred" else _gram_loss
        terms += (FeatureTerm("style", name, loss, target, style_weight),)
    for name in content_layers if config.content_weight else ():
        weight = config.content_weight / len(content_layers)
        terms += (FeatureTerm("content", name, content_loss, content_features[name], weight),)
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
    return Objective(extractor, terms)


def _color_terms(
    content_image: np.ndarray, style_image: np.ndarray, pairing: Pairing, config: TransferConfig
) -> tuple[Term, ...]:
    """The raw colours as a style layer."""
    content, style = (tf.constant(image[None]) for image in (content_image, style_image))
    is_centred = config.style_statistic == "centred"
    read = opponent_colors if is_centred else _colors_and_one
    loss = _centred_color_loss if is_centred else _gram_color_loss
    sizes = content_image.shape[:2], style_image.shape[:2]
    target = _style_target(read(content), read(style), pairing, config, sizes)
    return (FeatureTerm("style", RGB, loss, target, config.style_weight * RGB_WEIGHT),)


def _style_target(
    content: tf.Tensor,
    style: tf.Tensor,
    pairing: Pairing,
    config: TransferConfig,
    image_sizes: tuple[images.Size, images.Size],
    reach: float = 0.0,
) -> tuple[CentredTarget | GramTarget, SortedGuidance | tf.Tensor]:
    """What the segments' statistics should be, and the guidance to take them with.

    Content and style are a layer's features of images of some sizes; it sees as far as its reach.
    """
    num_segments, style_index = len(pairing.style_index), np.array(pairing.style_index)
    num_style_labels = int(pairing.style_labels.max()) + 1
    areas = np.bincount(pairing.content_labels.ravel(), minlength=num_segments)
    shares = tf.constant(areas[None] / areas.sum(), tf.float32)
    masks, style_masks = (
        layer_guidance(labels, number, tuple(features.shape[1:3]), size, reach, config.guidance)
        for labels, number, features, size in (
            (pairing.content_labels, num_segments, content, image_sizes[0]),
            (pairing.style_labels, num_style_labels, style, image_sizes[1]),
        )
    )
    moments = _statistics(style, _guidance(style_masks[np.maximum(style_index, 0)]))
    if KEPT in pairing.style_index:
        # Its own statistics as the target: share 0 would let its neighbours' look leak in.
        is_kept = tf.constant(style_index == KEPT)[None, :, None]
        own = _statistics(content, _guidance(masks))
        moments = SegmentStatistics(
            tf.where(is_kept, own.mean, moments.mean),
            tf.where(is_kept[..., None], own.covariance, moments.covariance),
        )
    if config.style_statistic == "gram":
        return GramTarget(moments.gram, shares), _guidance(masks)
    whole = _statistics(style, _guidance(np.ones_like(style_masks[:1])))
    return centred_target(moments, whole, shares), _guidance(masks)


def _guidance(masks: np.ndarray) -> SortedGuidance | tf.Tensor:
    """Guidance in the form that is fast here: sorted positions do not compile under XLA."""
    if len(masks) == 1 or tf.config.list_physical_devices("GPU"):
        return tf.constant(np.moveaxis(masks, 0, -1)[None], tf.float32)
    return SortedGuidance.from_masks(masks)


def _statistics(features: tf.Tensor, masks: SortedGuidance | tf.Tensor) -> SegmentStatistics:
    if isinstance(masks, SortedGuidance):
        return sorted_segment_statistics(features, masks)
    return segment_statistics(features, masks)


def _centred_loss(target: Any, features: tf.Tensor) -> tf.Tensor:
    goal, masks = target
    return segment_centred_loss(goal, _statistics(features, masks))


def _gram_loss(target: Any, features: tf.Tensor) -> tf.Tensor:
    goal, masks = target
    return segment_gram_loss(goal, _statistics(features, masks))


def _colors_and_one(images: tf.Tensor) -> tf.Tensor:
    """[r, g, b, 1], whose Gram matrix holds the mean colour too."""
    return tf.concat([images, tf.ones_like(images[..., :1])], -1)


def _centred_color_loss(target: Any, images: tf.Tensor) -> tf.Tensor:
    return _centred_loss(target, opponent_colors(images))


def _gram_color_loss(target: Any, images: tf.Tensor) -> tf.Tensor:
    return _gram_loss(target, _colors_and_one(images))


def _variation(target: Any, image: tf.Tensor) -> tf.Tensor:
    return total_variation(image[None])


def _excess(target: Any, image: tf.Tensor) -> tf.Tensor:
    return gamut_loss(image[None])
