"""The closed-form matting Laplacian of an image, as a field of stencil weights.

Source: Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting", 2008,
eq. 12.
"""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# Regularisation of a window's colour covariance. The published one is that of the code of Levin et
# al., which Luan et al. used too. With it a step of one grey level, where two blocks of a JPEG file
# meet, is an edge that an output may make as strong as it likes: blocks and seams show in skies.
PUBLISHED_EPSILON = 1e-7
DEFAULT_EPSILON = 3e-5

_BAND_PIXELS = 16_384  # arrays of about as many float64 values stay in a core's cache
_NUM_THREADS = 2
_ALIGNMENT = 64  # of tensors, in bytes


def stencil_offsets(radius: int = 1) -> list[tuple[int, int]]:
    """List the offsets (dy, dx) of the neighbours that share a window with a pixel.

    They are in the stencil's order. The second half mirrors the first:
    `offsets[-1 - k] == -offsets[k]`.

    Args:
        radius: half a window's side in pixels, at least 1.

    Returns:
        The `(4 * radius + 1) ** 2 - 1` offsets, row by row, without (0, 0).
    """
    reach = range(-2 * radius, 2 * radius + 1)
    return [(dy, dx) for dy in reach for dx in reach if (dy, dx) != (0, 0)]


def laplacian_stencil(
    image: np.ndarray, epsilon: float = DEFAULT_EPSILON, radius: int = 1
) -> np.ndarray:
    """Compute the off-diagonal entries of the matting Laplacian, one plane for each offset.

    The entry of pixels i and j is a sum over the windows k that contain both and lie inside the
    image:

        -(1 + (I_i - mu_k)^T (Sigma_k + epsilon / |w| Id)^-1 (I_j - mu_k)) / |w|

    Rows of the Laplacian sum to zero, so the diagonal is minus the sum of the planes. The entries
    are computed in float64, since epsilon is far below float32's resolution of a covariance, and in
    bands of bounded memory.

    Args:
        image: float [height, width, 3], RGB in [0, 1].
        epsilon: regularisation of a window's colour covariance, above 0.
        radius: half a window's side in pixels, at least 1; 1 gives 3x3 windows and a 5x5 stencil.

    Returns:
        float32 [num_offsets, height, width]; plane k holds the entry of pixel (y, x) with pixel
        (y, x) + `stencil_offsets(radius)[k]`, zero where that lies outside the image.

    Raises:
        ValueError: the image is not [height, width, 3], smaller than a window or not finite, or
            a parameter is out of range.
    """
    _check(image, epsilon, radius)
    height, width, _ = image.shape
    offsets = stencil_offsets(radius)
    half = len(offsets) // 2
    stencil = _aligned_zeros((len(offsets), height, width))
    rows = max(_BAND_PIXELS // width, 2 * radius + 1)

    def fill(first: int) -> None:
        last = min(first + rows, height)
        stencil[half:, first:last] = _band(image, first, last, epsilon, radius)

    with ThreadPoolExecutor(_NUM_THREADS) as pool:
        list(pool.map(fill, range(0, height, rows)))
    for k in range(half):
        dy, dx = offsets[k]  # dy <= 0: the entry of i and i + offset is stored at i + offset
        mirrored = stencil[-1 - k]
        rows_to, rows_from = _overlap(dy, height)
        columns_to, columns_from = _overlap(dx, width)
        stencil[k, rows_to, columns_to] = mirrored[rows_from, columns_from]
    return stencil


def _aligned_zeros(shape: tuple[int, ...]) -> np.ndarray:
    """Allocate float32 zeros that begin where tensors do.

    Sums that compiled code takes over memory with another alignment differ in the last bits: a
    result would differ from that of the same pair a moment before.
    """
    size = math.prod(shape) * np.dtype(np.float32).itemsize
    memory = np.zeros(size + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size].view(np.float32).reshape(shape)


def _check(image: np.ndarray, epsilon: float, radius: int) -> None:
    side = 2 * radius + 1
    if radius < 1:
        raise ValueError(f"radius is {radius}, must be at least 1; use 1 for 3x3 windows.")
    if epsilon <= 0:
        raise ValueError(f"epsilon is {epsilon}, must be above 0; {DEFAULT_EPSILON} suits photos.")
    if image.ndim != 3 or image.shape[-1] != 3:
        raise ValueError(
            f"image has shape {image.shape}, must be [height, width, 3]; convert it to RGB."
        )
    if min(image.shape[:2]) < side:
        raise ValueError(
            f"image is {image.shape[1]}x{image.shape[0]}, must be at least {side}x{side} for "
            f"radius {radius}; use a larger image."
        )
    if not np.isfinite(image).all():
        raise ValueError("image holds values that are not finite; replace NaN and infinity.")


def _overlap(shift: int, size: int) -> tuple[slice, slice]:
    """Return slices of i and of i + shift, for all i where both lie in range(size)."""
    to = slice(max(-shift, 0), min(size - shift, size))
    return to, slice(to.start + shift, to.stop + shift)


def _band(image: np.ndarray, first: int, last: int, epsilon: float, radius: int) -> np.ndarray:
    """Compute the second half of the stencil for the rows [first, last), float64."""
    height, width, _ = image.shape
    offsets = stencil_offsets(radius)
    half = len(offsets) // 2
    plane_of = {offset: k - half for k, offset in enumerate(offsets)}
    # Centres of all windows that touch the band, and the rows that those windows touch.
    top, bottom = max(first - radius, radius), min(last + radius, height - radius)
    origin = top - radius
    pixels = np.moveaxis(image[origin : bottom + radius].astype(np.float64), -1, 0)
    inner_rows, inner_columns = bottom - top, width - 2 * radius
    window = [(y, x) for y in range(2 * radius + 1) for x in range(2 * radius + 1)]
    colors = [pixels[:, y : y + inner_rows, x : x + inner_columns] for y, x in window]
    whitened = list(_whiten(colors, epsilon))

    band = np.zeros((half, pixels.shape[1], width))
    for a, (ya, xa) in enumerate(window):
        u = whitened[a]
        for b in range(a + 1, len(window)):
            yb, xb = window[b]
            v = whitened[b]
            affinity = u[0] * v[0]
            affinity += u[1] * v[1]
            affinity += u[2] * v[2]
            affinity += 1
            target = band[plane_of[yb - ya, xb - xa]]
            target[ya : ya + inner_rows, xa : xa + inner_columns] -= affinity
    return band[:, first - origin : last - origin] / len(window)


def _whiten(colors: list[np.ndarray], epsilon: float) -> Iterator[np.ndarray]:
    """Whiten deviations: u_a . u_b = (I_a - mu)^T (Sigma + epsilon / |w|)^-1 (I_b - mu).

    By LDL^T: the adjugate over the determinant would lose half of the digits if the colours of a
    window lie on a line, as those of a grey image do.
    """
    area = len(colors)
    mean = sum(colors) / area
    deviations = [color - mean for color in colors]

    def covariance(c: int, d: int) -> np.ndarray:
        total = deviations[0][c] * deviations[0][d]
        for deviation in deviations[1:]:
            total += deviation[c] * deviation[d]
        return total / area

    ridge = epsilon / area
    d0 = covariance(0, 0) + ridge
    s10, s20 = covariance(1, 0), covariance(2, 0)
    l10, l20 = s10 / d0, s20 / d0
    d1 = covariance(1, 1) + ridge - l10 * s10
    s21 = covariance(2, 1) - l20 * s10
    l21 = s21 / d1
    d2 = covariance(2, 2) + ridge - l20 * s20 - l21 * s21
    r0, r1, r2 = 1 / np.sqrt(d0), 1 / np.sqrt(d1), 1 / np.sqrt(d2)
    for deviation in deviations:
        w0 = deviation[0]
        w1 = deviation[1] - l10 * w0
        w2 = deviation[2] - l20 * w0 - l21 * w1
        yield np.stack([w0 * r0, w1 * r1, w2 * r2])
