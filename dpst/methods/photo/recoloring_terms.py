"""The photo method's terms for a clean recolouring: colours change by what is there, not by where.

The anchor is the content image with the colours of its segments matched in closed form, which is
clean already. What the solve adds to it has to be smooth with regard to two kinds of windows: wide
ones of place, which see halos and smoke, and ones of segment and lightness, which see that one
object gets several tints. What turns single colours into quite others costs extra.
"""

import numpy as np
import tensorflow as tf

from dpst import images
from dpst.losses import (
    HeldTarget,
    RecoloringTarget,
    chroma_departure_loss,
    chroma_lengths,
    held_chroma_loss,
    recoloring_loss,
    tint_loss,
)
from dpst.segmentation import Pairing, lightness_masks, resize_labels, soft_segment_masks
from dpst.solving.objective import ImageTerm, Term
from matting import GuidedFilter, MaskedGuidedFilter

# Weights, as shares of the photorealism weight.
PLACE_SHARE = 0.1
COLOR_SHARE = 0.01
DEPARTURE_SHARE = 3e-3
TINT_SHARE = 10.0
HELD_SHARE = 10.0
FREE_CHROMA = 0.03  # more than the photo and the anchor have, in units of RGB
CHROMA_COST = 10.0  # of a change of chroma, one of luma having 1

# Where nobody chose which segment serves which, what serves one may be something else.
UNLABELLED_CHROMA_COST = 30.0
UNLABELLED_FACTOR = 1.75  # of the last two shares

PLACE_SPACING = 1 / 32  # between the windows of place, as a share of the longer side
PLACE_EPSILON = 3e-3  # ridge on their slopes
NUM_RANGES = 6  # of lightness, in each segment
COLOR_EPSILON = 1e-2  # ridge on the slopes of a segment's range of lightness


def recoloring_terms(
    content_image: images.FloatImage,
    anchor: images.FloatImage,
    pairing: Pairing,
    is_labelled: bool,
    weight: float,
    held: np.ndarray | None = None,
) -> tuple[Term, ...]:
    """Make the terms that keep the change from an anchor a clean recolouring.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1], at the size to solve.
        anchor: the same shape, what is changed.
        pairing: segments of the content image, at any resolution of the same aspect ratio.
        is_labelled: whether somebody chose which segment serves which.
        weight: the weight of photorealism; 0 makes no terms.
        held: float32 [rows, columns] in [0, 1], where chroma must stay the anchor's, if anywhere.

    Returns:
        The terms, their targets computed.
    """
    if not weight:
        return ()
    changed = tf.constant(anchor, tf.float32)
    spacing = images.nominal_side(content_image.shape[:2]) * PLACE_SPACING
    by_place = GuidedFilter.from_image(content_image, (spacing,), epsilon=PLACE_EPSILON)
    masks = color_masks(content_image, pairing)
    by_color = MaskedGuidedFilter.from_masks(content_image, masks, COLOR_EPSILON)
    caution = 1 if is_labelled else UNLABELLED_FACTOR
    targets = (by_place, PLACE_SHARE), (by_color, caution * COLOR_SHARE)
    chroma_cost = tf.constant(CHROMA_COST if is_labelled else UNLABELLED_CHROMA_COST)
    smooth = (
        ImageTerm(
            "recoloring",
            recoloring_loss,
            RecoloringTarget(changed, each, chroma_cost),
            share * weight,
        )
        for each, share in targets
    )
    departure = caution * DEPARTURE_SHARE * weight
    lengths = (chroma_lengths(tf.constant(each)) for each in (content_image, anchor))
    most = tf.maximum(*lengths) + FREE_CHROMA
    terms = (
        *smooth,
        ImageTerm("departure", chroma_departure_loss, changed, departure),
        ImageTerm("tint", tint_loss, most, TINT_SHARE * weight),
    )
    if held is None:
        return terms
    target = HeldTarget(changed, tf.constant(images.resize(held, content_image.shape[:2])))
    return (*terms, ImageTerm("held", held_chroma_loss, target, HELD_SHARE * weight))


def color_masks(content_image: images.FloatImage, pairing: Pairing) -> np.ndarray:
    """Return the soft masks of each segment's ranges of lightness.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        pairing: its segments, at any resolution of the same aspect ratio.

    Returns:
        float32 [num_masks, height, width], summing to 1 at every position.
    """
    labels = resize_labels(pairing.content_labels, content_image.shape[:2])
    segments = soft_segment_masks(content_image, labels, len(pairing.style_index))
    ranges = lightness_masks(content_image, NUM_RANGES)
    return (segments[:, None] * ranges).reshape(-1, *labels.shape)
