"""Place drift: washes of colour that go by the place in the picture, not by what is there."""

import cv2
import numpy as np

from dpst.images.checks import check_labels
from dpst.images.given_image import given_pair
from dpst.metrics.color import rgb_to_lab

NUM_RANGES = 6
"""Overlapping ranges of lightness of the map that a segment's colours may follow."""

BLUR_SHARE = 1 / 40
"""Standard deviation of the blur that leaves the slow part, as a share of the longer side."""

_RIDGE = 1e-6  # relative: a segment of one colour has no slopes
_LEAST_CHANGE = 1.0  # Delta E: a change below it is none
_NAMES = "output_image", "content_image"


def place_drift(
    output_image: np.ndarray, content_image: np.ndarray, content_labels: np.ndarray | None = None
) -> float:
    """Return how much of the change of colours goes by place.

    The change in CIE Lab from the content image to the output is fitted, in each segment, by the
    best single map of the content's colours: affine in each of `NUM_RANGES` overlapping ranges of
    lightness. What no such map explains, and is slow over the picture, is drift: one object in
    several tints, or a wash over a wall.

    Args:
        output_image: float32 [height, width, 3], RGB in [0, 1].
        content_image: the same shape.
        content_labels: int [height, width], segments of both; None for a single one.

    Returns:
        Root mean square of the drift over that of the change, from 0, none, to about 1. A change
        below 1 Delta E counts as 1.

    Raises:
        ValueError: the shapes differ, or an image is not RGB in [0, 1].
    """
    drift, change = _drift(output_image, content_image, content_labels)
    lengths = [np.sqrt(np.square(each).sum(-1).mean()) for each in (drift, change)]
    return float(lengths[0] / max(lengths[1], _LEAST_CHANGE))


def place_drift_map(
    output_image: np.ndarray, content_image: np.ndarray, content_labels: np.ndarray | None = None
) -> np.ndarray:
    """Map how far colours drift from the map of their segment, see `place_drift`.

    Args:
        output_image: float32 [height, width, 3], RGB in [0, 1].
        content_image: the same shape.
        content_labels: int [height, width], segments of both; None for a single one.

    Returns:
        float32 [height, width], Delta E.

    Raises:
        ValueError: the shapes differ, or an image is not RGB in [0, 1].
    """
    drift, _ = _drift(output_image, content_image, content_labels)
    return np.sqrt(np.square(drift).sum(-1)).astype(np.float32)


def _drift(
    output_image: np.ndarray, content_image: np.ndarray, content_labels: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the slow part of what the segments' maps leave, and the change, both in Lab."""
    output_image, content_image = given_pair(output_image, content_image, _NAMES)
    check_labels(content_labels, output_image, "content_labels")
    content = rgb_to_lab(content_image)
    change = rgb_to_lab(output_image) - content
    if content_labels is None:
        content_labels = np.zeros(content.shape[:2], np.int32)
    drift = np.zeros_like(change)
    sigma = BLUR_SHARE * max(content.shape[:2])
    for label in np.unique(content_labels):
        inside = content_labels == label
        residual = np.zeros_like(change)
        residual[inside] = change[inside] - _fitted(content[inside], change[inside])
        # The mean over the segment's own pixels, weighted by the blur.
        weights = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), sigma)
        drift[inside] = cv2.GaussianBlur(residual, (0, 0), sigma)[inside] / weights[inside, None]
    return drift, change


def _fitted(colors: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Return the least-squares fit of the change by a map of the colours, both [pixels, 3]."""
    darkest, lightest = colors[:, 0].min(), colors[:, 0].max()
    place = (colors[:, :1] - darkest) / max(lightest - darkest, 1) * (NUM_RANGES - 1)
    ranges = np.maximum(1 - np.abs(place - np.arange(NUM_RANGES)), 0)
    centred = (colors - colors.mean(0)) / 100
    affine = np.concatenate([np.ones((len(colors), 1)), centred], 1)
    basis = (ranges[:, :, None] * affine[:, None]).reshape(len(colors), -1)
    gram = basis.T @ basis
    gram += _RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
    return basis @ np.linalg.solve(gram, basis.T @ change)
