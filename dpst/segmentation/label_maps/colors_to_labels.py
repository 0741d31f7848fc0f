"""Colours to labels: which label each pixel of a colour-coded picture has.

A pixel takes the label nearest in colour, but at a soft edge it must be one of those that meet
there: the colours in between are mixtures, and may be nearest to a label that is not there at all.
"""

from __future__ import annotations

import cv2
import numpy as np

from dpst.segmentation.label_maps.label_arrays import Labels
from dpst.segmentation.label_maps.palette import (
    COLOR_TOLERANCE,
    MAXIMUM_STRAY_SHARE,
    codes_to_colors,
    color_distances,
    colors_to_codes,
    flat_pixels,
)

# Labels that meet at a soft edge have flat pixels within this window around each pixel of the edge.
_EDGE_WINDOW = np.ones((5, 5), np.uint8)


def label_pixels(
    colors: np.ndarray, palette: np.ndarray
) -> tuple[Labels, np.ndarray, tuple[str, ...]]:
    """Return the label of each pixel of a colour-coded picture.

    Args:
        colors: uint8 [height, width, 3].
        palette: uint8 [num_labels, 3], the colour of each label.

    Returns:
        Labels int32 [height, width]; bool [height, width], the pixels off the palette; and for each
        label the hex code of the colour that it is mostly shown in, "" where there is none.
    """
    separations = color_distances(palette, palette)
    np.fill_diagonal(separations, 255)
    tolerance = min(COLOR_TOLERANCE, (int(separations.min()) - 1) // 2)

    # Distances once for each colour that occurs: these are far fewer than the pixels.
    pixel_codes = colors_to_codes(colors)
    codes = np.unique(pixel_codes)
    # A table of all colours: the inverse that np.unique offers sorts the pixels, far slower.
    table = np.zeros(1 << 24, np.int32)
    table[codes] = np.arange(len(codes))
    inverse = table[pixel_codes]
    distances = color_distances(codes_to_colors(codes), palette)
    nearest = distances.argmin(axis=1).astype(np.int32)
    labels = nearest[inverse]
    is_far = distances.min(axis=1) > tolerance
    is_off_palette = is_far[inverse]
    counts = np.where(is_far, 0, np.bincount(inverse.ravel()))
    shades = _shades(codes, counts, nearest, len(palette))
    # A clean map has no soft edges, and its thin lines must stay.
    if is_off_palette.mean() > MAXIMUM_STRAY_SHARE:
        is_core = flat_pixels(colors) & ~is_off_palette
        is_reached = _reached_labels(labels, is_core, len(palette))
        is_doubtful = is_off_palette | _mixed_pixels(labels, is_reached, palette)
        is_doubtful &= is_reached.any(axis=-1)
        choices = distances[inverse[is_doubtful]].astype(np.int32)
        choices[~is_reached[is_doubtful]] = 256
        labels[is_doubtful] = choices.argmin(axis=1)
    return labels, is_off_palette, shades


def _shades(
    codes: np.ndarray, counts: np.ndarray, nearest: np.ndarray, num_labels: int
) -> tuple[str, ...]:
    """Return the most frequent colour of each label, "" where there is none."""
    of_labels = [np.where(nearest == k, counts, 0) for k in range(num_labels)]
    return tuple(f"{codes[own.argmax()]:06x}" if own.any() else "" for own in of_labels)


def _reached_labels(labels: Labels, is_core: np.ndarray, num_labels: int) -> np.ndarray:
    """Return which labels have a core pixel near each pixel, bool [height, width, num_labels]."""
    cores = [(is_core & (labels == k)).astype(np.uint8) for k in range(num_labels)]
    reached = np.stack([cv2.dilate(core, _EDGE_WINDOW) for core in cores], axis=-1)
    return reached.astype(np.bool_)


def _mixed_pixels(labels: Labels, is_reached: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Find pixels that show a label's colour only as a mixture of two others at a soft edge.

    By colour alone the edge between black and white would carry a ribbon of grey.
    """
    is_mixed = np.zeros(labels.shape, np.bool_)
    is_lonely = ~np.take_along_axis(is_reached, labels[..., np.newaxis], axis=-1)[..., 0]
    for k in np.unique(labels[is_lonely]):
        is_candidate = is_lonely & (labels == k)
        meeting = is_reached[is_candidate].astype(np.float32)
        pairs = _mixing_pairs(palette, int(k)).astype(np.float32)
        is_mixed[is_candidate] = ((meeting @ pairs) * meeting).any(axis=1)
    return is_mixed


def _mixing_pairs(palette: np.ndarray, k: int) -> np.ndarray:
    """Return which two other colours mix to colour k, bool [num_labels, num_labels]."""
    colors = palette.astype(np.float32)
    steps = colors[np.newaxis] - colors[:, np.newaxis]
    offsets = colors[k] - colors[:, np.newaxis]
    lengths = np.maximum((steps**2).sum(axis=-1), 1.0)
    fractions = np.clip((offsets * steps).sum(axis=-1) / lengths, 0.0, 1.0)
    misses = np.abs(offsets - fractions[..., np.newaxis] * steps).max(axis=-1)
    is_pair = misses <= COLOR_TOLERANCE
    is_pair[k, :] = is_pair[:, k] = False
    np.fill_diagonal(is_pair, False)
    return is_pair
