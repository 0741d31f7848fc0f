"""A pair of photos as the studio holds it."""

import os
from dataclasses import dataclass
from pathlib import Path

from dpst import images
from dpst.inputs import WORKING_SIDE


@dataclass(frozen=True, eq=False)
class LoadedFile:
    """A photo, and the file that it is from.

    Attributes:
        name: of the file, without folders.
        data: what the file holds.
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
        content: what to keep.
        style: what to take the look of.
    """

    content: LoadedFile
    style: LoadedFile


def load_pair(
    content_path: str | os.PathLike[str], style_path: str | os.PathLike[str]
) -> LoadedPair:
    """Read a pair, with its files, so that these may be deleted afterwards.

    Args:
        content_path: of the photo to keep.
        style_path: of the photo to take the look of.

    Returns:
        The pair.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: a file is no image, or one that is too small.
    """
    return LoadedPair(_load(content_path, "content_image"), _load(style_path, "style_image"))


def _load(path: str | os.PathLike[str], name: str) -> LoadedFile:
    photo = images.read_photo(path, name)
    return LoadedFile(Path(path).name, Path(path).read_bytes(), photo, photo.image(WORKING_SIDE))
