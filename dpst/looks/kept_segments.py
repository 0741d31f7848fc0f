"""Segments kept as photographed: the photo itself inside them, with no seam at their borders."""

import numpy as np

from dpst import images
from dpst.segmentation import KEPT, Pairing, resize_labels
from matting import LocalAffineMap, fit_local_affine

_SIZE = 700  # longer side in pixels of the copies that the borders are refined on
_RADIUS_SHARE = (
    0.02  # share of their shorter side: how far a loosely drawn border is pulled to an edge
)
_MINIMUM_RADIUS = 3
_EPSILON = 1e-4  # ridge on the slopes: how faint an edge of the photo the border still follows


def styled_share_map(content_image: images.FloatImage, pairing: Pairing) -> LocalAffineMap | None:
    """Return where a photo is styled, as a local affine map of its colours.

    The mask of the styled segments is refined to the photo's own edges by a guided filter, so that
    the border is as sharp as the photo is there.

    Source: He, Sun and Tang, "Guided Image Filtering", 2013, guided feathering.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        pairing: segments of the photo, at any resolution of the same aspect ratio.

    Returns:
        A map from colours to about 1 where the photo is styled and 0 where it is kept, for
        `restore_kept_segments`; None where nothing is kept.
    """
    if KEPT not in pairing.style_index:
        return None
    is_styled = np.array(pairing.style_index) != KEPT
    size = images.fit_area(content_image.shape[:2], _SIZE)
    mask = is_styled[resize_labels(pairing.content_labels, size)].astype(np.float32)
    radius = max(round(_RADIUS_SHARE * min(size)), _MINIMUM_RADIUS)
    guide = images.resize(content_image, size)
    feathering = fit_local_affine(guide, np.repeat(mask[..., None], 3, -1), radius, _EPSILON)
    return LocalAffineMap(feathering.coefficients[..., :1])


def restore_kept_segments(
    content_image: images.FloatImage, output_image: images.FloatImage, styled_shares: np.ndarray
) -> np.ndarray:
    """Put the photo back into the segments that are kept.

    The objective pulls them nowhere, but not all of it is local: the look of their neighbours leaks
    in, and shows where a day becomes a night beside them.

    Args:
        content_image: float32 [height, width, 3], RGB.
        output_image: float32 [height, width, 3], RGB, the styled photo.
        styled_shares: float32 [height, width, 1], what the map of `styled_share_map` gives.

    Returns:
        float32 [height, width, 3]; exactly the photo in kept segments away from their borders.
    """
    # Away from borders the mask is 0 or 1 but for rounding; there it must be so exactly.
    shares = np.clip(1.02 * styled_shares - 0.01, 0, 1)
    return content_image + shares * (output_image - content_image)
