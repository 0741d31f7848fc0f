"""Label maps that were found, written to be looked at, edited and given back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dpst import images
from dpst.pair_run import SAVED_LABELS
from dpst.segmentation import LabelMap


def save_labels(folder: Path, label_maps: Sequence[LabelMap], may_overwrite: bool) -> None:
    """Write the label maps of a pair, unless that would cost others, which may be painted by hand.

    Args:
        folder: where they go; made if it is missing.
        label_maps: of the content and of the style image.
        may_overwrite: whether files that hold something else are replaced.

    Raises:
        ValueError: a file holds another map; nothing is written.
    """
    pictures = {
        folder / name: label_map.picture()
        for name, label_map in zip(SAVED_LABELS.values(), label_maps, strict=True)
    }
    for path, picture in pictures.items():
        if not may_overwrite and path.exists() and not _holds(path, picture):
            raise ValueError(
                f"save_labels would write over '{path}', which holds another map than was found "
                "now, maybe one painted by hand: choose another folder, or add --overwrite."
            )
    folder.mkdir(parents=True, exist_ok=True)
    for path, picture in pictures.items():
        images.write_image(path, picture)


def _holds(path: Path, picture: np.ndarray) -> bool:
    """Return whether a file holds a picture."""
    try:
        held = images.read_image(path)
    except (OSError, ValueError):
        return False
    wanted = picture / 255 if picture.dtype == np.uint8 else picture
    return held.shape == wanted.shape and bool(np.allclose(held, wanted, atol=1 / 512))
