"""Segments of one object on a plain ground: a product on a backdrop, a thing in the dark."""

from __future__ import annotations

import cv2
import numpy as np

from dpst import images
from dpst.images.pixels import from_unit_range
from dpst.segmentation.finding.edges import refine_to_edges
from dpst.segmentation.finding.scores import LABEL_SIZE
from dpst.segmentation.label_maps.label_arrays import resize_labels
from dpst.segmentation.label_maps.label_map import LabelMap

OBJECT_COLORS = {"object": (210, 80, 120), "backdrop": (240, 240, 240)}
"""The names of the two segments, and the sRGB colours they are drawn in."""

_SIDE = 240  # pixels of the longer side at which the object is sought
_BORDER = 0.03  # width of the frame that shows the ground, as a share of the shorter side
_PLAIN = 3.0  # Delta E from a smooth ground within which 7 in 10 pixels of a plain frame lie
_FEW = 0.1  # of the photo: a smaller object or backdrop is none
_NUM_FITS = 5
_NUM_CUTS = 5
_NO_RECTANGLE = (0, 0, 0, 0)


def segment_objects(
    content_image: images.FloatImage, style_image: images.FloatImage
) -> tuple[LabelMap, LabelMap] | None:
    """Find the object and the backdrop of two photos that each show one object on a plain ground.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].

    Returns:
        The label maps of the content and the style image, "object" and "backdrop"; None if either
        photo shows something else.
    """
    content_object = find_object(content_image)
    style_object = None if content_object is None else find_object(style_image)
    if content_object is None or style_object is None:
        return None
    return _label_map(content_image, content_object), _label_map(style_image, style_object)


def find_object(photo: images.FloatImage) -> np.ndarray | None:
    """Find the object of a photo whose frame shows a plain ground.

    The colours of the frame are fitted by a quadratic surface. Where most of them keep to it, the
    ground is plain, and a cut of least cost parts what looks like it from what does not.

    Source: Rother, Kolmogorov and Blake, "GrabCut: Interactive Foreground Extraction using Iterated
    Graph Cuts", 2004. Deviation: the frame takes the place of the user's rectangle.

    Args:
        photo: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        bool [rows, columns] of the photo's aspect ratio, whether there is the object; None if the
        ground is not plain, or there is next to nothing but the one or the other.
    """
    small = images.resize(photo, images.fit_area(photo.shape[:2], _SIDE))
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2Lab)
    frame = np.ones(lab.shape[:2], bool)
    width = max(2, round(_BORDER * min(frame.shape)))
    frame[width:-width, width:-width] = False
    distance, is_ground = _distance_from_ground(lab, frame)
    if np.quantile(distance[frame], 0.7) > _PLAIN:
        return None
    mask = np.where(distance < _PLAIN, cv2.GC_PR_BGD, cv2.GC_PR_FGD).astype(np.uint8)
    mask[is_ground] = cv2.GC_BGD
    if not (mask == cv2.GC_PR_FGD).any():
        return None
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    pixels = from_unit_range(small, np.uint8)
    cv2.grabCut(pixels, mask, _NO_RECTANGLE, *models, _NUM_CUTS, cv2.GC_INIT_WITH_MASK)
    is_object = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))
    return is_object if _FEW <= is_object.mean() <= 1 - _FEW else None


def _distance_from_ground(lab: np.ndarray, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit the ground to the colours of a frame, again and again without those that are far off.

    Args:
        lab: [height, width, 3], CIE Lab.
        frame: bool [height, width].

    Returns:
        The distance in Delta E from the ground, [height, width]; and bool [height, width], which
        pixels of the frame are the ground.
    """
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in frame.shape), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * y, x**2, y**2], axis=-1)
    kept = frame
    for _ in range(_NUM_FITS):
        surface = np.linalg.lstsq(terms[kept], lab[kept], rcond=None)[0]
        distance = np.linalg.norm(terms @ surface - lab, axis=-1)
        kept = frame & (distance <= max(2 * np.median(distance[frame]), _PLAIN))
    return distance, kept


def _label_map(photo: images.FloatImage, is_object: np.ndarray) -> LabelMap:
    copy = images.resize(photo, images.fit_area(photo.shape[:2], LABEL_SIZE))
    labels = refine_to_edges(photo, copy, np.where(is_object, 0, 1).astype(np.int32), 2)
    colors = tuple(bytes(color).hex() for color in OBJECT_COLORS.values())
    return LabelMap(resize_labels(labels, photo.shape[:2]), tuple(OBJECT_COLORS), colors=colors)
