"""The photo method: the terms of its objective at one size.

Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, eq. 4; Kane,
Shemaj and Lemionet, "Photo Style Transfer in TensorFlow".
"""

import dataclasses

import numpy as np
import tensorflow as tf

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.looks.blended_matching import CHOSEN, Restraint
from dpst.losses import (
    CentredTarget,
    GramTarget,
    SegmentStatistics,
    centred_target,
    opponent_colors,
)
from dpst.methods.content_terms import content_terms
from dpst.methods.image_terms import image_terms
from dpst.methods.photo.plan import UNLABELLED
from dpst.methods.photo.recoloring_terms import recoloring_terms
from dpst.methods.style_terms import (
    Guidance,
    centred_color_term,
    centred_term,
    colors_and_one,
    gram_color_term,
    gram_term,
    guidance_from_masks,
    guided_moments,
    padded_segments,
)
from dpst.segmentation import KEPT, Pairing, layer_guidance
from dpst.setting_lists import parse_layers
from dpst.solving.objective import RGB, FeatureTerm, Objective, Term

RGB_WEIGHT = 5.0  # weight of the raw colours, against 1 for each layer of the extractor
# Factors of these weights where nobody chose what serves what.
UNLABELLED_STYLE = 2 / 3
UNLABELLED_STRUCTURE = 3.0


def photo_objective(
    extractor: Extractor,
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    anchor: images.FloatImage,
    pairing: Pairing,
    config: TransferConfig,
    is_labelled: bool = True,
    held: np.ndarray | None = None,
) -> Objective:
    """Make the objective of the photo method.

    E(O) = w_c E_content + w_s E_style + w_p (E_photo + E_recoloring) + w_e E_structure
    + w_tv E_tv + w_g E_gamut

    Deviation: to Luan et al.'s photorealism the recolouring terms are added, see
    `recoloring_terms`; a plain segment is not asked for all of its style's spread; where nobody
    chose what serves what, half of the style is asked of the photo as a whole.

    Args:
        extractor: source of the features.
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve.
        style_image: float32 [height, width, 3], RGB in [0, 1], at a matching scale.
        anchor: float32 [height, width, 3], the content image with its colours matched.
        pairing: segments of both, at any resolution of the same aspect ratios.
        config: the weights and the style statistic.
        is_labelled: whether somebody chose which segment serves which.
        held: float32 [rows, columns] in [0, 1], where chroma must stay the anchor's, if anywhere.

    Returns:
        The objective, its targets computed.
    """
    style_layers = parse_layers(config.style_layers, extractor.style_layers, "style_layers")
    content_layers = parse_layers(config.content_layers, extractor.content_layers, "content_layers")
    names = tuple({**style_layers, **content_layers})
    if not is_labelled:
        config = dataclasses.replace(
            config,
            style_weight=config.style_weight * UNLABELLED_STYLE,
            structure_weight=config.structure_weight * UNLABELLED_STRUCTURE,
        )
    content_features = extractor(tf.constant(content_image[None]), names)
    style_features, anchor_features = (
        extractor(tf.constant(image[None]), tuple(style_layers)) for image in (style_image, anchor)
    )
    sizes = content_image.shape[:2], style_image.shape[:2]
    style_weight = config.style_weight * extractor.style_factor
    restraint = _restraint(pairing, is_labelled)
    terms = _color_terms((content_image, style_image, anchor), pairing, config, restraint)
    for name, layer_weight in style_layers.items():
        reach = 0.0 if config.guidance == "simple" else extractor.reach(name)
        features = content_features[name], style_features[name], anchor_features[name]
        target = _style_target(features, pairing, config, sizes, restraint, reach)
        loss = centred_term if config.style_statistic == "centred" else gram_term
        terms += (FeatureTerm("style", name, loss, target, style_weight * layer_weight),)
    terms += content_terms(content_features, content_layers, config.content_weight)
    terms += image_terms(content_image, config)
    weight = config.photorealism_weight
    terms += recoloring_terms(content_image, anchor, pairing, is_labelled, weight, held)
    return Objective(extractor, terms)


def _color_terms(
    pictures: tuple[images.FloatImage, images.FloatImage, images.FloatImage],
    pairing: Pairing,
    config: TransferConfig,
    restraint: Restraint,
) -> tuple[Term, ...]:
    """Return the raw colours of content image, style image and anchor as a style layer."""
    is_centred = config.style_statistic == "centred"
    read = opponent_colors if is_centred else colors_and_one
    loss = centred_color_term if is_centred else gram_color_term
    content, style, anchor = (read(tf.constant(picture[None])) for picture in pictures)
    sizes = pictures[0].shape[:2], pictures[1].shape[:2]
    target = _style_target((content, style, anchor), pairing, config, sizes, restraint)
    return (FeatureTerm("style", RGB, loss, target, config.style_weight * RGB_WEIGHT),)


def _restraint(pairing: Pairing, is_labelled: bool) -> Restraint:
    """Return how far segments follow their style; one that is kept does not follow the whole."""
    if is_labelled:
        return CHOSEN
    if KEPT in pairing.style_index or len(pairing.style_index) == 1:
        return dataclasses.replace(UNLABELLED, whole_share=0.0)
    return UNLABELLED


def _style_target(
    features: tuple[tf.Tensor, tf.Tensor, tf.Tensor],
    pairing: Pairing,
    config: TransferConfig,
    image_sizes: tuple[images.Size, images.Size],
    restraint: Restraint,
    reach: float = 0.0,
) -> tuple[CentredTarget | GramTarget, Guidance]:
    """Return what the segments' moments should be, and the guidance to take them with.

    The features are a layer's, of the content image, of the style image, which have these sizes,
    and of the anchor, which has the content image's; `reach` is how far the layer sees. If the
    restraint has a `whole_share`, the whole image is one more segment, with this share.
    """
    content, style, anchor = features
    num_segments, style_index = len(pairing.style_index), np.array(pairing.style_index)
    num_style_labels = int(pairing.style_labels.max()) + 1
    masks, style_masks = (
        layer_guidance(labels, number, tuple(layer.shape[1:3]), size, reach, config.guidance)
        for labels, number, layer, size in (
            (pairing.content_labels, num_segments, content, image_sizes[0]),
            (pairing.style_labels, num_style_labels, style, image_sizes[1]),
        )
    )
    serving = style_masks[np.maximum(style_index, 0)]
    areas = np.bincount(pairing.content_labels.ravel(), minlength=num_segments)
    shares = areas / areas.sum()
    if restraint.whole_share:
        masks, serving = (np.append(each, np.ones_like(each[:1]), 0) for each in (masks, serving))
        shares = np.append((1 - restraint.whole_share) * shares, restraint.whole_share)
    masks, serving = map(padded_segments, (masks, serving))
    shares = tf.constant(np.pad(shares, (0, len(masks) - len(shares)))[None], tf.float32)
    moments = guided_moments(style, guidance_from_masks(serving))
    own = guided_moments(content, guidance_from_masks(masks))
    if config.style_statistic == "centred":
        matched = guided_moments(anchor, guidance_from_masks(masks))
        moments = _bounded_spread(moments, own, matched, restraint)
    if KEPT in pairing.style_index:
        # Its own statistics as the target: share 0 would let its neighbours' look leak in.
        is_kept = np.zeros((1, len(masks), 1), bool)
        is_kept[0, :num_segments, 0] = style_index == KEPT
        moments = SegmentStatistics(
            tf.where(is_kept, own.mean, moments.mean),
            tf.where(is_kept[..., None], own.covariance, moments.covariance),
        )
    if config.style_statistic == "gram":
        return GramTarget(moments.gram, shares), guidance_from_masks(masks)
    whole = guided_moments(style, guidance_from_masks(np.ones_like(style_masks[:1])))
    return centred_target(moments, whole, shares), guidance_from_masks(masks)


def _bounded_spread(
    moments: SegmentStatistics,
    own: SegmentStatistics,
    matched: SegmentStatistics,
    restraint: Restraint,
) -> SegmentStatistics:
    """Bound covariances that a segment of the content image could only meet by inventing or losing.

    A plain wall or backdrop has no colours to spread: asked for a style's whole spread, it would
    be painted with clouds. And what stands before a plain wall would be drowned in it: what is
    missing of the least contrast is added from the segment with its colours matched, as far as that
    has it.

    Args:
        moments: the style's, mean [..., segments, channels], covariance [..., channels, channels].
        own: the content image's, of the same shapes.
        matched: the anchor's, likewise.
        restraint: the bounds, as shares of the segment's own standard deviation.

    Returns:
        The style's means, and its covariances or others.
    """
    each_covariance = moments.covariance, own.covariance, matched.covariance
    spread, own_spread, matched_spread = map(tf.linalg.trace, each_covariance)
    most, least = (
        share**2 * own_spread for share in (restraint.most_stretch, restraint.least_contrast)
    )
    shrink = tf.minimum(1.0, tf.math.divide_no_nan(most, spread))
    missing = tf.maximum(0.0, tf.minimum(least, matched_spread) - spread)
    added = tf.math.divide_no_nan(missing, matched_spread)
    return SegmentStatistics(
        moments.mean,
        moments.covariance * shrink[..., None, None] + matched.covariance * added[..., None, None],
    )
