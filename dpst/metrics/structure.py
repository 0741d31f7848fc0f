"""Structure kept: structural similarity of luma and of edges."""

import cv2
import numpy as np

from dpst.images.given_image import given_pair
from dpst.images.luma import LUMA

_RADIUS, _SIGMA = 5, 1.5  # of the Gaussian window
_C1, _C2 = 0.01**2, 0.03**2


def ssim(image: np.ndarray, reference: np.ndarray) -> float:
    """Return the structural similarity of luma, averaged over the windows inside the image.

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to
    Structural Similarity", 2004, eq. 13; Gaussian window of sigma 1.5, K1 = 0.01, K2 = 0.03.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1], at least 11x11 px.
        reference: the same shape.

    Returns:
        Similarity in [-1, 1], 1 for equal images.

    Raises:
        ValueError: the shapes differ, an image is too small, or one is not RGB in [0, 1].
    """
    image, reference = _checked(image, reference)
    return _plane_ssim(image @ LUMA, reference @ LUMA)


def edge_ssim(image: np.ndarray, reference: np.ndarray) -> float:
    """Return the `ssim` of the Sobel magnitudes of luma, each divided by its own maximum.

    It forgives a change of contrast, but neither new nor lost edges.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1], at least 11x11 px.
        reference: the same shape.

    Returns:
        Similarity in [-1, 1], 1 for equal edges.

    Raises:
        ValueError: the shapes differ, an image is too small, or one is not RGB in [0, 1].
    """
    image, reference = _checked(image, reference)
    return _plane_ssim(_edges(image @ LUMA), _edges(reference @ LUMA))


def _plane_ssim(x: np.ndarray, y: np.ndarray) -> float:
    """Return the SSIM of float64 [height, width] planes in [0, 1]."""
    mean_x, mean_y = _blur(x), _blur(y)
    variance_x = _blur(x * x) - mean_x**2
    variance_y = _blur(y * y) - mean_y**2
    covariance = _blur(x * y) - mean_x * mean_y
    similarity = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    similarity /= (mean_x**2 + mean_y**2 + _C1) * (variance_x + variance_y + _C2)
    return float(similarity[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS].mean())


def _blur(plane: np.ndarray) -> np.ndarray:
    side = 2 * _RADIUS + 1
    return cv2.GaussianBlur(plane, (side, side), _SIGMA)


def _edges(plane: np.ndarray) -> np.ndarray:
    """Return the Sobel magnitude over its maximum; the border's own pixels are repeated."""
    slopes = (cv2.Sobel(plane, -1, dx, 1 - dx, borderType=cv2.BORDER_REFLECT) for dx in (0, 1))
    magnitude = np.hypot(*slopes)
    return magnitude / (magnitude.max() + 1e-12)


def _checked(image: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    image, reference = given_pair(image, reference, ("image", "reference"))
    height, width = image.shape[:2]
    side = 2 * _RADIUS + 1
    if min(height, width) < side:
        raise ValueError(
            f"image is {width}x{height}, must be at least {side}x{side} to hold a window of SSIM; "
            "use a larger image."
        )
    return image, reference
