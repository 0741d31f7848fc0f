"""The hue of skin and hair: a style that shows no people does not know what they look like.

In warm light skin may be as warm as the light; it is green or grey in none. So a match of colours
is shifted, all of a face alike, until its mean is within what light does to its own.
"""

from collections.abc import Iterable

import numpy as np

from dpst import images
from dpst.images.luma import LUMA

MOST_TURN = np.radians(12)  # of the hue of the mean
LEAST_COLORFULNESS = 0.85  # as a share of its own, in the light of the match
_DARKEST = 0.05  # luma: what is nearly black has no colour to compare
_RELIGHTING = 0.5, 1.5  # bounds of the change of light that colourfulness follows


def natural_shift(own: np.ndarray, matched: np.ndarray) -> np.ndarray:
    """Return what brings the mean colour of a match to a hue that its own allows.

    Args:
        own: float [3], RGB in [0, 1], the mean of a part of the photo.
        matched: float [3], that of the same part with its colours matched.

    Returns:
        float64 [3] without luma, to be added; zero if the hue turns by at most `MOST_TURN` and
        enough of the colour is left.
    """
    (light, colorful), (new_light, new) = (_luma_and_chroma(each) for each in (own, matched))
    colorful = colorful * np.clip(new_light / max(light, _DARKEST), *_RELIGHTING)
    length = np.linalg.norm(colorful)
    if length < 1e-6:
        return np.zeros(3)  # it is grey, and has no hue to keep
    forward = colorful / length
    along = new @ forward
    across = new - along * forward
    turn = np.arctan2(np.linalg.norm(across), along)
    if turn > MOST_TURN:
        sideways = across / max(np.linalg.norm(across), 1e-12)
        new_forward = np.cos(MOST_TURN) * forward + np.sin(MOST_TURN) * sideways
        goal_length = max(new @ new_forward, 0.0)
    else:
        goal_length = np.linalg.norm(new)
        new_forward = new / goal_length if goal_length > 1e-6 else forward
    return max(goal_length, LEAST_COLORFULNESS * length) * new_forward - new


def natural_shifts(
    photo: images.FloatImage, matched: images.FloatImage, masks: Iterable[np.ndarray]
) -> np.ndarray:
    """Return the shifts of all parts of a photo, each where its mask is.

    Args:
        photo: float32 [height, width, 3], RGB in [0, 1].
        matched: the same shape, the photo with its colours matched.
        masks: float32 [height, width] in [0, 1], one for each part, not all zero.

    Returns:
        float32 [height, width, 3], to be added to what is matched.
    """
    total = np.zeros(photo.shape, np.float32)
    for mask in masks:
        own, new = (np.tensordot(mask, each) / mask.sum() for each in (photo, matched))
        total += (mask[..., None] * natural_shift(own, new)).astype(np.float32)
    return total


def _luma_and_chroma(color: np.ndarray) -> tuple[float, np.ndarray]:
    luma = float(np.asarray(color, np.float64) @ LUMA)
    return luma, np.asarray(color, np.float64) - luma
