"""Carriers: how an output gets from one level of a solve to the next, and to other sizes."""

from functools import partial

import numpy as np

from dpst.looks.painted_picture import PaintedPicture
from dpst.solving.solve import Carrier
from matting import GuidedFilter, LocalAffineMap, fit_local_affine

# The guided filter that preconditions the solver.
GRID_SPACINGS = (20.0, 5.0)
GRID_WEIGHTS = (1.0, 0.1)
GUIDE_EPSILON = 1e-5
IDENTITY_WEIGHT = 3e-3

# The local affine map from a level's content image to its output. Sharper ones follow the blocks of
# JPEG files, and have steps along edges at the photo's own size.
MAP_RADIUS = 2
MAP_EPSILON = 3e-5


def solver_preconditioner(content_image: np.ndarray) -> GuidedFilter:
    """Make the guided filter that smooths the solver's steps at a level.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1], at the level's size.

    Returns:
        A symmetric positive definite operator on images [height, width, 3].
    """
    return GuidedFilter.from_image(
        content_image, GRID_SPACINGS, GRID_WEIGHTS, GUIDE_EPSILON, IDENTITY_WEIGHT
    )


AS_PHOTO: Carrier[LocalAffineMap] = Carrier(
    fit=partial(fit_local_affine, radius=MAP_RADIUS, epsilon=MAP_EPSILON),
    preconditioner=solver_preconditioner,
)
"""The local affine map, whose edges are those of the content image, preconditioned accordingly."""

AS_PICTURE: Carrier[PaintedPicture] = Carrier(
    fit=lambda content, output: PaintedPicture(output), preconditioner=None
)
"""The pixels, which only take their size from the content image."""
