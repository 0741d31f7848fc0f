"""Semantic maps: what each pixel means, as any number of channels, for the semantic method.

Source: Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles into Fine Artworks", 2016,
section 3. A map is a picture (grey, RGB, RGBA), a stack of masks, or an array of any channels.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpst import images
from dpst.segmentation.guidance import average_masks
from dpst.segmentation.label_maps.aspect import check_aspect
from dpst.segmentation.label_maps.soft_masks import is_mask_list, parse_mask_paths, read_masks
from dpst.segmentation.pairing.segment_rows import SLIVER_SHARE, SegmentRow

MAXIMUM_LABELS = 32
MAXIMUM_SIDE = (
    1024  # pixels of a map that labels are looked for in; beyond it every second, third ...
)

MINIMUM_LABEL_SHARE = 5e-3
"""Of either image; colours below it are soft edges or specks and join the label nearest to them."""

MINIMUM_SERVING_SHARE = 1e-3
"""Of the style image; a label below it is likely to be mixed colours, and serves none."""

LABEL_TOLERANCE = 16
"""Largest difference in any channel, of 255, within one label."""

_Values = npt.NDArray[np.float32]
_Labels = npt.NDArray[np.int32]
_Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class SemanticMap:
    """What each pixel of an image means.

    Attributes:
        values: float32 [height, width, M] in [0, 1], of any size of the image's aspect ratio.
        names: name of each channel where the map is a stack of masks, else empty.
    """

    values: _Values
    names: tuple[str, ...] = ()

    @property
    def size(self) -> images.Size:
        """(height, width)."""
        return self.values.shape[0], self.values.shape[1]

    def lifted(self, size: images.Size) -> _Values:
        """The map at a layer's size, in a form in which all values are equally long.

        Each channel v becomes (cos, sin) of v pi / 2 and is then averaged by area. Correlation is
        blind to a vector's length and has no direction for zeros: without this, black would match
        anything, and dark red would be red.

        Args:
            size: (height, width) of the layer.

        Returns:
            float32 [*size, 2 M] in [0, 1].
        """
        angles = self.values * np.float32(np.pi / 2)
        channels = np.concatenate([np.cos(angles), np.sin(angles)], -1)
        return np.moveaxis(average_masks(np.moveaxis(channels, -1, 0), size), 0, -1)


@dataclass(frozen=True, eq=False)
class SemanticLabels:
    """The labels that a pair of semantic maps shows.

    Attributes:
        content: int32 [height, width], label of each pixel of the output's map, which is sampled
            where it has more than `MAXIMUM_SIDE`.
        style: int32 [height, width], of the style's map.
        served_by: the style label that serves each label of the output: itself, or the nearest.
        rows: a row for each label, for the report.
    """

    content: _Labels
    style: _Labels
    served_by: tuple[int, ...]
    rows: tuple[SegmentRow, ...]


def read_semantic_map(path: str | os.PathLike[str], source: str) -> SemanticMap:
    """Reads a semantic map from a file.

    Args:
        path: a grey, RGB, RGBA or indexed picture, with an alpha that says something as the fourth
            channel; or a stack of masks, "sky=sky.png,rocks=rocks.png".
        source: what it is for, for messages, e.g. "content_labels".

    Returns:
        The map: 1, 3 or 4 channels, or one a mask.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: a file is not a readable image.
    """
    if is_mask_list(path):
        return semantic_map(read_masks(parse_mask_paths(os.fspath(path), source), source), source)
    return semantic_map(images.decode_channels(path, source), f"{source} '{os.fspath(path)}'")


def semantic_map(values: npt.ArrayLike | Mapping[str, npt.ArrayLike], source: str) -> SemanticMap:
    """Makes a semantic map from an array.

    Args:
        values: floating or bool in [0, 1], or uint8, [height, width] or [height, width, M]; other
            integers [height, width] are numbers of labels, a channel each; or a mask [height,
            width] for each label, by name, of one size.
        source: what it is for, for messages.

    Returns:
        The map.

    Raises:
        ValueError: it is empty, of another shape or kind, or out of range.
    """
    names: tuple[str, ...] = ()
    if isinstance(values, Mapping):
        names = tuple(values)
        masks = [np.asarray(mask) for mask in values.values()]
        shapes = {mask.shape for mask in masks}
        if len(shapes) != 1:
            sizes = ", ".join(str(list(shape)) for shape in sorted(shapes)) or "none"
            raise ValueError(
                f"{source} holds masks of the shapes {sizes}, there must be one shape: give at "
                "least one mask, and all of one size."
            )
        values = np.stack(masks, -1)
    array = np.asarray(values)
    if array.ndim == 2:
        array = array[..., np.newaxis]
    is_known = array.dtype == np.uint8 or array.dtype.kind in "fbiu"
    if array.ndim != 3 or not array.size or not is_known:
        raise ValueError(
            f"{source} is {array.dtype} of the shape {list(array.shape)}, a semantic map must be "
            "floating, bool or integer [height, width] or [height, width, channels] and not empty."
        )
    if array.dtype.kind in "iu" and array.dtype != np.uint8:
        if array.shape[2] > 1:
            raise ValueError(
                f"{source} is {array.dtype} of the shape {list(array.shape)}, channels must be "
                "uint8 or floating in [0, 1]: convert it."
            )
        numbers = np.unique(array)
        return SemanticMap((array == numbers).astype(np.float32), tuple(map(str, numbers)))
    scaled = array.astype(np.float32) / np.float32(255 if array.dtype == np.uint8 else 1)
    if not (np.isfinite(scaled).all() and scaled.min() >= 0 and scaled.max() <= 1):
        raise ValueError(
            f"{source} ranges from {array.min()} to {array.max()}, a semantic map must be finite "
            "and in [0, 1]: rescale it."
        )
    return SemanticMap(scaled, names)


def paired_maps(
    content_map: SemanticMap,
    style_map: SemanticMap,
    content_size: images.Size | None,
    style_size: images.Size,
) -> tuple[SemanticMap, SemanticMap]:
    """Checks that two maps speak of the same things, and brings their channels in one order.

    Args:
        content_map: of the content image, or of a doodle.
        style_map: of the style image.
        content_size: (height, width) of the content image; None for a doodle.
        style_size: (height, width) of the style image.

    Returns:
        The two maps.

    Raises:
        ValueError: the maps differ in channels, or one has another aspect ratio than its image.
    """
    if content_size is not None:
        check_aspect(content_map.size, content_size, "content_labels")
    check_aspect(style_map.size, style_size, "style_labels")
    if content_map.names or style_map.names:
        return _matched_by_name(content_map, style_map)
    counts = [each.values.shape[2] for each in (content_map, style_map)]
    if counts[0] != counts[1]:
        raise ValueError(
            f"content_labels have {counts[0]} channels and style_labels {counts[1]}, both must "
            "have as many: save both as grey, both as RGB or both as RGBA."
        )
    return content_map, style_map


def semantic_labels(content_map: SemanticMap, style_map: SemanticMap) -> SemanticLabels:
    """The labels in two maps: flat colours, whatever the number of channels.

    The most frequent value absorbs all within `LABEL_TOLERANCE` of it, then the most frequent of
    the rest, and so on; soft edges go to the nearest. Gradients fall into bins.

    Args:
        content_map: of the content image, or of a doodle.
        style_map: of the style image, of as many channels.

    Returns:
        The labels.
    """
    found, shapes = [], []
    for each in (content_map, style_map):
        # Statistics need no more than this; sorting the values of 12 MP takes long.
        step = -(-max(each.size) // MAXIMUM_SIDE)
        codes = np.rint(each.values[::step, ::step] * 255).astype(np.uint8)
        flat = codes.reshape(-1, codes.shape[2])
        colors, inverse, counts = np.unique(flat, axis=0, return_inverse=True, return_counts=True)
        found.append((colors, inverse.ravel(), counts))
        shapes.append(codes.shape[:2])
    palette = _palette([(colors, counts) for colors, _, counts in found])
    labels = []
    for (colors, inverse, _), shape in zip(found, shapes, strict=True):
        nearest = _distances(colors, palette).argmin(1).astype(np.int32)
        labels.append(nearest[inverse].reshape(shape))
    content, style = labels
    shares = [np.bincount(each.ravel(), minlength=len(palette)) / each.size for each in labels]
    is_served = shares[1] >= MINIMUM_SERVING_SHARE
    if not is_served.any():
        is_served = shares[1] > 0
    # Mean differences: with the largest, as soft edges take, all orphans of a stack would tie.
    differences = np.abs(palette[:, None].astype(int) - palette[None]).sum(-1)
    differences[:, ~is_served] = np.iinfo(int).max
    served_by = tuple(differences.argmin(1).tolist())
    names = [_name(color, content_map.names) for color in palette]
    rows = tuple(
        _row(label, names, palette, served_by, shares, (content_map.size, style_map.size))
        for label in range(len(palette))
    )
    return SemanticLabels(content, style, served_by, rows)


def _matched_by_name(
    content_map: SemanticMap, style_map: SemanticMap
) -> tuple[SemanticMap, SemanticMap]:
    """Maps whose channels have names, the style's in the order of the content's."""
    content, style = set(content_map.names), set(style_map.names)
    if content != style:
        missing = sorted(content - style) or sorted(style - content)
        side = "style_labels" if content - style else "content_labels"
        raise ValueError(
            f"{side} have no mask {missing[0]!r}, both maps must have the same masks: add it, "
            "black where there is none of it."
        )
    order = [style_map.names.index(name) for name in content_map.names]
    return content_map, SemanticMap(style_map.values[..., order], content_map.names)


def _palette(found: list[tuple[_Codes, npt.NDArray[np.intp]]]) -> _Codes:
    """Values that stand for labels, the most frequent first: uint8 [labels, M]."""
    colors = np.concatenate([values for values, _ in found])
    shares = np.concatenate([counts / counts.sum() for _, counts in found])
    palette: list[_Codes] = []
    while len(palette) < MAXIMUM_LABELS and len(colors):
        center = colors[shares.argmax()]
        is_near = _distances(colors, center[np.newaxis])[:, 0] <= LABEL_TOLERANCE
        if palette and shares[is_near].sum() < MINIMUM_LABEL_SHARE:
            # A mixed colour; others of the rest may still be frequent as a group.
            if shares.sum() < MINIMUM_LABEL_SHARE:
                break
        else:
            palette.append(center)
        colors, shares = colors[~is_near], shares[~is_near]
    return np.stack(palette)


def _distances(colors: _Codes, palette: _Codes) -> npt.NDArray[np.intp]:
    """Largest difference in any channel, [colors, labels]."""
    columns = [np.abs(colors.astype(np.intp) - color.astype(np.intp)).max(-1) for color in palette]
    return np.stack(columns, -1)


def _name(color: _Codes, channel_names: tuple[str, ...]) -> str:
    """A label in words: masks by the names of those that are white, colours in hex."""
    if channel_names:
        white = [name for name, value in zip(channel_names, color, strict=True) if value >= 128]
        return "+".join(white) or "none"
    return bytes(color[:8]).hex()


def _row(
    label: int,
    names: list[str],
    palette: _Codes,
    served_by: tuple[int, ...],
    shares: list[npt.NDArray[np.float64]],
    sizes: tuple[images.Size, images.Size],
) -> SegmentRow:
    content_share, style_share = (float(side[label]) for side in shares)
    is_orphan = content_share > 0 and served_by[label] != label
    is_used = any(
        content and served == label for content, served in zip(shares[0], served_by, strict=True)
    )
    findings = {
        "orphan": is_orphan,
        "sliver": not is_orphan and any(0 < s < SLIVER_SHARE for s in (content_share, style_share)),
        "unused": style_share > 0 and not is_used,
    }
    action = f"takes label {names[served_by[label]]}" if content_share else "serves no label"
    return SegmentRow(
        label=names[label],
        color=names[label] if palette.shape[1] == 3 and len(names[label]) == 6 else "",
        content_pixels=round(content_share * math.prod(sizes[0])),
        content_share=content_share,
        style_pixels=round(style_share * math.prod(sizes[1])),
        style_share=style_share,
        content_off_palette=0,
        style_off_palette=0,
        finding=", ".join(word for word, is_found in findings.items() if is_found),
        action=action + (", the nearest" if is_orphan else ""),
    )
