"""A look: the recolouring that a transfer found, for its scene's photos of any size and depth."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dpst import images
from dpst.files.regular_file import check_regular_file
from dpst.files.whole_file import whole_file
from dpst.looks.kept_segments import restore_kept_segments
from dpst.segmentation.label_maps.aspect import check_aspect
from matting import LocalAffineMap

LOOK_SUFFIX = ".npz"
_FORMAT = 1  # of the file; another number means another content


@dataclass(frozen=True, eq=False)
class Look:
    """What a transfer found, in a form that any photo of the same view can take.

    Attributes:
        local_map: the local affine map from the photo's colours to the look's.
        styled_share: the map of where the photo is styled, see `styled_share_map`; None for
            everywhere.
        size: (height, width) of the photo that it was found for.
    """

    local_map: LocalAffineMap
    styled_share: LocalAffineMap | None
    size: images.Size

    def apply(self, image: np.ndarray) -> np.ndarray:
        """The look on an image of any size.

        Args:
            image: float32 [height, width, 3], RGB.

        Returns:
            float32 [height, width, 3], not clipped.
        """
        output = self.local_map.apply(image)
        if self.styled_share is None:
            return output
        return restore_kept_segments(image, output, self.styled_share.apply(image))

    def apply_to_photo(self, photo: images.Photo) -> images.Photo:
        """The look on a photo as its file holds it, in bands of bounded memory.

        Args:
            photo: of any size, colour space and depth.

        Returns:
            The photo in its own colour space and depth, with all that belongs to it.
        """

        def change(band: np.ndarray, rows: slice) -> np.ndarray:
            output = self.local_map.apply_band(band, rows.start, photo.size)
            if self.styled_share is None:
                return output
            shares = self.styled_share.apply_band(band, rows.start, photo.size)
            return restore_kept_segments(band, output, shares)

        return photo.recolored(change)

    def check_view(self, size: images.Size, name: str = "content_image") -> None:
        """Check that a photo can be of the view that the look was found for.

        Args:
            size: (height, width) of the photo.
            name: what it is, for the message.

        Raises:
            ValueError: it has another aspect ratio.
        """
        try:
            check_aspect(size, self.size, name)
        except ValueError as error:
            raise ValueError(
                f"{name} is {size[1]}x{size[0]} px, the look was found for a photo of "
                f"{self.size[1]}x{self.size[0]} px (width x height), the aspect ratios must agree: "
                "give another frame or another export of the same view."
            ) from error


def apply_full_resolution(look: Look, content_image: np.ndarray) -> np.ndarray:
    """Apply what a transfer found to the photo at its own size, or to another of the same view.

    Args:
        look: from `TransferResult.look` or `load_look`.
        content_image: float32 [height, width, 3], RGB in [0, 1], of any size.

    Returns:
        float32 [height, width, 3], RGB in [0, 1].

    Raises:
        ValueError: the image is no [height, width, 3], or of another aspect ratio.
    """
    if content_image.ndim == 3:
        look.check_view(content_image.shape[:2])
    return np.clip(look.apply(content_image), 0, 1)


def save_look(path: str | os.PathLike[str], look: Look) -> None:
    """Write a look, whole or not at all.

    Args:
        path: where it goes, a .npz file.
        look: what to write.

    Raises:
        ValueError: the file cannot be written.
    """
    arrays: dict[str, Any] = {
        "format": np.array(_FORMAT),
        "size": np.array(look.size),
        "coefficients": look.local_map.coefficients,
    }
    if look.styled_share is not None:
        arrays["styled_share"] = look.styled_share.coefficients
    try:
        with whole_file(path) as file:
            np.savez_compressed(file, **arrays)
    except OSError as error:
        raise ValueError(
            f"save_map '{os.fspath(path)}' cannot be written ({error}): free space or change the "
            "path."
        ) from error


def load_look(path: str | os.PathLike[str], name: str = "apply_map") -> Look:
    """Read a look.

    Args:
        path: a file that `save_look` wrote.
        name: where the path came from, for messages.

    Returns:
        The look.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds no look.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{name} '{path}' does not exist: give a file of --save_map.")
    check_regular_file(path, name)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, np.ndarray] = {key: file[key] for key in file.files}
        height, width = (int(side) for side in arrays["size"])
        is_known = int(arrays["format"]) == _FORMAT and min(height, width) > 0
        maps = [
            None if arrays.get(key) is None else _checked_map(arrays[key], channels)
            for key, channels in (("coefficients", 3), ("styled_share", 1))
        ]
    except Exception as error:  # Whatever a foreign or broken file makes NumPy raise.
        raise _no_look(path, name) from error
    if not is_known or maps[0] is None:
        raise _no_look(path, name)
    return Look(maps[0], maps[1], (height, width))


def _checked_map(coefficients: np.ndarray, channels: int) -> LocalAffineMap:
    is_map = coefficients.ndim == 4 and coefficients.shape[2:] == (4, channels)
    if not is_map or coefficients.dtype != np.float32 or not np.isfinite(coefficients).all():
        raise ValueError(f"{coefficients.dtype} {coefficients.shape} is no local affine map")
    return LocalAffineMap(coefficients)


def _no_look(path: Path, name: str) -> ValueError:
    return ValueError(
        f"{name} '{path}' holds no look, it must be a file that this version of --save_map wrote: "
        "save it again."
    )
