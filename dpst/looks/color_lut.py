"""The part of a look that is the same all over the picture, as a 3D lookup table of colours.

Photo and video editors read it as a `.cube` file.
Source: Adobe, "Cube LUT Specification", version 1.0, 2013.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from scipy.sparse.linalg import cg

from dpst.files.whole_file import whole_file

LUT_SUFFIX = ".cube"
SIZE = 33  # grid points per axis, which all editors take
_SMOOTHNESS = 1e-5  # per difference between neighbours, against the mean squared error


@dataclass(frozen=True, eq=False)
class ColorLut:
    """A table of colours, between whose points values are interpolated.

    Attributes:
        table: float32 [size, size, size, 3], indexed by red, green, blue; output RGB in [0, 1].
    """

    table: np.ndarray

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Look up the colours of an image, trilinearly.

        Args:
            image: float32 [height, width, 3], RGB in [0, 1].

        Returns:
            float32 [height, width, 3].
        """
        weights = trilinear_weights(image.reshape(-1, 3), len(self.table))
        return (weights @ self.table.reshape(-1, 3)).reshape(image.shape).astype(np.float32)


def trilinear_weights(colors: np.ndarray, size: int) -> scipy.sparse.csr_array:
    """Return the weights of the eight grid points around each colour.

    Args:
        colors: float [num_colors, 3], RGB in [0, 1].
        size: grid points per axis, at least 2.

    Returns:
        float64 sparse [num_colors, size**3], rows sum to 1; the index of blue runs fastest.
    """
    places = np.clip(colors.astype(np.float64), 0, 1) * (size - 1)
    lower = np.minimum(places.astype(np.intp), size - 2)
    upper_shares = places - lower
    columns, weights = [], []
    for corner in np.ndindex(2, 2, 2):
        shares = np.where(corner, upper_shares, 1 - upper_shares)
        columns.append((lower + corner) @ [size * size, size, 1])
        weights.append(shares.prod(-1))
    rows = np.tile(np.arange(len(colors)), 8)
    entries = (np.concatenate(weights), (rows, np.concatenate(columns)))
    return scipy.sparse.csr_array(entries, shape=(len(colors), size**3))


def fit_color_lut(
    content_image: np.ndarray, output_image: np.ndarray, size: int = SIZE
) -> tuple[ColorLut, float]:
    """Fit a table that maps the colours of one image to those of another, pixel by pixel.

    The affine map of all colours, plus what the table can add to it: least squares with a penalty
    on the differences between neighbouring grid points, so that colours that the image lacks follow
    those nearest to them.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        output_image: float32 [height, width, 3], RGB in [0, 1], the same picture in its new look.
        size: grid points per axis, at least 2.

    Returns:
        The table, and the root mean square of what it misses, in [0, 1].
    """
    colors = content_image.reshape(-1, 3).astype(np.float64)
    targets = output_image.reshape(-1, 3).astype(np.float64)
    homogeneous = np.hstack([np.ones((len(colors), 1)), colors])
    affine, *_ = np.linalg.lstsq(homogeneous, targets, rcond=None)
    weights = trilinear_weights(colors, size)
    matrix = weights.T @ weights / len(colors) + _SMOOTHNESS * _roughness(size)
    matrix += 1e-3 * _SMOOTHNESS * scipy.sparse.eye_array(size**3)
    right = weights.T @ (targets - homogeneous @ affine) / len(colors)
    scale = scipy.sparse.diags_array(1 / matrix.diagonal())
    added = np.stack([cg(matrix, right[:, c], rtol=1e-4, M=scale)[0] for c in range(3)], -1)
    axis = np.linspace(0, 1, size)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    table = np.clip(affine[0] + grid @ affine[1:] + added, 0, 1).astype(np.float32)
    error = float(np.sqrt(np.mean((weights @ table - targets) ** 2)))
    return ColorLut(table.reshape(size, size, size, 3)), error


def write_cube(path: str | os.PathLike[str], lut: ColorLut) -> None:
    """Write a table as a .cube file, whole or not at all; its colours are sRGB values.

    Args:
        path: where it goes.
        lut: what to write.

    Raises:
        ValueError: the file cannot be written.
    """
    rows = lut.table.transpose(2, 1, 0, 3).reshape(-1, 3)  # red runs fastest
    lines = (f"{red:.6f} {green:.6f} {blue:.6f}" for red, green, blue in rows.tolist())
    head = ('TITLE "dpst"', f"LUT_3D_SIZE {len(lut.table)}", "DOMAIN_MIN 0 0 0", "DOMAIN_MAX 1 1 1")
    try:
        with whole_file(path) as file:
            file.write("\n".join((*head, *lines, "")).encode("ascii"))
    except OSError as error:
        raise ValueError(
            f"save_lut '{os.fspath(path)}' cannot be written ({error}): free space or change the "
            "path."
        ) from error


def _roughness(size: int) -> scipy.sparse.csr_array:
    """Return the matrix of the sum of squared differences between neighbouring grid points."""
    steps = scipy.sparse.diags_array([-1.0, 1.0], offsets=[0, 1], shape=(size - 1, size))
    along, same = steps.T @ steps, scipy.sparse.eye_array(size)
    kron = scipy.sparse.kron
    return scipy.sparse.csr_array(
        kron(kron(along, same), same)
        + kron(kron(same, along), same)
        + kron(kron(same, same), along)
    )
