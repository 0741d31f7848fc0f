"""Borders of labels, drawn to the edges of the photo."""

import numpy as np

from dpst import images
from dpst.segmentation.finding.scores import LABEL_SIZE, resize_scores
from dpst.segmentation.label_maps.label_arrays import Labels
from matting import fit_local_affine

_RADIUS = 8  # in pixels of the copy
_EPSILON = 1e-3


def refine_to_edges(
    photo: images.FloatImage, copy: images.FloatImage, labels: Labels, num_labels: int
) -> Labels:
    """Return labels at most about 700 px long whose borders follow the photo's edges.

    The masks are fitted by local affine functions of the colours, and the largest wins.

    Source: He, Sun and Tang, "Guided Image Filtering", 2013.

    Args:
        photo: float32 [height, width, 3], RGB in [0, 1].
        copy: the photo at the size that the borders are fitted at.
        labels: int32, 0 ... `num_labels` - 1, at any resolution of the same aspect ratio.
        num_labels: how many labels there are.

    Returns:
        int32 labels of the photo's aspect ratio.
    """
    target = images.resize(photo, images.fit_area(photo.shape[:2], LABEL_SIZE))
    masks = [
        resize_scores((labels == k).astype(np.float32)[..., None], copy.shape[:2])
        for k in range(num_labels)
    ]
    masks += [np.zeros_like(masks[0])] * (-num_labels % 3)  # Fitted three at a time, as RGB.
    refined = []
    for k in range(0, num_labels, 3):
        triple = np.concatenate(masks[k : k + 3], -1)
        local_map = fit_local_affine(copy, triple, _RADIUS, _EPSILON)
        refined.append(local_map.apply(target))
    return np.concatenate(refined, -1)[..., :num_labels].argmax(-1).astype(np.int32)
