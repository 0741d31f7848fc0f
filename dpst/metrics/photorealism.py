"""Photorealism: how far the output is from a local affine recolouring of the content image."""

import numpy as np

from dpst.images.given_image import given_pair
from matting import (
    PUBLISHED_EPSILON,
    fit_local_affine,
    laplacian_stencil,
    stencil_offsets,
)

_NAMES = "output_image", "content_image"


def matting_energy(
    *, output_image: np.ndarray, content_image: np.ndarray, epsilon: float = PUBLISHED_EPSILON
) -> float:
    """Return x^T L x per pixel, summed over channels, with L the content's matting Laplacian.

    The images are given by name: the two orders give two values.

    Source: Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting", 2008,
    eq. 12; Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, eq. 2.

    Args:
        output_image: float32 [height, width, 3], RGB in [0, 1].
        content_image: the same shape.
        epsilon: regularisation of L, above 0; the default is the published one, so that values
            compare with those of other implementations.

    Returns:
        The energy, near 0 if the output is a local affine recolouring of the content.

    Raises:
        ValueError: the shapes differ, an image is smaller than 3x3, or one is not RGB in [0, 1].
    """
    output_image, content_image = given_pair(output_image, content_image, _NAMES)
    stencil, offsets = laplacian_stencil(content_image, epsilon), stencil_offsets()
    height, width = content_image.shape[:2]
    planes = np.moveaxis(output_image.astype(np.float64), -1, 0)
    # Rows of L sum to 0: x^T L x = -sum over pairs of L_ij (x_i - x_j)^2, without cancellation of
    # large terms. The second half of the stencil holds each pair once, with dy >= 0.
    energy = 0.0
    for k in range(len(offsets) // 2, len(offsets)):
        dy, dx = offsets[k]
        left, right = max(-dx, 0), width - max(dx, 0)
        differences = planes[:, dy:, left + dx : right + dx] - planes[:, : height - dy, left:right]
        squares = np.square(differences).sum(0)
        energy -= float((squares * stencil[k, : height - dy, left:right]).sum())
    return max(energy, 0.0) / (height * width)


def affine_residual(
    *, output_image: np.ndarray, content_image: np.ndarray, radius: int = 2, epsilon: float = 1e-6
) -> np.ndarray:
    """Map where the output is not a photo: its deviation from its local affine fit by the content.

    The images are given by name: the two orders give two maps.

    Source: He, Sun and Tang, "Guided Image Filtering", 2013, eqs. 14 to 16.

    Args:
        output_image: float32 [height, width, 3], RGB in [0, 1].
        content_image: the same shape.
        radius: half the side of a fit's window in pixels, at least 1.
        epsilon: ridge on the fit's slopes, above 0.

    Returns:
        float32 [height, width], root mean square over the channels, in RGB units.

    Raises:
        ValueError: the shapes differ, or an image is not RGB in [0, 1].
    """
    output_image, content_image = given_pair(output_image, content_image, _NAMES)
    fit = fit_local_affine(content_image, output_image, radius, epsilon).apply(content_image)
    return np.sqrt(np.square(output_image - fit).mean(-1)).astype(np.float32)
