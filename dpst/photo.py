"""The photo method: the terms of its objective at one size.

Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, eq. 4; Kane, Rohatgi
and Saxena, "Photo Style Transfer in TensorFlow".
"""

from typing import Any

import numpy as np
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.losses import (
    GramTarget,
    SegmentStatistics,
    SortedGuidance,
    centred_target,
    content_loss,
    photorealism_loss,
    segment_centred_loss,
    segment_gram_loss,
    segment_statistics,
    sorted_segment_statistics,
    total_variation,
)
from dpst.objective import RGB, FeatureTerm, ImageTerm, Objective, Term
from dpst.segmentation import Pairing, guidance
from matting import MattingLaplacian

RGB_WEIGHT = 10.0  # of the raw colours, against 1 for each layer of the extractor


def photo_objective(
    extractor: Extractor,
    content_image: np.ndarray,
    style_image: np.ndarray,
    pairing: Pairing,
    config: TransferConfig,
) -> Objective:
    """The objective E(O) = w_c E_content + w_s E_style + w_p E_photo + w_tv E_tv.

    Args:
        extractor: source of the features.
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve.
        style_image: float32 [height, width, 3], RGB in [0, 1], at a matching scale.
        pairing: segments of both, at any resolution of the same aspect ratios.
        config: the weights and the style statistic.

    Returns:
        The objective, its targets computed.
    """
    terms = _style_terms(extractor, content_image, style_image, pairing, config)
    objective = Objective(extractor, terms)
    if config.content_weight:
        objective = objective.with_terms(*_content_terms(extractor, content_image, config))
    if config.photorealism_weight:
        laplacian = MattingLaplacian.from_image(content_image)
        weight = config.photorealism_weight
        objective = objective.with_terms(
            ImageTerm("photorealism", photorealism_loss, laplacian, weight)
        )
    if config.tv_weight:
        objective = objective.with_terms(
            ImageTerm("total_variation", _variation, (), config.tv_weight)
        )
    return objective


def _content_terms(
    extractor: Extractor, content_image: np.ndarray, config: TransferConfig
) -> list[Term]:
    layers = extractor.content_layers
    features = extractor(tf.constant(content_image[None]), layers)
    weight = config.content_weight / len(layers)
    return [FeatureTerm("content", name, content_loss, features[name], weight) for name in layers]


def _style_terms(
    extractor: Extractor,
    content_image: np.ndarray,
    style_image: np.ndarray,
    pairing: Pairing,
    config: TransferConfig,
) -> tuple[Term, ...]:
    layers = extractor.style_layers
    sizes = {RGB: content_image.shape[:2]}
    for name, features in extractor(tf.constant(content_image[None]), layers).items():
        sizes[name] = tuple(features.shape[1:3])
    style_features = {RGB: tf.constant(style_image[None])}
    style_features.update(extractor(style_features[RGB], layers))
    num_segments = len(pairing.style_index)
    num_style_labels = int(pairing.style_labels.max()) + 1
    areas = np.bincount(pairing.content_labels.ravel(), minlength=num_segments)
    shares = tf.constant(areas[None] / areas.sum(), tf.float32)
    loss = _centred_loss if config.style_statistic == "centred" else _gram_loss

    terms = []
    for name, features in style_features.items():
        style_masks = guidance.resize_masks(
            pairing.style_labels, num_style_labels, tuple(features.shape[1:3])
        )
        style = _statistics(features, _guidance(style_masks[list(pairing.style_index)]))
        if config.style_statistic == "centred":
            whole = _statistics(features, _guidance(np.ones_like(style_masks[:1])))
            target: Any = centred_target(style, whole, shares)
        else:
            target = GramTarget(style.gram, shares)
        masks = guidance.resize_masks(pairing.content_labels, num_segments, sizes[name])
        weight = config.style_weight * (RGB_WEIGHT if name == RGB else 1.0)
        terms.append(FeatureTerm("style", name, loss, (target, _guidance(masks)), weight))
    return tuple(terms)


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


def _variation(target: Any, image: tf.Tensor) -> tf.Tensor:
    return total_variation(image[None])
