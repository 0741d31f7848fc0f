"""Segments by what is seen: the parts of a scene that two photos have in common."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dpst import images
from dpst.config import MAXIMUM_SEGMENTS
from dpst.segmentation.finding.edges import refine_to_edges
from dpst.segmentation.finding.scores import LABEL_SIZE, resize_scores
from dpst.segmentation.label_maps.label_arrays import resize_labels
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.parsing.groups import GROUP_COLORS, GROUPS

LEAST_SHARE = 0.04
"""Share of both photos that a group must cover to be a segment."""

LEAST_CONFIDENCE = 0.5
"""How likely a group must be, in the mean over its places, in both photos."""

_OTHER = GROUPS.index("other")


def segment_by_scene(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    parse: Callable[[images.FloatImage], np.ndarray],
) -> tuple[LabelMap, LabelMap]:
    """Find the segments that two photos share: sky with sky, skin with skin.

    Only groups that both photos surely have are segments, at most 8, so each finds its like. All
    that is left of both is one more, "other"; where a photo has next to nothing left, that goes to
    the group that it resembles most. If there is nothing in common, there is one segment.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        parse: gives how likely each group of `GROUPS` is, float32 [rows, columns, groups]; see
            `SceneParser`.

    Returns:
        The label maps of the content and the style image, named by the groups.
    """
    photos = content_image, style_image
    scores = [parse(photo) for photo in photos]
    shares = np.min([_shares(each) for each in scores], axis=0)
    largest = np.argsort(-shares, kind="stable")[: MAXIMUM_SEGMENTS - 1]
    sureness = np.min([_confidences(each) for each in scores], axis=0)
    is_shared = (shares >= LEAST_SHARE) & (sureness >= LEAST_CONFIDENCE)
    shared = [k for k in sorted(largest) if is_shared[k] and k != _OTHER]
    rest = [k for k in range(len(GROUPS)) if k not in shared]
    has_rest = min(_shares(each)[rest].sum() for each in scores) >= LEAST_SHARE or not shared
    groups = [*shared, _OTHER] if has_rest else shared
    names = tuple(GROUPS[k] for k in groups)
    colors = tuple(bytes(GROUP_COLORS[name]).hex() for name in names)
    maps = []
    for photo, each in zip(photos, scores, strict=True):
        layers = [each[..., k] for k in shared]
        if has_rest:
            layers.append(each[..., rest].sum(-1))
        labels = _labels(photo, np.stack(layers, -1))
        maps.append(LabelMap(resize_labels(labels, photo.shape[:2]), names, colors=colors))
    return maps[0], maps[1]


def _shares(scores: np.ndarray) -> np.ndarray:
    """Return the share of a photo in which each group is the likeliest, float64 [groups]."""
    likeliest = scores.argmax(-1).ravel()
    return np.bincount(likeliest, minlength=scores.shape[-1]) / likeliest.size


def _confidences(scores: np.ndarray) -> np.ndarray:
    """Return how likely each group is in the mean where it is the likeliest, float64 [groups]."""
    likeliest, number = scores.argmax(-1).ravel(), scores.shape[-1]
    counts = np.bincount(likeliest, minlength=number)
    sums = np.bincount(likeliest, scores.max(-1).ravel(), minlength=number)
    return sums / np.maximum(counts, 1)


def _labels(photo: images.FloatImage, scores: np.ndarray) -> np.ndarray:
    """Return labels at most about 700 px long, whose borders follow the photo's edges."""
    size = images.fit_area(photo.shape[:2], LABEL_SIZE)
    labels = resize_scores(scores, size).argmax(-1).astype(np.int32)
    return refine_to_edges(photo, images.resize(photo, size), labels, scores.shape[-1])
