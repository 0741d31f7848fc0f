"""Views: whether two photos show the same, told by small pictures of what is light and dark."""

import cv2
import numpy as np

from dpst import images
from dpst.images.luma import LUMA

_SIDE = 64  # longer side of a view's picture, in pixels
_BLUR = 4.0  # standard deviation in pixels: what is wider is the light and not the view
_LEAST_CORRELATION = 0.4  # exports of one view have 0.6 and more, 99 % of other photos below 0.2
_LEAST_CONTRAST = 1 / 255  # standard deviation of what a picture shows: less tells nothing


def view_picture(image: images.FloatImage) -> np.ndarray:
    """Return what is light and dark in a photo, in little.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].

    Returns:
        uint8 [h, w], luma, the longer side at most 64 px.
    """
    luma = images.resize(image, images.fit_size(image.shape[:2], _SIDE)) @ LUMA
    return np.clip(255 * luma, 0, 255).round().astype(np.uint8)


def is_same_view(picture: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two photos are of the same view, whatever their light.

    The pictures are compared without what changes slowly over them, by their correlation.

    Args:
        picture: uint8 [h, w], from `view_picture`.
        other: uint8 [h, w], of any size.

    Returns:
        False only where both have some contrast and differ in what they show.
    """
    height, width = picture.shape
    other = cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA)
    details = [_details(each) for each in (picture, other)]
    spreads = [each.std() for each in details]
    if min(spreads) < _LEAST_CONTRAST:
        return True
    correlation = (details[0] * details[1]).mean() / (spreads[0] * spreads[1])
    return bool(correlation >= _LEAST_CORRELATION)


def _details(picture: np.ndarray) -> np.ndarray:
    luma = picture.astype(np.float64) / 255
    details = luma - cv2.GaussianBlur(luma, (0, 0), _BLUR)
    return details - details.mean()
