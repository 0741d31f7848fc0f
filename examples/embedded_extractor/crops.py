"""Random crops of photos, with their geometry, light and colours changed at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

_LONGER_SIDE = 1600  # Larger photos are reduced: their finest detail is noise.
_SMALLEST_SIDE = 256
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")

Pyramid = tuple[np.ndarray, ...]


def read_photos(folder: Path) -> list[Pyramid]:
    """Read all images under a folder that are at least 256 px high and wide.

    Args:
        folder: searched with its subfolders, in the order of the names.

    Returns:
        Each image uint8 [height, width, 3] at full, half and quarter size.

    Raises:
        ValueError: there is none.
    """
    photos = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or path.is_symlink():
            continue
        with Image.open(path) as image:
            if min(image.size) < _SMALLEST_SIDE:
                continue
            photo = image.convert("RGB")
        photo.thumbnail((_LONGER_SIDE, _LONGER_SIDE), Image.Resampling.LANCZOS)
        levels = [np.asarray(photo)]
        for _ in range(2):
            levels.append(
                cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            )
        photos.append(tuple(levels))
    if not photos:
        raise ValueError(f"no image of {_SMALLEST_SIDE} px or more under '{folder}'; see README.md")
    return photos


def random_batches(
    photos: Sequence[Pyramid], batch_size: int, side: int, seed: int
) -> Iterator[np.ndarray]:
    """Yield float32 [batch, side, side, 3] in [0, 1] without end, the same for the same seed."""
    generator = np.random.default_rng(seed)
    while True:
        yield np.stack([_random_crop(generator, photos, side) for _ in range(batch_size)])


def _random_crop(
    generator: np.random.Generator, photos: Sequence[Pyramid], side: int
) -> np.ndarray:
    """Cut a crop from a random photo: scaled, perhaps turned or mirrored, its colours changed."""
    levels = photos[generator.integers(len(photos))]
    crop = _random_window(generator, levels, side).astype(np.float32) / 255
    if generator.random() < 0.5:
        crop = crop[:, ::-1]
    if generator.random() < 0.2:
        crop = np.rot90(crop)
    return np.clip(_random_colors(generator, crop), 0, 1).astype(np.float32)


def _random_window(generator: np.random.Generator, levels: Pyramid, side: int) -> np.ndarray:
    """Cut a window at a random scale between the whole photo and 1.3, perhaps turned."""
    height, width = levels[0].shape[:2]
    whole = side / min(height, width)
    lowest, highest = max(whole, 0.25), max(1.01 * whole, 1.3)
    scale = np.exp(generator.uniform(np.log(lowest), np.log(highest)))
    angle = generator.uniform(-0.3, 0.3) if generator.random() < 0.3 else 0.0
    extent = side / scale
    center = [
        generator.uniform(min(extent, length) / 2, length - min(extent, length) / 2)
        for length in (width, height)
    ]
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = side / 2 - turn @ center
    level = 0 if scale >= 0.6 else 1 if scale > 0.35 else 2
    matrix = np.column_stack([turn * 2**level, shift])
    return cv2.warpAffine(levels[level], matrix, (side, side), borderMode=cv2.BORDER_REFLECT_101)


def _random_colors(generator: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Change gamma, contrast and colours; some crops become grey, noisy or flat."""
    if generator.random() < 0.7:
        per_channel = generator.random() < 0.5
        gamma = generator.normal(0, 0.35, 3) if per_channel else generator.normal(0, 0.5)
        crop = crop ** np.exp(gamma)
    if generator.random() < 0.6:
        mean = crop.mean((0, 1))
        mixing = (np.eye(3) + generator.normal(0, 0.15, (3, 3))) * np.exp(generator.normal(0, 0.4))
        crop = (crop - mean) @ mixing + mean + generator.normal(0, 0.1, 3)
    if generator.random() < 0.1:
        crop = np.broadcast_to(crop.mean(-1, keepdims=True), crop.shape)
    if generator.random() < 0.15:
        crop = crop + generator.normal(0, generator.uniform(0, 0.08), crop.shape)
    if generator.random() < 0.05:
        crop = generator.random(3) + generator.normal(0, 0.02, crop.shape)
    return crop
