"""What the style terms of all methods share: moments under guidance, and their losses.

The functions are module-level objects, so that objectives of one structure share their traces.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

from dpst.losses import (
    GramTarget,
    SegmentStatistics,
    SortedGuidance,
    centred_target,
    opponent_colors,
    segment_centred_losses,
    segment_gram_losses,
    segment_statistics,
    sorted_segment_statistics,
)
from dpst.segmentation import KEPT, StyleRegion, average_masks

Features: TypeAlias = Mapping[str, tf.Tensor]
Guidance: TypeAlias = SortedGuidance | tuple[tf.Tensor, ...]

SEGMENT_MULTIPLE = 4  # objectives of 2 to 4 segments share a trace, those of 5 to 8 another


def padded_segments(masks: np.ndarray) -> np.ndarray:
    """Add empty masks, so that fewer numbers of segments occur.

    Args:
        masks: float32 [K, height, width].

    Returns:
        float32 [K', height, width], K' the next multiple of `SEGMENT_MULTIPLE`, or 1 for K = 1,
        which is a case of its own: nothing needs sorting.
    """
    missing = 0 if len(masks) == 1 else -len(masks) % SEGMENT_MULTIPLE
    return np.pad(masks, ((0, missing), (0, 0), (0, 0)))


def guidance_from_masks(masks: np.ndarray) -> Guidance:
    """Return guidance in the form that is fast here: sorted positions do not compile under XLA.

    Args:
        masks: float32 [K, height, width] in [0, 1].

    Returns:
        Sorted positions; or a mask for each segment, float32 [1, height, width, 1], for one
        segment or on a GPU.
    """
    if len(masks) == 1 or tf.config.list_physical_devices("GPU"):
        return tuple(tf.constant(mask[None, ..., None], tf.float32) for mask in masks)
    return SortedGuidance.from_masks(masks)


def region_target(
    name: str,
    content_features: Features,
    style_features: Sequence[Features],
    regions: Sequence[StyleRegion],
    is_centred: bool,
) -> tuple[Any, Guidance]:
    """Return what each region's moments in a layer should be, and the guidance to take them with.

    Args:
        name: the layer.
        content_features: features of the content image, float32 [1, h, w, channels] by layer; of
            any image of its size if no region is kept.
        style_features: features of each style image, likewise.
        regions: which part of the style serves which part of the content.
        is_centred: whether means and covariances are compared, or raw Gram matrices.

    Returns:
        The target of `centred_term` or `gram_term`.
    """
    content = content_features[name]
    size = tuple(content.shape[1:3])
    masks = np.concatenate([average_masks(region.mask[None], size) for region in regions])
    moments, wholes = [], []
    for region, mask in zip(regions, masks, strict=True):
        # A kept region aims at its own moments, lest its neighbours' look leak in.
        features = content if region.style == KEPT else style_features[region.style][name]
        whole = np.ones((1, *features.shape[1:3]), np.float32)
        part = whole
        if region.style == KEPT:
            part = mask[None]
        elif region.style_mask is not None:
            part = average_masks(region.style_mask[None], tuple(features.shape[1:3]))
        moments.append(guided_moments(features, guidance_from_masks(part)))
        wholes.append(guided_moments(features, guidance_from_masks(whole)))
    masks = padded_segments(masks)
    missing = len(masks) - len(regions)
    nothing = SegmentStatistics(*map(tf.zeros_like, moments[0]))
    moments, wholes = (statistics + missing * [nothing] for statistics in (moments, wholes))
    shares = tf.constant([[region.weight for region in regions] + missing * [0.0]], tf.float32)
    style, whole_style = (
        SegmentStatistics(*(tf.concat(parts, 1) for parts in zip(*statistics, strict=True)))
        for statistics in (moments, wholes)
    )
    guidance = guidance_from_masks(masks)
    if is_centred:
        return centred_target(style, whole_style, shares), guidance
    return GramTarget(style.gram, shares), guidance


def guided_moments(features: tf.Tensor, guidance: Guidance) -> SegmentStatistics:
    """Return the moments of features [1, h, w, channels] under either form of guidance."""
    if isinstance(guidance, SortedGuidance):
        return sorted_segment_statistics(features, guidance)
    return segment_statistics(features, tf.concat(guidance, -1))


def centred_term(target: Any, features: tf.Tensor) -> tf.Tensor:
    """Return `segment_centred_losses` [1, K]; the target is (`CentredTarget`, guidance)."""
    goal, guidance = target
    return segment_centred_losses(goal, guided_moments(features, guidance))


def gram_term(target: Any, features: tf.Tensor) -> tf.Tensor:
    """Return relative `segment_gram_losses` [1, K]; the target is (`GramTarget`, guidance)."""
    goal, guidance = target
    return segment_gram_losses(goal, guided_moments(features, guidance))


def centred_color_term(target: Any, images: tf.Tensor) -> tf.Tensor:
    """Return the `centred_term` of raw colours, images [1, height, width, 3]."""
    return centred_term(target, opponent_colors(images))


def gram_color_term(target: Any, images: tf.Tensor) -> tf.Tensor:
    """Return the `gram_term` of raw colours, images [1, height, width, 3]."""
    return gram_term(target, colors_and_one(images))


def colors_and_one(images: tf.Tensor) -> tf.Tensor:
    """Return [r, g, b, 1] a pixel, whose Gram matrix holds the mean colour too."""
    return tf.concat([images, tf.ones_like(images[..., :1])], -1)
