"""Soft masks: one grey picture for each segment, turned into labels.

A mask says how much of each pixel belongs to its segment. Each pixel takes the segment whose mask
is largest there; what no mask claims is a segment of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from dpst import images
from dpst.segmentation.label_maps.aspect import check_aspect
from dpst.segmentation.label_maps.label_arrays import Labels, fill_from_nearest
from dpst.segmentation.label_maps.reserved_names import KEPT_NAME, REST

# Share of the image; a smaller rest is gaps between masks, which go to the nearest of them.
_MINIMUM_REST_SHARE = 0.01

# The least value of a mask at a pixel that belongs to its segment without a doubt.
_CLAIM = 0.5


def is_mask_list(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is in fact a list of masks: it holds "=" and no file has that name."""
    return isinstance(path, str) and "=" in path and not os.path.exists(path)


def parse_mask_paths(text: str, source: str) -> dict[str, str]:
    """Read a list of masks such as "sky=sky.png,rocks=rocks.png".

    Args:
        text: name=path, separated by commas.
        source: where the text came from, for messages, e.g. "content_labels".

    Returns:
        The path of each segment's mask.

    Raises:
        ValueError: an entry is not of that form, or a name occurs twice.
    """
    paths: dict[str, str] = {}
    for entry in text.split(","):
        name, _, path = (part.strip() for part in entry.partition("="))
        if not name or not path:
            raise ValueError(
                f"{source} has the entry {entry.strip()!r}, each must be name=path of a mask: "
                "separate entries by commas, e.g. sky=sky.png,rocks=rocks.png; or give the path of "
                "one label map."
            )
        if name in paths:
            raise ValueError(
                f"{source} gives two masks for {name!r}, it must give one: join the two."
            )
        paths[name] = path
    return paths


def read_masks(
    paths: Mapping[str, str | os.PathLike[str]], source: str
) -> dict[str, npt.NDArray[np.float32]]:
    """Read the masks of an image's segments.

    Args:
        paths: file of each segment: grey or colour, or white on transparent.
        source: where the paths came from, for messages.

    Returns:
        float32 [height, width] in [0, 1] for each segment, in the sizes of the files.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: a file is not a readable image.
    """
    return {
        name: images.decode_image(path, f"{source} {name}", background="black").mean(axis=-1)
        for name, path in paths.items()
    }


def masks_to_labels(
    masks: Mapping[str, npt.ArrayLike], size: images.Size, source: str
) -> tuple[Labels, np.ndarray, tuple[str, ...]]:
    """Turn soft masks into labels.

    Args:
        masks: bool or floating [height, width] in [0, 1], or uint8, for each segment; they may
            differ in size.
        size: (height, width) of the image.
        source: what the masks are, for messages.

    Returns:
        Labels int32 [*size]; bool [*size], the pixels in doubt, which no mask or several claim by
        half or more; and the names of the labels: those of the masks, and `REST` where more than
        1 % of the image is in no mask.

    Raises:
        ValueError: there is no mask, all are empty or dark, a name is reserved, or an array is of
            another kind or aspect ratio.
    """
    for name in (REST, KEPT_NAME, ""):
        if name in masks:
            raise ValueError(f"{source} names a mask {name!r}, which is reserved: rename it.")
    best, total = np.zeros(size, np.float32), np.zeros(size, np.float32)
    labels, claims = np.zeros(size, np.int32), np.zeros(size, np.uint8)
    for k, (name, values) in enumerate(masks.items()):
        mask = _mask_at_size(np.asarray(values), size, f"{source} {name}")
        labels[mask > best] = k
        np.maximum(best, mask, out=best)
        total += mask
        claims += mask >= _CLAIM
    is_rest = 1.0 - total > best
    if is_rest.all():
        raise ValueError(
            f"{source} holds {len(masks)} masks and none has a pixel that is half white or more, "
            "at least one must: paint segments white on black."
        )
    is_doubtful = claims != 1
    names = tuple(masks)
    if is_rest.mean() >= _MINIMUM_REST_SHARE:
        labels[is_rest] = len(names)
        return labels, is_doubtful & ~is_rest, (*names, REST)
    return fill_from_nearest(labels, is_rest), is_doubtful, names


def unit_values(values: np.ndarray, source: str, kind: str) -> np.ndarray:
    """Return the values of a mask or map in [0, 1].

    Args:
        values: bool, floating in [0, 1] or uint8, of any shape but not empty.
        source: what they are, for the message.
        kind: what they must be, for the message, e.g. "a mask".

    Returns:
        float32 of that shape.

    Raises:
        ValueError: a value is not finite or out of range.
    """
    scaled = values.astype(np.float32) / np.float32(255 if values.dtype == np.uint8 else 1)
    if not (np.isfinite(scaled).all() and scaled.min() >= 0 and scaled.max() <= 1):
        raise ValueError(
            f"{source} ranges from {values.min()} to {values.max()}, {kind} must be finite and in "
            "[0, 1]: rescale it."
        )
    return scaled


def _mask_at_size(values: np.ndarray, size: images.Size, source: str) -> np.ndarray:
    """Check a mask and return it at the size of its image, float32 [*size]."""
    is_known = values.dtype == np.uint8 or values.dtype.kind in "fb"
    if values.ndim != 2 or not values.size or not is_known:
        raise ValueError(
            f"{source} is {values.dtype} of the shape {list(values.shape)}, a mask must be "
            "floating, bool or uint8 [height, width]: convert it."
        )
    mask = unit_values(values, source, "a mask")
    check_aspect((mask.shape[0], mask.shape[1]), size, source)
    return images.resize(mask, size)
