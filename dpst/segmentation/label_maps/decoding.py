"""Decoding of label maps: colour-coded pictures of segments, read as integer labels.

A label map comes as a picture in which each segment has one flat colour. Real maps have soft edges,
JPEG noise, or another size than their photo. Colours are therefore turned into integers at the
map's own size, every pixel of it, and only the integers are resized. The maps of the content and of
the style image are read together, so that a label means the same in both.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dpst import images
from dpst.segmentation.label_maps.aspect import check_aspect
from dpst.segmentation.label_maps.colors_to_labels import label_pixels
from dpst.segmentation.label_maps.label_arrays import Labels, resize_labels
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.label_maps.palette import (
    MAXIMUM_LABELS,
    colors_to_codes,
    find_palette,
    too_many_labels_message,
)
from dpst.segmentation.label_maps.soft_masks import (
    is_mask_list,
    masks_to_labels,
    parse_mask_paths,
    read_masks,
)

_CLEAR_LABEL = "#e0c3fd"  # of transparency where white is a label: a colour that nobody paints


def read_label_maps(
    content_path: str | os.PathLike[str],
    style_path: str | os.PathLike[str],
    content_size: images.Size,
    style_size: images.Size,
) -> tuple[LabelMap, LabelMap]:
    """Read the colour-coded label maps of a pair of images.

    Args:
        content_path: label map of the content image: RGB, grey, indexed or RGBA in any flat colours
            (transparency is a label: white, or another where white is one); or a mask for each
            segment, "sky=sky.png,rocks=rocks.png".
        style_path: label map of the style image, in the same colours; or masks with the same names.
            Where only one of the two is given as masks, these are named by the other's colours.
        content_size: (height, width) of the content image.
        style_size: (height, width) of the style image.

    Returns:
        The label maps of the content and the style image, at these sizes, with the same `names`.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: a file is not a readable image or not a label map, or has another aspect ratio
            than its image.
    """
    content = read_labels(content_path, "content_labels")
    style = read_labels(style_path, "style_labels")
    if any(
        _shows_white_beside_clear(*item) for item in ((content_path, content), (style_path, style))
    ):
        content = read_labels(content_path, "content_labels", _CLEAR_LABEL)
        style = read_labels(style_path, "style_labels", _CLEAR_LABEL)
    sources = (_source(content_path, "content_labels"), _source(style_path, "style_labels"))
    return _decode_pair((content, style), (content_size, style_size), sources)


def decode_label_maps(
    content_labels: npt.ArrayLike | Mapping[str, npt.ArrayLike],
    style_labels: npt.ArrayLike | Mapping[str, npt.ArrayLike],
    content_size: images.Size | None = None,
    style_size: images.Size | None = None,
) -> tuple[LabelMap, LabelMap]:
    """Decode the label maps of a pair of images from arrays.

    Args:
        content_labels: uint8 [height, width, 3], a colour-coded map in RGB; or integer [height,
            width], any numbers; or a soft mask for each segment, see `masks_to_labels`.
        style_labels: the same kind of array for the style image, or masks.
        content_size: (height, width) of the content image; by default that of its map.
        style_size: (height, width) of the style image; by default that of its map.

    Returns:
        The label maps of the content and the style image, at these sizes, with the same `names`.

    Raises:
        ValueError: an array is of another kind, the two differ in kind, there are more than
            `MAXIMUM_LABELS` labels, or a map has another aspect ratio than its image.
    """
    content, style = (
        labels if isinstance(labels, Mapping) else np.asarray(labels)
        for labels in (content_labels, style_labels)
    )
    return _decode_pair(
        (content, style),
        (content_size or _native_size(content), style_size or _native_size(style)),
        ("content_labels", "style_labels"),
    )


def read_labels(
    path: str | os.PathLike[str], name: str = "labels", background: str = "white"
) -> np.ndarray | dict[str, npt.NDArray[np.float32]]:
    """Read one label map as `decode_label_maps` takes it.

    Args:
        path: file of a label map, or a list of masks, "sky=sky.png,rocks=rocks.png".
        name: what it is, for messages.
        background: colour of the label that transparency is.

    Returns:
        uint8 [height, width, 3], colours; or masks by name, float32 [height, width] in [0, 1].

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: a file is not a readable image.
    """
    if is_mask_list(path):
        return read_masks(parse_mask_paths(os.fspath(path), name), name)
    values = images.decode_image(path, name, background)
    # A 16-bit file may hold the numbers 0, 1, 2 themselves; as 8-bit colours all would be black.
    levels = 65535.0 if 0.0 < values.max() < 1.0 / 255.0 else 255.0
    return np.rint(values * levels).clip(0, 255).astype(np.uint8)


def _shows_white_beside_clear(path: str | os.PathLike[str], labels: Any) -> bool:
    """Return whether a map has a white label and transparency, which would become one label."""
    if isinstance(labels, Mapping):
        return False
    over_black = images.decode_image(path, background="black")
    is_white = (labels == 255).all(-1)
    return bool((over_black[is_white] == 1).any() and (over_black[is_white] == 0).any())


def _source(path: str | os.PathLike[str], name: str) -> str:
    """Return what a label map is called in messages."""
    return name if is_mask_list(path) else f"{name} '{os.fspath(path)}'"


def _decode_pair(
    maps: tuple[Any, Any],
    sizes: tuple[images.Size, images.Size],
    sources: tuple[str, str],
) -> tuple[LabelMap, LabelMap]:
    if any(isinstance(values, Mapping) for values in maps):
        # Masks have names of their own, so each side is read alone.
        sides = zip(maps, sizes, sources, strict=True)
        return _share_names(*(_decode_alone(*side) for side in sides))
    is_colored = [_is_color_coded(*item) for item in zip(maps, sources, strict=True)]
    if is_colored[0] != is_colored[1]:
        raise ValueError(
            f"{sources[0]} has the shape {list(maps[0].shape)} and {sources[1]} "
            f"{list(maps[1].shape)}, the two must be of one kind: give both as RGB "
            "[height, width, 3] or both as integers [height, width]."
        )
    content, style = _decode_alike(maps, sizes, sources)
    return content, style


def _decode_alone(values: Any, size: images.Size, source: str) -> LabelMap:
    """Decode one side of a pair without regard to the other."""
    if not isinstance(values, Mapping):
        return _decode_alike([values], [size], [source])[0]
    labels, is_doubtful, names = masks_to_labels(values, size, source)
    counts = np.bincount(labels[is_doubtful], minlength=len(names))
    map_size = _native_size(values)
    return LabelMap(labels, names, tuple(counts.tolist()), (), map_size)


def _decode_alike(
    maps: Sequence[np.ndarray], sizes: Sequence[images.Size], sources: Sequence[str]
) -> list[LabelMap]:
    """Decode maps of one kind, all colours or all integers, with names in common."""
    for values, size, source in zip(maps, sizes, sources, strict=True):
        check_aspect((values.shape[0], values.shape[1]), size, source)
    if _is_color_coded(maps[0], sources[0]):
        palette = find_palette(maps)
        names = tuple(f"{code:06x}" for code in colors_to_codes(palette).tolist())
        decoded = [label_pixels(values, palette) for values in maps]
    else:
        numbers = np.unique(np.concatenate([np.unique(values) for values in maps]))
        if len(numbers) > MAXIMUM_LABELS:
            raise ValueError(too_many_labels_message(len(numbers)))
        names = tuple(str(int(number)) for number in numbers)
        decoded = [
            (np.searchsorted(numbers, values).astype(np.int32), np.zeros(values.shape, bool), ())
            for values in maps
        ]
    return [_map_at_size(*item, size, names) for item, size in zip(decoded, sizes, strict=True)]


def _share_names(content: LabelMap, style: LabelMap) -> tuple[LabelMap, LabelMap]:
    """Return the same maps, each with the names of both."""
    names = tuple(dict.fromkeys(content.names + style.names))
    if len(names) > MAXIMUM_LABELS:
        raise ValueError(too_many_labels_message(len(names)))
    maps = []
    for label_map in (content, style):
        positions = [names.index(name) for name in label_map.names]
        counts, shades = [0] * len(names), [""] * len(names)
        for position, count in zip(positions, label_map.off_palette_counts, strict=True):
            counts[position] = count
        for position, shade in zip(positions, label_map.shades, strict=False):
            shades[position] = shade
        maps.append(
            LabelMap(
                labels=np.array(positions, np.int32)[label_map.labels],
                names=names,
                off_palette_counts=tuple(counts),
                shades=tuple(shades) if label_map.shades else (),
                map_size=label_map.map_size,
            )
        )
    return maps[0], maps[1]


def _native_size(values: Any) -> images.Size:
    """Return the (height, width) of a map, or of the largest of several masks."""
    arrays = values.values() if isinstance(values, Mapping) else (values,)
    return max((np.shape(array)[:2] for array in arrays), default=(0, 0))


def _map_at_size(
    labels: Labels,
    is_off_palette: np.ndarray,
    shades: tuple[str, ...],
    size: images.Size,
    names: tuple[str, ...],
) -> LabelMap:
    """Return decoded labels as a map of another size."""
    resized = resize_labels(labels, size)
    off_palette = resized[resize_labels(is_off_palette, size)]
    return LabelMap(
        labels=resized,
        names=names,
        off_palette_counts=tuple(np.bincount(off_palette, minlength=len(names)).tolist()),
        shades=shades,
        map_size=(labels.shape[0], labels.shape[1]),
    )


def _is_color_coded(values: np.ndarray, source: str) -> bool:
    """Return whether a map holds colours rather than integers."""
    if values.size and values.ndim == 3 and values.shape[2] == 3 and values.dtype == np.uint8:
        return True
    if values.size and values.ndim == 2 and values.dtype.kind in "iub":
        return False
    raise ValueError(
        f"{source} is {values.dtype} of the shape {list(values.shape)}, a label map must be uint8 "
        "[height, width, 3] (RGB) or integer [height, width]: convert it."
    )
