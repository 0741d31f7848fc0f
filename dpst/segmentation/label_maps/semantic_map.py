"""Semantic maps: what each pixel means, in any number of channels, for the semantic method.

Source: Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles into Fine Artworks", 2016,
section 3. A map is a picture (grey, RGB, RGBA), a stack of masks, or an array with any channels.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpst import images
from dpst.segmentation.guidance import average_masks
from dpst.segmentation.label_maps.aspect import check_aspect
from dpst.segmentation.label_maps.soft_masks import (
    is_mask_list,
    parse_mask_paths,
    read_masks,
    unit_values,
)


@dataclass(frozen=True, eq=False)
class SemanticMap:
    """What each pixel of an image means.

    Attributes:
        values: float32 [height, width, M] in [0, 1], of any size with the image's aspect ratio.
        names: name of each channel where the map is a stack of masks, else empty.
    """

    values: np.ndarray
    names: tuple[str, ...] = ()

    @property
    def size(self) -> images.Size:
        """(height, width)."""
        return self.values.shape[0], self.values.shape[1]

    def directions(self, size: images.Size) -> np.ndarray:
        """Return the map at a layer's size, its values told apart by their directions alone.

        Each channel v becomes (cos, sin) of v pi / 2, so that all values are equally long, and is
        then averaged by area. Correlation is blind to a vector's length and has no direction for
        zeros: without this, black would match anything, and dark red would be red.

        Args:
            size: (height, width) of the layer.

        Returns:
            float32 [*size, 2 M] in [0, 1].
        """
        angles = self.values * np.float32(np.pi / 2)
        channels = np.concatenate([np.cos(angles), np.sin(angles)], -1)
        return np.moveaxis(average_masks(np.moveaxis(channels, -1, 0), size), 0, -1)


def read_semantic_map(path: str | os.PathLike[str], source: str) -> SemanticMap:
    """Read a semantic map from a file.

    Args:
        path: a grey, RGB, RGBA or indexed picture, its alpha a fourth channel unless it is opaque
            throughout; or a stack of masks, "sky=sky.png,rocks=rocks.png".
        source: what it is for, for messages, e.g. "content_labels".

    Returns:
        The map: 1, 3 or 4 channels, or one for each mask.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: a file is not a readable image.
    """
    if is_mask_list(path):
        return semantic_map(read_masks(parse_mask_paths(os.fspath(path), source), source), source)
    return semantic_map(images.decode_channels(path, source), f"{source} '{os.fspath(path)}'")


def semantic_map(values: npt.ArrayLike | Mapping[str, npt.ArrayLike], source: str) -> SemanticMap:
    """Make a semantic map from an array.

    Args:
        values: floating or bool in [0, 1], or uint8, [height, width] or [height, width, M]; other
            integers [height, width] are numbers of labels, which get a channel each; or a mask
            [height, width] for each label, by name, all of one size.
        source: what it is for, for messages.

    Returns:
        The map.

    Raises:
        ValueError: it is empty, of another shape or kind, or out of range.
    """
    names = tuple(values) if isinstance(values, Mapping) else ()
    array = _stack(values, source) if isinstance(values, Mapping) else np.asarray(values)
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
    return SemanticMap(unit_values(array, source, "a semantic map"), names)


def paired_maps(
    content_map: SemanticMap,
    style_map: SemanticMap,
    content_size: images.Size | None,
    style_size: images.Size,
) -> tuple[SemanticMap, SemanticMap]:
    """Check that two maps have the same channels, and bring these into one order.

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
        return _match_by_name(content_map, style_map)
    counts = [each.values.shape[2] for each in (content_map, style_map)]
    if counts[0] != counts[1]:
        raise ValueError(
            f"content_labels have {counts[0]} channels and style_labels {counts[1]}, both must "
            "have as many: save both as grey, both as RGB or both as RGBA."
        )
    return content_map, style_map


def _stack(masks: Mapping[str, npt.ArrayLike], source: str) -> np.ndarray:
    """Return masks as the last axis of one array."""
    arrays = [np.asarray(mask) for mask in masks.values()]
    shapes = {array.shape for array in arrays}
    if len(shapes) != 1:
        sizes = ", ".join(str(list(shape)) for shape in sorted(shapes)) or "none"
        raise ValueError(
            f"{source} holds masks of the shapes {sizes}, there must be one shape: give at "
            "least one mask, and all of one size."
        )
    return np.stack(arrays, -1)


def _match_by_name(
    content_map: SemanticMap, style_map: SemanticMap
) -> tuple[SemanticMap, SemanticMap]:
    """Return two stacks of masks, the style's channels in the order of the content's."""
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
