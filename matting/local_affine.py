"""Local affine colour maps: fitted at one size, applied at any other.

A photorealistic result O is locally affine in the colours of its content image C, so the map from
C to O is smooth where O itself is not, and can be carried to a larger C.
Source: He et al., "Guided Image Filtering", 2013; Luan et al. 2017 after Levin et al. 2008.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matting.box_filter import box_sum, window_count

_BAND_PIXELS = 1 << 18


@dataclass(frozen=True, eq=False)
class LocalAffineMap:
    """Per pixel, output = coefficients[:, :, 0] + slopes @ colour, at the size of the fit.

    Attributes:
        coefficients: float32 [height, width, 4, 3]: the offset, then the slopes of red, green
            and blue, each for the three output channels.
    """

    coefficients: np.ndarray

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Apply the map to an image of any size, in bands of bounded memory.

        Coefficients are interpolated bilinearly, edges stay exactly the image's own.

        Args:
            image: float32 [height, width, 3], RGB in [0, 1], the scene that the map was fitted to.

        Returns:
            float32 [height, width, 3], not clipped.

        Raises:
            ValueError: the image is no [height, width, 3].
        """
        if image.ndim != 3 or image.shape[-1] != 3:
            raise ValueError(
                f"image has shape {image.shape}, must be [height, width, 3]; convert it to RGB."
            )
        output = np.empty(image.shape, np.float32)
        for rows, coefficients in self._bands(*image.shape[:2]):
            colors = image[rows].astype(np.float32)
            band = coefficients[:, :, 0].copy()
            for c in range(3):
                band += coefficients[:, :, 1 + c] * colors[..., c : c + 1]
            output[rows] = band
        return output

    def _bands(self, height: int, width: int) -> Iterator[tuple[slice, np.ndarray]]:
        """(rows, coefficients [band, width, 4, 3]) of the map enlarged to (height, width)."""
        small_height, small_width = self.coefficients.shape[:2]
        flat = self.coefficients.reshape(small_height, small_width, 12)
        left, right, x = _neighbours(width, small_width)
        rows_a_band = max(_BAND_PIXELS // width, 1)
        above, below, y = _neighbours(height, small_height)
        for first in range(0, height, rows_a_band):
            rows = slice(first, min(first + rows_a_band, height))
            t = y[rows, None, None]
            band = flat[above[rows]] * (1 - t) + flat[below[rows]] * t
            s = x[:, None]
            band = band[:, left] * (1 - s) + band[:, right] * s
            yield rows, band.reshape(-1, width, 4, 3)


def _neighbours(size: int, small_size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each pixel, the two pixels of the small axis around it and the weight of the second."""
    place = np.clip((np.arange(size) + 0.5) * small_size / size - 0.5, 0, small_size - 1)
    lower = np.floor(place).astype(np.intp)
    return lower, np.minimum(lower + 1, small_size - 1), (place - lower).astype(np.float32)


def fit_local_affine(
    image: np.ndarray, output: np.ndarray, radius: int = 2, epsilon: float = 1e-4
) -> LocalAffineMap:
    """Fit output by a local affine map of the image's colours (guided filter, eqs. 14 to 16).

    Args:
        image: float32 [height, width, 3], RGB in [0, 1], the guide.
        output: float32 [height, width, 3], RGB in [0, 1].
        radius: half a window's side in pixels, at least 1.
        epsilon: ridge on the slopes, above 0; smaller keeps more of the output's own texture.

    Returns:
        The map, with the fits of all windows around a pixel averaged.

    Raises:
        ValueError: the shapes differ, or a parameter is out of range.
    """
    if image.shape != output.shape or image.ndim != 3 or image.shape[-1] != 3:
        raise ValueError(
            f"image has shape {image.shape} and output {output.shape}, must be one [height, "
            "width, 3]; resize the image to the output's size."
        )
    if radius < 1 or epsilon <= 0:
        raise ValueError(
            f"radius = {radius}, epsilon = {epsilon}: radius must be at least 1, epsilon above 0; "
            "the defaults suit a photo."
        )
    guide = np.moveaxis(image.astype(np.float64), -1, 0)
    target = np.moveaxis(output.astype(np.float64), -1, 0)
    count = window_count(image.shape[:2], radius)
    mean_guide = box_sum(guide, radius) / count
    mean_target = box_sum(target, radius) / count
    covariance = box_sum(guide[:, None] * guide, radius) / count
    covariance -= mean_guide[:, None] * mean_guide
    cross = box_sum(guide[:, None] * target, radius) / count - mean_guide[:, None] * mean_target
    # [channel, channel, height, width] -> [height, width, channel, channel]
    ridge = np.moveaxis(covariance, (0, 1), (-2, -1)) + epsilon * np.eye(3)
    slopes = np.linalg.solve(ridge, np.moveaxis(cross, (0, 1), (-2, -1)))
    slopes = np.moveaxis(slopes, (-2, -1), (0, 1))
    offset = mean_target - (slopes * mean_guide[:, None]).sum(0)
    fits = np.concatenate([offset[None], slopes])
    averaged = box_sum(fits, radius) / count
    return LocalAffineMap(np.moveaxis(averaged, (0, 1), (-2, -1)).astype(np.float32))
