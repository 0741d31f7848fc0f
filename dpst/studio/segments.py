"""Segments as they are painted: two label maps in the nine colours of Luan et al. 2017."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpst import images
from dpst.report.tint import tinted_image
from dpst.segmentation import LUAN_PALETTE, LabelMap, resize_labels

COLORS = tuple(LUAN_PALETTE)
"""Hex colour of each label, which the brush paints with."""

NAMES = tuple(LUAN_PALETTE.values())
"""Name of each label."""

EDITED_SIDE = 640  # pixels: longer side of the pictures that are painted on, at most

_PALETTE = np.array([list(bytes.fromhex(color)) for color in COLORS], np.uint8)
_TINT = 0.5
_SOLID = 128  # of 255: opacity from which a pixel of a stroke counts

Labels = npt.NDArray[np.uint8]
"""Indices into `COLORS`."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Label maps of a pair.

    Attributes:
        content: uint8 [height, width], indices into `COLORS`, at the content image's size.
        style: uint8 [style_height, style_width], likewise at the style image's.
    """

    content: Labels
    style: Labels

    def pictures(self) -> tuple[np.ndarray, np.ndarray]:
        """Return both as colour-coded maps, uint8 [height, width, 3]."""
        return _PALETTE[self.content], _PALETTE[self.style]


def segments_from_maps(content_map: LabelMap, style_map: LabelMap) -> Segments:
    """Bring a pair of label maps into the nine colours.

    A label keeps its colour if it is one of the nine, and gets a free one otherwise.

    Args:
        content_map: label map of the content image.
        style_map: label map of the style image, with the same `names`.

    Returns:
        The segments.

    Raises:
        ValueError: there are more than nine labels.
    """
    occurring = np.union1d(content_map.labels, style_map.labels).tolist()
    if len(occurring) > len(COLORS):
        raise ValueError(
            f"the label maps hold {len(occurring)} labels, at most {len(COLORS)} can be painted: "
            "merge some, or use the command line, which takes more."
        )
    drawn = content_map.colors or content_map.names
    taken = {label: COLORS.index(drawn[label]) for label in occurring if drawn[label] in COLORS}
    free = iter(index for index in range(len(COLORS)) if index not in taken.values())
    index_of = np.zeros(len(drawn), np.uint8)
    for label in occurring:
        index_of[label] = taken[label] if label in taken else next(free)
    return Segments(index_of[content_map.labels], index_of[style_map.labels])


def painted_labels(labels: Labels, layers: Sequence[np.ndarray]) -> Labels:
    """Return labels with brush strokes over them.

    Args:
        labels: uint8 [height, width], indices into `COLORS`.
        layers: uint8 [h, w, 4] each, RGBA, of any size of this aspect ratio, the lowest first.
            Pixels below half opacity do not count; a stroke takes the nearest of `COLORS`.

    Returns:
        uint8 [height, width], a new array.
    """
    result = labels.copy()
    for layer in layers:
        is_solid = layer[..., 3] >= _SOLID
        if not is_solid.any():
            continue
        colors, inverse = np.unique(layer[is_solid][:, :3], axis=0, return_inverse=True)
        differences = colors[:, None].astype(np.int32) - _PALETTE.astype(np.int32)
        nearest = (differences**2).sum(-1).argmin(-1).astype(np.uint8)
        strokes = np.full(layer.shape[:2], len(COLORS), np.uint8)
        strokes[is_solid] = nearest[inverse.ravel()]
        strokes = resize_labels(strokes, labels.shape)
        result = np.where(strokes < len(COLORS), strokes, result)
    return result


def filled_labels(labels: Labels, index: int, box: tuple[float, float, float, float]) -> Labels:
    """Return labels with a rectangle filled, which needs no mouse.

    Args:
        labels: uint8 [height, width], indices into `COLORS`.
        index: index of the colour to fill it with.
        box: left, top, right and bottom edge, in percent of the width or height, 0 to 100.

    Returns:
        uint8 [height, width], a new array.

    Raises:
        ValueError: the rectangle is empty.
    """
    height, width = labels.shape
    left, top, right, bottom = box
    x0, x1 = round(left * width / 100), round(right * width / 100)
    y0, y1 = round(top * height / 100), round(bottom * height / 100)
    if x0 >= x1 or y0 >= y1:
        raise ValueError(
            f"the rectangle is from {left:g} to {right:g} % across and {top:g} to {bottom:g} % "
            "down, it must hold a pixel: give a right edge beyond the left one, and a bottom edge "
            "below the top one."
        )
    result = labels.copy()
    result[y0:y1, x0:x1] = index
    return result


def painted_segments(
    segments: Segments,
    content_layers: Sequence[np.ndarray],
    style_layers: Sequence[np.ndarray],
) -> Segments:
    """Return segments with the strokes on both pictures over them, see `painted_labels`."""
    return dataclasses.replace(
        segments,
        content=painted_labels(segments.content, content_layers),
        style=painted_labels(segments.style, style_layers),
    )


def tinted_copy(image: images.FloatImage, labels: Labels) -> np.ndarray:
    """Return an image with its segments in their colours, to paint on.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].
        labels: uint8 [height, width], indices into `COLORS`.

    Returns:
        uint8 [h, w, 3], at most `EDITED_SIDE` a side.
    """
    small = edited_copy(image)
    return np.rint(tinted_image(small, labels, _PALETTE, _TINT)).astype(np.uint8)


def edited_copy(image: images.FloatImage) -> np.ndarray:
    """Return an image without its segments, uint8 [h, w, 3], at most `EDITED_SIDE` a side."""
    small = images.resize(image, images.fit_size(image.shape[:2], EDITED_SIDE))
    return np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)
