"""`ColorSubspace`: the plane of hues or the line of greys that holds all colours of some images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from dpst.images.pixels import FloatImage

LEAST_SPREAD = 1.5 / 255  # standard deviation along a direction: less is rounding and noise


class ColorSubspace(NamedTuple):
    """An affine subspace of RGB: a black and white photo's line of greys, a sepia one's plane.

    Attributes:
        origin: float32 [3], a point of it; black if it goes through black.
        projection: float32 [3, 3], symmetric; projects differences from the origin onto it.
    """

    origin: np.ndarray
    projection: np.ndarray

    @classmethod
    def of_images(cls, images: Sequence[FloatImage]) -> ColorSubspace | None:
        """Return the subspace that the images' colours do not leave, but for rounding and noise.

        It always extends along the greys, so that there is room for light and shade.

        Args:
            images: float32 [height, width, 3] each, RGB in [0, 1], of any sizes; at least one.

        Returns:
            The subspace; None where it is all of RGB.
        """
        colors = [image.reshape(-1, 3).astype(np.float64) for image in images]
        mean = np.mean([each.mean(0) for each in colors], axis=0)
        covariance = np.mean([_second_moment(each - mean) for each in colors], axis=0)
        greys = np.full((3, 3), 1 / 3)  # projects onto them
        off_grey = np.eye(3) - greys
        variances, directions = np.linalg.eigh(off_grey @ covariance @ off_grey)
        basis = directions[:, variances > LEAST_SPREAD**2]
        if basis.shape[1] == 2:
            return None
        projection = greys + basis @ basis.T
        origin = mean - projection @ mean
        if np.linalg.norm(origin) < LEAST_SPREAD:
            origin = np.zeros(3)
        # Rounded, so that what is the same for all channels is so to the last bit.
        return cls(origin.astype(np.float32), projection.round(6).astype(np.float32))

    def project(self, image: Any) -> Any:
        """Return the nearest colours in the subspace.

        Args:
            image: float32 [..., 3], an array or a tensor.

        Returns:
            The same, not clipped.
        """
        return (image - self.origin) @ self.projection + self.origin


def _second_moment(differences: np.ndarray) -> np.ndarray:
    return differences.T @ differences / len(differences)
