"""Where a photo shows people: their skin and their hair."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dpst import images
from dpst.segmentation.finding.scene_segments import LEAST_CONFIDENCE
from dpst.segmentation.finding.scores import LABEL_SIZE, resize_scores
from dpst.segmentation.parsing.groups import GROUPS
from matting import fit_local_affine

PARTS = "skin", "hair"
LEAST_SHARE = 0.002
"""Share of the photo that a part must cover: a face of a twentieth of the sides."""

_RADIUS = 8  # in pixels of the copy
_EPSILON = 1e-3


def people_masks(
    photo: images.FloatImage, parse: Callable[[images.FloatImage], np.ndarray]
) -> dict[str, np.ndarray]:
    """Return soft masks of the skin and the hair that a photo surely shows.

    Args:
        photo: float32 [height, width, 3], RGB in [0, 1].
        parse: gives how likely each group of `GROUPS` is, float32 [rows, columns, groups]; see
            `SceneParser`.

    Returns:
        A mask for each part of `PARTS` that there is: float32 [rows, columns] in [0, 1], of the
        photo's aspect ratio, at most about 700 px long, its borders at the photo's edges.
    """
    scores = parse(photo)
    likeliest = scores.argmax(-1)
    copy = images.resize(photo, images.fit_area(photo.shape[:2], LABEL_SIZE))
    masks = {}
    for part in PARTS:
        group = GROUPS.index(part)
        inside = likeliest == group
        if inside.mean() < LEAST_SHARE or scores[inside, group].mean() < LEAST_CONFIDENCE:
            continue
        likely = resize_scores(scores[..., group : group + 1], copy.shape[:2])
        fitted = fit_local_affine(copy, likely.repeat(3, -1), _RADIUS, _EPSILON).apply(copy)
        masks[part] = fitted[..., 0].clip(0, 1).astype(np.float32)
    return masks
