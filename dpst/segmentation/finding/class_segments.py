"""Segments by class: what a segmentation model sees in both images, in groups of classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dpst import images
from dpst.segmentation.finding.class_groups import GROUPS, RELATIVES, group_colors, group_of
from dpst.segmentation.finding.scores import LABEL_SIZE, resize_scores
from dpst.segmentation.label_maps.label_arrays import Labels, fill_from_nearest, resize_labels
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.label_maps.palette import MAXIMUM_LABELS

MINIMUM_SHARE = 0.005
"""Share of an image; a smaller group is taken for a mistake and goes to its neighbours."""

_MAXIMUM_GROUPS = MAXIMUM_LABELS // 2  # In one image, so that those of both can be drawn.


def segment_by_classes(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    score: Callable[[images.FloatImage], np.ndarray],
    class_names: Sequence[str],
) -> tuple[LabelMap, LabelMap]:
    """Find the groups of classes in two images.

    A group's score at a position is that of its best class, so two classes of one group have no
    border between them. A label that the style image lacks has the relatives of `RELATIVES`.

    Args:
        content_image: float32 [height, width, 3], sRGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], sRGB in [0, 1].
        score: maps such an image to class scores [h, w, num_classes] of any resolution, the largest
            at a position being its class.
        class_names: name of each class.

    Returns:
        The label maps of the content and the style image, at these sizes, named by the groups; a
        class that the table of groups does not know is a group of its own.
    """
    groups = [group_of(name) for name in class_names]
    found = [_group_labels(image, score(image), groups) for image in (content_image, style_image)]
    occurring = {name for _, own in found for name in own}
    names = tuple(name for name in dict.fromkeys([*GROUPS, *groups]) if name in occurring)
    colors = group_colors(names)
    relatives = tuple(RELATIVES.get(name, ()) for name in names)
    maps = []
    for image, (labels, own) in zip((content_image, style_image), found, strict=True):
        positions = np.array([names.index(name) for name in own], np.int32)
        at_size = positions[resize_labels(labels, (image.shape[0], image.shape[1]))]
        maps.append(LabelMap(at_size, names, colors=colors, relatives=relatives))
    return maps[0], maps[1]


def _group_labels(
    image: images.FloatImage, scores: np.ndarray, groups: Sequence[str]
) -> tuple[Labels, tuple[str, ...]]:
    """Return labels at most 700 px long of the groups in an image, and the groups' names."""
    best = scores.argmax(-1)
    names = list(dict.fromkeys(groups[k] for k in np.unique(best)))
    members = [[k for k, group in enumerate(groups) if group == name] for name in names]
    group_scores = np.stack([scores[..., classes].max(-1) for classes in members], -1)
    shares = np.bincount(group_scores.argmax(-1).ravel(), minlength=len(names)) / best.size
    largest = np.argsort(-shares, kind="stable")[:_MAXIMUM_GROUPS]
    is_kept = np.isin(np.arange(len(names)), largest)
    is_kept &= shares >= min(MINIMUM_SHARE, shares.max())
    layers = group_scores[..., is_kept]
    if not is_kept.all():
        layers = np.concatenate([layers, group_scores[..., ~is_kept].max(-1, keepdims=True)], -1)
    labels = resize_scores(layers, images.fit_area(image.shape[:2], LABEL_SIZE)).argmax(-1)
    labels = fill_from_nearest(labels, labels == np.count_nonzero(is_kept))
    return labels.astype(np.int32), tuple(np.array(names)[is_kept].tolist())
