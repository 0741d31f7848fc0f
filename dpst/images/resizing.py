"""Resizing without aliasing and without overshoot."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import sparse

from dpst.images.pixels import FloatImage

Size = tuple[int, int]

_PANORAMA = 2.5  # sides' ratio from which a photo counts as one
MINIMUM_SIDE = 32  # pixels: below this the deeper layers of an extractor have nothing left to see


def resize(image: npt.ArrayLike, size: Size) -> FloatImage:
    """Resize an image without aliasing and without overshoot.

    An axis that shrinks is averaged by area, one that grows is interpolated bicubically; each
    channel stays within the range it has in `image`.

    Args:
        image: float [height, width, channels] or [height, width].
        size: (height, width) of the result.

    Returns:
        float32, with as many dimensions as `image`; `image` itself if it is float32 of that size
        already.

    Raises:
        ValueError: `image` has another number of dimensions or no pixels, or a side of `size` is
            below 1.
    """
    values = np.asarray(image, dtype=np.float32)
    if values.ndim not in (2, 3) or values.size == 0:
        raise ValueError(
            f"image has the shape {list(values.shape)}, it must be [height, width] or [height, "
            "width, channels]."
        )
    height, width = size
    if min(height, width) < 1:
        raise ValueError(f"size is {(height, width)}, each side must be at least 1.")
    if values.shape[:2] == (height, width):
        return values
    resized = values
    # The axis that shrinks most goes first: it leaves less to do for the other.
    for axis in sorted((0, 1), key=lambda axis: size[axis] / values.shape[axis]):
        resized = _resize_axis(resized, size[axis], axis)
    clipped = np.clip(resized, values.min(axis=(0, 1)), values.max(axis=(0, 1)))
    return np.ascontiguousarray(clipped)


def area_weights(old_length: int, new_length: int) -> sparse.csr_matrix:
    """Return the matrix that averages an axis by area, exactly.

    OpenCV's INTER_AREA drops overlaps below 1e-3 of a pixel and interpolates when enlarging.

    Args:
        old_length: number of old pixels.
        new_length: number of new pixels over the same extent.

    Returns:
        float64 sparse [new_length, old_length]: the share of each new pixel that lies in each old
        one; rows sum to 1.
    """
    # On a grid in which an old pixel is new_length long and a new one old_length, all borders are
    # integers. Cutting at all borders gives pieces that each lie in one old and one new pixel.
    old_borders = np.arange(old_length + 1) * new_length
    new_borders = np.arange(new_length + 1) * old_length
    borders = np.union1d(old_borders, new_borders)
    starts, lengths = borders[:-1], np.diff(borders)
    pieces = (lengths / old_length, (starts // old_length, starts // new_length))
    return sparse.coo_matrix(pieces, shape=(new_length, old_length)).tocsr()


def cubic_weights(old_length: int, new_length: int) -> sparse.csr_matrix:
    """Return the matrix that interpolates an axis by Keys' cubic convolution (1981), a = -1/2.

    This value reproduces straight ramps; OpenCV's INTER_CUBIC has a = -3/4 and does not.

    Args:
        old_length: number of old pixels; the first and the last are repeated beyond the border.
        new_length: number of new pixels over the same extent.

    Returns:
        float64 sparse [new_length, old_length]; rows sum to 1.
    """
    positions = (np.arange(new_length) + 0.5) * old_length / new_length - 0.5
    taps = np.floor(positions).astype(np.intp)[:, np.newaxis] + np.arange(-1, 3)
    distances = np.abs(positions[:, np.newaxis] - taps)
    near = (1.5 * distances - 2.5) * distances**2 + 1.0
    far = ((-0.5 * distances + 2.5) * distances - 4.0) * distances + 2.0
    weights = np.where(distances <= 1.0, near, np.where(distances < 2.0, far, 0.0))
    rows = np.broadcast_to(np.arange(new_length)[:, np.newaxis], taps.shape)
    columns = taps.clip(0, old_length - 1)
    entries = (weights.ravel(), (rows.ravel(), columns.ravel()))
    return sparse.coo_matrix(entries, shape=(new_length, old_length)).tocsr()


def fit_size(size: Size, longer_side: int) -> Size:
    """Scale a size down so that its longer side is at most `longer_side`; never enlarges.

    Args:
        size: (height, width).
        longer_side: largest allowed side in pixels.

    Returns:
        (height, width), each at least 1, of the same aspect ratio up to rounding.

    Raises:
        ValueError: `longer_side` or a side of `size` is below 1.
    """
    height, width = size
    if min(height, width, longer_side) < 1:
        raise ValueError(
            f"size {(height, width)} and longer_side {longer_side} must be at least 1."
        )
    scale = min(1.0, longer_side / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def fit_area(size: Size, longer_side: float) -> Size:
    """Scale a size down like `fit_size`, but leave a panorama as many pixels as other photos have.

    Args:
        size: (height, width).
        longer_side: largest allowed side in pixels of photos up to 2.5 times as wide as high;
            longer ones may have the area of one that is 2.5 times as wide as high.

    Returns:
        (height, width), each at least 1, of the same aspect ratio up to rounding.

    Raises:
        ValueError: `longer_side` or a side of `size` is below 1.
    """
    return fit_size(size, round(longer_side * _length_factor(size)))


def nominal_side(size: Size) -> float:
    """Return the `longer_side` by which `fit_area` gives a size.

    Args:
        size: (height, width), each at least 1.

    Returns:
        Its longer side, or less for a panorama.
    """
    return max(size) / _length_factor(size)


def workable_size(size: Size, longer_side: float) -> Size:
    """Scale a size down like `fit_area`, but keep both sides long enough for a network.

    Args:
        size: (height, width).
        longer_side: see `fit_area`; a long strip is widened.

    Returns:
        (height, width), each at least `MINIMUM_SIDE`.

    Raises:
        ValueError: `longer_side` or a side of `size` is below 1.
    """
    height, width = fit_area(size, longer_side)
    return max(height, MINIMUM_SIDE), max(width, MINIMUM_SIDE)


def _length_factor(size: Size) -> float:
    """Return how much longer a photo of this shape may be than one 2.5 times as wide as high."""
    return math.sqrt(max(max(size) / max(min(size), 1) / _PANORAMA, 1.0))


def _resize_axis(values: FloatImage, new_length: int, axis: int) -> FloatImage:
    """Return values resized along one axis: averaged, interpolated, or as they are."""
    old_length = values.shape[axis]
    if new_length == old_length:
        return values
    find_weights = area_weights if new_length < old_length else cubic_weights
    weights = find_weights(old_length, new_length).astype(np.float32)
    moved = np.moveaxis(values, axis, 0)
    resized = weights @ moved.reshape(old_length, -1)
    return np.moveaxis(resized.reshape(new_length, *moved.shape[1:]), 0, axis)
