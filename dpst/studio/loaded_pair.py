"""A pair of photos as the studio holds it."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dpst import images

DOODLE_SIDE = 640
"""Longer side in pixels of an empty doodle, and so of what is painted from it."""


@dataclass(frozen=True, eq=False)
class LoadedFile:
    """A photo, and the file it came from.

    Attributes:
        name: name of the file, without folders.
        data: contents of the file.
        photo: the photo in it.
        image: float32 [height, width, 3], RGB in [0, 1], the copy that is worked on.
    """

    name: str
    data: bytes
    photo: images.Photo
    image: images.FloatImage


@dataclass(frozen=True, eq=False)
class LoadedPair:
    """A content and a style photo.

    Attributes:
        content: the photo to keep; for a doodle grey, and not from a file.
        style: the photo whose look it takes.
        is_doodle: whether there is no content photo, so that segments alone say what is painted.
    """

    content: LoadedFile
    style: LoadedFile
    is_doodle: bool = False


def load_pair(
    content_path: str | os.PathLike[str], style_path: str | os.PathLike[str]
) -> LoadedPair:
    """Read a pair and its files, which may be deleted afterwards.

    Args:
        content_path: path of the photo to keep.
        style_path: path of the photo whose look it takes.

    Returns:
        The pair.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: a file is not an image, or is too small.
    """
    return LoadedPair(_load(content_path, "content_image"), _load(style_path, "style_image"))


def load_doodle(style_path: str | os.PathLike[str], size: images.Size | None = None) -> LoadedPair:
    """Read the style image of a doodle.

    Args:
        style_path: path of the picture whose patches it is painted with.
        size: (height, width) of the doodle; None for the size of the style image, with at most
            `DOODLE_SIDE` a side.

    Returns:
        The pair, with an empty canvas in place of the content photo.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: the file is not an image, or is too small.
    """
    style = _load(style_path, "style_image")
    size = size or images.workable_size(style.photo.size, DOODLE_SIDE)
    canvas = images.Photo(np.full((*size, 3), 127, np.uint8))
    return LoadedPair(LoadedFile("", b"", canvas, canvas.image()), style, is_doodle=True)


def _load(path: str | os.PathLike[str], name: str) -> LoadedFile:
    photo = images.read_photo(path, name)
    return LoadedFile(
        Path(path).name, Path(path).read_bytes(), photo, photo.image(images.WORKING_SIDE)
    )
