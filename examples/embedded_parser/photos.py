"""The photos that the parser learns from: read, kept apart for checks, and cropped at random."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

SIDE = 512  # pixels, of what the teachers and the parser see
_LONGER_SIDE = 528
_SMALLEST_SIDE = 250
_SAME_PICTURE = 4  # of 64 differences between neighbours: so few that differ tell a copy
_HELD_OUT = 10  # one photo in so many
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def read_photos(folder: Path) -> dict[str, np.ndarray]:
    """Read all photos under a folder, without copies of one another.

    Args:
        folder: searched with its subfolders, in the order of the names.

    Returns:
        uint8 [height, width, 3] by path below the folder, 528 px on the longer side.
    """
    photos: dict[str, np.ndarray] = {}
    seen: list[np.ndarray] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES:
            continue
        with Image.open(path) as image:
            photo = ImageOps.exif_transpose(image).convert("RGB")
        if min(photo.size) < _SMALLEST_SIDE:
            continue
        small = np.asarray(photo.resize((9, 8), Image.Resampling.BILINEAR).convert("L"), int)
        signs = small[:, 1:] > small[:, :-1]
        if any((signs != other).sum() < _SAME_PICTURE for other in seen):
            continue
        seen.append(signs)
        photo.thumbnail((_LONGER_SIDE, _LONGER_SIDE), Image.Resampling.LANCZOS)
        photos[str(path.relative_to(folder))] = np.asarray(photo)
    return photos


def is_held_out(name: str) -> bool:
    """Tell whether a photo is kept for checks, by its name alone."""
    return zlib.crc32(name.encode()) % _HELD_OUT == 0


def whole_photo() -> torch.Tensor:
    """Return the placement, float32 [2, 3], that squashes a whole photo into a square."""
    return torch.eye(2, 3)


def random_placement(generator: np.random.Generator) -> torch.Tensor:
    """Return the placement, float32 [2, 3], of a random crop, its proportions changed, mirrored."""
    side = math.sqrt(generator.uniform(0.38, 1))
    aspect = math.exp(generator.uniform(-0.3, 0.3))
    width, height = min(1.0, side * aspect), min(1.0, side / aspect)
    x = generator.uniform(width - 1, 1 - width)
    y = generator.uniform(height - 1, 1 - height)
    mirror = 1 if generator.random() < 0.5 else -1
    return torch.tensor([[width * mirror, 0, x], [0, height, y]], dtype=torch.float32)


def crop(maps: torch.Tensor, placement: torch.Tensor, side: int) -> torch.Tensor:
    """Return a crop [channels, side, side] of [channels, height, width]."""
    grid = F.affine_grid(placement[None].to(maps.device), (1, 1, side, side), align_corners=False)
    cut = F.grid_sample(maps[None], grid, padding_mode="reflection", align_corners=False)
    return cut[0]


def shuffled_batches(names: Sequence[str], size: int, generator: np.random.Generator):
    """Yield lists of so many names without end, each name once a round."""
    order: list[str] = []
    while True:
        while len(order) < size:
            order += list(generator.permutation(names))
        yield order[:size]
        order = order[size:]
