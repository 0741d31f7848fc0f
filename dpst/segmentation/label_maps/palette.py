"""Palette: which colours of a colour-coded picture stand for labels.

Soft edges and JPEG noise fill a label map with thousands of colours. Those that are labels are the
ones that fill flat areas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

LUAN_PALETTE: dict[str, str] = {
    "0000ff": "blue",
    "00ff00": "green",
    "000000": "black",
    "ffffff": "white",
    "ff0000": "red",
    "ffff00": "yellow",
    "808080": "grey",
    "00ffff": "light blue",
    "ff00ff": "purple",
}
"""The nine label colours of Luan et al. 2017, hex RGB, and their names."""

MAXIMUM_LABELS = 64
"""Most labels that the two label maps of a pair may have together."""

COLOR_TOLERANCE = 32
"""Largest difference in any channel, of 255, at which a pixel still shows a label's colour."""

FLAT_RANGE = 24
"""A 3x3 window with no larger range in any channel lies inside a segment, not on its soft edge."""

MAXIMUM_STRAY_SHARE = 1e-3
"""Share of pixels off the palette that a map without soft edges or JPEG noise may still have."""

# Least share of a map's flat pixels that makes a colour a label.
_MINIMUM_FLAT_SHARE = 1e-4
# Least share of the flat pixels near Luan's colours at which these are taken. Measured on their
# maps: at least 0.988.
_LUAN_SHARE = 0.98
# Share of pixels within _CLOSE_COLOR of a label's colour. Measured: label maps at least 0.83,
# photos mostly below 0.6.
_CLOSE_COLOR = 8
_MINIMUM_CLOSE_SHARE = 0.75

_LUAN_CODES = np.array([int(color, 16) for color in LUAN_PALETTE], np.int32)


def find_palette(maps: Sequence[np.ndarray]) -> np.ndarray:
    """Find the colours that stand for labels.

    Only pixels inside flat areas count, so a mixed colour that lives on soft edges is never taken
    for a label. A clean file is taken at its word: its colours are the labels, however close to
    each other (a grey map of the numbers 0, 1, 2), unless the maps show one label in different
    shades, 0000fa in one and 0000ff in the other. Otherwise the labels are those of Luan's nine
    colours that occur, if these explain the maps; else the most frequent colours, each of which
    absorbs what is within `COLOR_TOLERANCE` of it.

    Args:
        maps: uint8 [height, width, 3] each, colour-coded maps that share one meaning.

    Returns:
        uint8 [num_labels, 3], RGB, no two equal.

    Raises:
        ValueError: there are more than `MAXIMUM_LABELS` colours, or no flat ones, as in a photo.
    """
    clean_codes = _clean_codes(maps)
    if clean_codes is not None:
        return codes_to_colors(clean_codes)
    codes, shares = _flat_shares(maps)
    distances = color_distances(codes_to_colors(codes), codes_to_colors(_LUAN_CODES))
    is_near = distances.min(axis=1) <= COLOR_TOLERANCE
    if shares[is_near].sum() >= _LUAN_SHARE * shares.sum():
        nearest = distances.argmin(axis=1)[is_near]
        occurring = np.bincount(nearest, shares[is_near], len(_LUAN_CODES))
        return codes_to_colors(_LUAN_CODES[occurring >= _MINIMUM_FLAT_SHARE])
    clusters = color_clusters(codes_to_colors(codes), shares, COLOR_TOLERANCE, _MINIMUM_FLAT_SHARE)
    # A cluster of rare colours is not a label; its pixels go to the nearest label later.
    centers = [center for center, share in clusters if share >= _MINIMUM_FLAT_SHARE]
    if len(centers) > MAXIMUM_LABELS:
        raise ValueError(too_many_labels_message(len(centers)))
    palette = np.stack(centers)
    for colors in maps:
        _check_flatness(colors, palette)
    return palette


def flat_pixels(colors: np.ndarray, maximum_range: int = FLAT_RANGE) -> np.ndarray:
    """Find the pixels that lie inside a segment.

    Args:
        colors: uint8 [height, width, 3].
        maximum_range: largest range of a channel within the 3x3 window around such a pixel.

    Returns:
        bool [height, width]; all true where less than half would be: such a map has no areas.
    """
    is_flat = _window_ranges(colors) <= maximum_range
    return is_flat if is_flat.mean() >= 0.5 else np.ones_like(is_flat)


def color_distances(colors: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Return the distances of colours from the labels' colours.

    Args:
        colors: uint8 [num_colors, channels].
        palette: uint8 [num_labels, channels].

    Returns:
        uint8 [num_colors, num_labels], the largest difference in any channel.
    """
    signed = colors.astype(np.int16)
    columns = [np.abs(signed - color).max(axis=-1) for color in palette.astype(np.int16)]
    return np.stack(columns, axis=-1).astype(np.uint8)


def color_clusters(
    colors: np.ndarray, shares: np.ndarray, tolerance: int, minimum_share: float
) -> Iterator[tuple[np.ndarray, float]]:
    """Yield greedy clusters: the most frequent colour left absorbs its neighbourhood.

    Args:
        colors: uint8 [num_colors, channels].
        shares: float64 [num_colors], how frequent each is.
        tolerance: largest difference in any channel, of 255, from a cluster's centre.
        minimum_share: the clusters end where all colours left have less than this together.

    Yields:
        The centre of a cluster, uint8 [channels], and the share of all its colours.
    """
    while shares.sum() >= minimum_share:
        center = colors[shares.argmax()]
        is_near = color_distances(colors, center[np.newaxis])[:, 0] <= tolerance
        yield center, float(shares[is_near].sum())
        colors, shares = colors[~is_near], shares[~is_near]


def colors_to_codes(colors: np.ndarray) -> np.ndarray:
    """Pack uint8 [..., 3] into int32 [...], 0xRRGGBB."""
    red, green, blue = np.moveaxis(colors.astype(np.int32), -1, 0)
    return red << 16 | green << 8 | blue


def codes_to_colors(codes: np.ndarray) -> np.ndarray:
    """Unpack int32 [...], 0xRRGGBB, into uint8 [..., 3]."""
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)


def too_many_labels_message(num_labels: int) -> str:
    """Return the message that there are more than `MAXIMUM_LABELS` labels, and what to do."""
    return (
        f"the label maps have {num_labels} labels, at most {MAXIMUM_LABELS} are supported: merge "
        "labels that share a look, or, if photos were given instead, give their label maps."
    )


def _window_ranges(colors: np.ndarray) -> np.ndarray:
    """Return the largest range of a channel in each pixel's 3x3 window, uint8 [height, width]."""
    window = np.ones((3, 3), np.uint8)
    red, green, blue = cv2.split(cv2.dilate(colors, window) - cv2.erode(colors, window))
    return np.maximum(np.maximum(red, green), blue).astype(np.uint8, copy=False)


def _clean_codes(maps: Sequence[np.ndarray]) -> np.ndarray | None:
    """Return the colours of maps whose pixels have their label's exact colour, but for a few.

    Returns:
        int32 [num_labels], 0xRRGGBB; None for maps that are not as clean as that.
    """
    palettes = []
    for colors in maps:
        codes = colors_to_codes(colors)
        flat_codes, counts = np.unique(codes[flat_pixels(colors, 0)], return_counts=True)
        palettes.append(flat_codes[counts >= _MINIMUM_FLAT_SHARE * codes.size])
    occurring, palette = np.concatenate(palettes), _without_shades(palettes)
    for colors in maps:
        is_exact = np.isin(colors_to_codes(colors), occurring)
        if is_exact.mean() < 1.0 - MAXIMUM_STRAY_SHARE:
            return None
    if len(palette) > MAXIMUM_LABELS:
        # In areas of exact colours these are labels; otherwise there is noise.
        if all((_window_ranges(colors) == 0).mean() >= 0.5 for colors in maps):
            raise ValueError(too_many_labels_message(len(palette)))
        return None
    return palette


def _without_shades(palettes: Sequence[np.ndarray]) -> np.ndarray:
    """Return the colours of all maps, but one for a label that the maps show in different shades.

    The shade that is a colour of Luan et al. stays, or else that of the first map.
    """
    codes = np.concatenate(palettes).astype(np.int32)
    if not 0 < len(codes) <= 2 * MAXIMUM_LABELS:
        return np.unique(codes)  # A photo or noise: too many for labels, and too many to compare.
    # A stable sort, so that among equals those of the first map come first.
    codes = codes[np.argsort(~np.isin(codes, _LUAN_CODES), kind="stable")]
    distances = color_distances(codes_to_colors(codes), codes_to_colors(codes))
    is_near = distances <= COLOR_TOLERANCE
    for palette in palettes:
        # Close colours of one map are labels, such as the numbers 0, 1, 2; merge none of them.
        own = np.isin(codes, palette)
        separations = distances[np.ix_(own, own)]
        if ((0 < separations) & (separations <= 2 * COLOR_TOLERANCE)).any():
            return np.unique(codes)
    is_first = ~np.tril(is_near, -1).any(axis=1)
    return np.unique(codes[is_first])


def _flat_shares(maps: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the colours in flat areas, most frequent first, and their shares summed over the maps.

    They are shares and not counts, so that a label of the smaller map matters as much.
    """
    found = [
        np.unique(colors_to_codes(colors[flat_pixels(colors)]), return_counts=True)
        for colors in maps
    ]
    codes, inverse = np.unique(np.concatenate([codes for codes, _ in found]), return_inverse=True)
    weights = np.concatenate([counts / counts.sum() for _, counts in found])
    shares = np.bincount(inverse, weights).astype(np.float64)
    # Ties go by colour, so that the order of the maps does not matter.
    order = np.lexsort((codes, -shares))
    return codes[order].astype(np.int32), shares[order]


def _check_flatness(colors: np.ndarray, palette: np.ndarray) -> None:
    codes, counts = np.unique(colors_to_codes(colors), return_counts=True)
    distances = color_distances(codes_to_colors(codes), palette).min(axis=1)
    close_share = counts[distances <= _CLOSE_COLOR].sum() / counts.sum()
    if close_share < _MINIMUM_CLOSE_SHARE:
        raise ValueError(
            f"only {close_share:.0%} of the pixels of a label map show one of {len(palette)} flat "
            f"colours, at least {_MINIMUM_CLOSE_SHARE:.0%} must: if a photo was given instead, "
            "give its label map; otherwise save the map as PNG, without dithering or gradients."
        )
