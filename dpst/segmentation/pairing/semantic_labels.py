"""Semantic labels: the flat values of a pair of semantic maps, and which serves which.

Patches are matched by the maps themselves; the labels give the statistics their regions and the
report its rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dpst import images
from dpst.segmentation.label_maps.label_arrays import Labels
from dpst.segmentation.label_maps.palette import color_clusters, color_distances
from dpst.segmentation.label_maps.semantic_map import SemanticMap
from dpst.segmentation.pairing.segment_rows import (
    SegmentRow,
    is_sliver,
    label_action,
    segment_row,
)

MAXIMUM_SEMANTIC_LABELS = 32
"""Most labels that are looked for; values that are left over join the nearest of them."""

# Longer side in pixels of a map that is searched for labels; of a larger one every second, third
# ... pixel is taken. Statistics need no more, and sorting the values of 12 MP takes long.
_MAXIMUM_SIDE = 1024

# Sum of a label's shares of both images; values below it are soft edges or specks, and join the
# label nearest to them.
_MINIMUM_LABEL_SHARE = 5e-3

# Share of the style image; a label below it is likely to be mixed colours, and serves none.
_MINIMUM_SERVING_SHARE = 1e-3

# Largest difference in any channel, of 255, within one label.
_LABEL_TOLERANCE = 16


@dataclass(frozen=True, eq=False)
class SemanticLabels:
    """The labels that a pair of semantic maps shows.

    Attributes:
        content: int32 [height, width], label of each pixel of the output's map, or of every
            second, third ... pixel of a large one.
        style: int32 [style_height, style_width], likewise of the style's map.
        served_by: the style label that serves each label of the output: itself, or the nearest.
        rows: a row for each label, for the report.
    """

    content: Labels
    style: Labels
    served_by: tuple[int, ...]
    rows: tuple[SegmentRow, ...]


def semantic_labels(content_map: SemanticMap, style_map: SemanticMap) -> SemanticLabels:
    """Find the labels in two maps: flat colours, whatever the number of channels.

    The most frequent value absorbs all values close to it, then the most frequent of the rest does,
    and so on; soft edges go to the nearest label. Gradients fall into bins.

    Args:
        content_map: of the content image, or of a doodle.
        style_map: of the style image, with as many channels.

    Returns:
        The labels.
    """
    maps = content_map, style_map
    codes = [_sampled_codes(each) for each in maps]
    found = [
        np.unique(each.reshape(-1, each.shape[2]), axis=0, return_inverse=True, return_counts=True)
        for each in codes
    ]
    palette = _palette([(colors, counts) for colors, _, counts in found])
    labels = []
    for (colors, inverse, _), each in zip(found, codes, strict=True):
        nearest = color_distances(colors, palette).argmin(1).astype(np.int32)
        labels.append(nearest[inverse.ravel()].reshape(each.shape[:2]))
    shares = [np.bincount(each.ravel(), minlength=len(palette)) / each.size for each in labels]
    served_by = _nearest_servers(palette, shares[1])
    rows = _rows(palette, content_map.names, served_by, shares, [each.size for each in maps])
    return SemanticLabels(labels[0], labels[1], served_by, rows)


def _sampled_codes(semantic_map: SemanticMap) -> np.ndarray:
    """Return the values of a map at every pixel, or every second, third ...: uint8 [h, w, M]."""
    step = -(-max(semantic_map.size) // _MAXIMUM_SIDE)
    return np.rint(semantic_map.values[::step, ::step] * 255).astype(np.uint8)


def _palette(found: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the values that stand for labels, the most frequent first: uint8 [labels, M].

    Args:
        found: for each map its distinct values, uint8 [n, M], and how many pixels have each.
    """
    colors = np.concatenate([values for values, _ in found])
    shares = np.concatenate([counts / counts.sum() for _, counts in found])
    palette: list[np.ndarray] = []
    for center, share in color_clusters(colors, shares, _LABEL_TOLERANCE, _MINIMUM_LABEL_SHARE):
        # A rare cluster is a mixed colour; others of the rest may still be frequent as a group.
        if share >= _MINIMUM_LABEL_SHARE or not palette:
            palette.append(center)
        if len(palette) == MAXIMUM_SEMANTIC_LABELS:
            break
    return np.stack(palette)


def _nearest_servers(palette: np.ndarray, style_shares: np.ndarray) -> tuple[int, ...]:
    """Return which style label serves each label: the nearest of those that are large enough."""
    is_serving = style_shares >= _MINIMUM_SERVING_SHARE
    if not is_serving.any():
        is_serving = style_shares > 0
    # Mean differences: with the largest, as soft edges take, all orphans of a stack would tie.
    differences = np.abs(palette[:, None].astype(int) - palette[None]).sum(-1)
    differences[:, ~is_serving] = np.iinfo(int).max
    return tuple(differences.argmin(1).tolist())


def _rows(
    palette: np.ndarray,
    channel_names: tuple[str, ...],
    served_by: tuple[int, ...],
    shares: Sequence[np.ndarray],
    sizes: Sequence[images.Size],
) -> tuple[SegmentRow, ...]:
    """Return a row for each label; `shares` and `sizes` are those of the two maps."""
    names = [_name(color, channel_names) for color in palette]
    used = {served_by[label] for label in np.flatnonzero(shares[0]).tolist()}
    rows = []
    for label, (name, server) in enumerate(zip(names, served_by, strict=True)):
        own_shares = float(shares[0][label]), float(shares[1][label])
        pixels = (
            round(own_shares[0] * math.prod(sizes[0])),
            round(own_shares[1] * math.prod(sizes[1])),
        )
        is_orphan = own_shares[0] > 0 and server != label
        findings = {
            "orphan": is_orphan,
            "sliver": is_sliver(own_shares) and not is_orphan,
            "unused": own_shares[1] > 0 and label not in used,
        }
        action = label_action(names[server]) if own_shares[0] else "serves no label"
        if is_orphan:
            action += ", the nearest"
        color = name if palette.shape[1] == 3 and len(name) == 6 else ""
        rows.append(segment_row(name, color, pixels, own_shares, action, findings))
    return tuple(rows)


def _name(color: np.ndarray, channel_names: tuple[str, ...]) -> str:
    """Return a label in words: masks by the names of those that are white, colours in hex."""
    if channel_names:
        white = [name for name, value in zip(channel_names, color, strict=True) if value >= 128]
        return "+".join(white) or "none"
    return bytes(color[:8]).hex()
