"""Local affine colour maps: fitted at one size, applied at any other.

A photorealistic result O is locally affine in the colours of its content image C, so the map from
C to O is smooth where O itself is not, and can be applied to a larger C.

Source: He, Sun and Tang, "Guided Image Filtering", 2013, eqs. 14 to 16.
"""

from dataclasses import dataclass

import numpy as np

from matting.box_filter import box_sum, window_count

_BAND_PIXELS = 1 << 18


@dataclass(frozen=True, eq=False)
class LocalAffineMap:
    """At each pixel of the fit, output = coefficients[:, :, 0] + slopes @ colour.

    Attributes:
        coefficients: float32 [height, width, 4, channels]: the offset, then the slopes of red,
            green and blue, each for the output channels.
    """

    coefficients: np.ndarray

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Apply the map to an image of any size, in bands of bounded memory.

        Coefficients are interpolated bilinearly; edges remain exactly the image's own.

        Args:
            image: float32 [height, width, 3], RGB in [0, 1], showing what the map was fitted to.

        Returns:
            float32 [height, width, channels], not clipped.

        Raises:
            ValueError: the image is not [height, width, 3].
        """
        _check_colors(image)
        height, width = image.shape[:2]
        output = np.empty((height, width, self.coefficients.shape[-1]), np.float32)
        rows_a_band = max(_BAND_PIXELS // width, 1)
        for first in range(0, height, rows_a_band):
            rows = slice(first, first + rows_a_band)
            output[rows] = self.apply_band(image[rows], first, (height, width))
        return output

    def apply_band(self, band: np.ndarray, first_row: int, size: tuple[int, int]) -> np.ndarray:
        """Apply the map to some rows of an image.

        Args:
            band: float32 [rows, width, 3], RGB.
            first_row: index of the band's first row in the image.
            size: (height, width) of the image.

        Returns:
            float32 [rows, width, channels], not clipped.

        Raises:
            ValueError: the band is not [rows, width, 3], or does not lie within the image.
        """
        _check_colors(band)
        height, width = size
        if band.shape[1] != width or not 0 <= first_row <= height - len(band):
            raise ValueError(
                f"band has shape {band.shape} from row {first_row} on, must lie within the size "
                f"{size}; pass rows of the image at their full width."
            )
        small_height, small_width, _, channels = self.coefficients.shape
        above, below, t = _neighbours(height, small_height, first_row, len(band))
        left, right, s = _neighbours(width, small_width, 0, width)
        colors = np.moveaxis(band.astype(np.float32), -1, 0)
        output = np.empty((*band.shape[:2], channels), np.float32)
        for c in range(channels):
            total = 0
            for k in range(4):
                plane = self.coefficients[:, :, k, c]
                tall = plane[above] * (1 - t[:, None]) + plane[below] * t[:, None]
                wide = tall[:, left] * (1 - s) + tall[:, right] * s
                total = total + (wide if k == 0 else wide * colors[k - 1])
            output[..., c] = total
        return output


def fit_local_affine(
    image: np.ndarray, output: np.ndarray, radius: int = 2, epsilon: float = 1e-4
) -> LocalAffineMap:
    """Fit the output by a local affine map of the image's colours.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1], the guide.
        output: float32 [height, width, channels], any number of them.
        radius: half a window's side in pixels, at least 1.
        epsilon: ridge on the slopes, above 0; smaller keeps more of the output's own texture.

    Returns:
        The map, with the fits of all windows around a pixel averaged.

    Raises:
        ValueError: the sizes differ, or a parameter is out of range.
    """
    _check_colors(image)
    if output.ndim != 3 or image.shape[:2] != output.shape[:2]:
        raise ValueError(
            f"image has shape {image.shape} and output {output.shape}, must have one height and "
            "width; resize the image to the output's size."
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


def _check_colors(image: np.ndarray) -> None:
    if image.ndim != 3 or image.shape[-1] != 3:
        raise ValueError(
            f"image has shape {image.shape}, must be [height, width, 3]; convert it to RGB."
        )


def _neighbours(
    size: int, small_size: int, first: int, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the two pixels of the small axis around each of some pixels, and the second's weight.

    Args:
        size: pixels of the axis.
        small_size: pixels of the small axis.
        first: the first pixel of interest.
        count: number of pixels from there on.
    """
    place = (np.arange(first, first + count) + 0.5) * small_size / size - 0.5
    place = np.clip(place, 0, small_size - 1)
    lower = np.floor(place).astype(np.intp)
    return lower, np.minimum(lower + 1, small_size - 1), (place - lower).astype(np.float32)
