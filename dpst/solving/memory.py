"""How much memory a run takes, told before it starts."""

from __future__ import annotations

import math

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.extractors.num_features import num_features
from dpst.solving.levels import plan_levels

_BASE = 1.25e9  # bytes of a process in which TensorFlow has compiled its first program
_BYTES_A_PIXEL = 1000  # solved: the Laplacian's stencil, correction pairs, the preconditioner
_FEATURE_COPIES = 3.5  # of each feature: its value, its gradient, and what is on the way
_PHOTO_COPIES = 7  # as read, as recoloured, and as its library reads and writes it


def predicted_memory(
    extractor: Extractor, config: TransferConfig, photo: images.Photo, style_size: images.Size
) -> float:
    """Predict the peak memory of a run, of one process without a GPU.

    The constants were fitted from above to whole runs, see `benchmarks/README.md`.

    Args:
        extractor: its layers' features take most of it.
        config: its `solve_size` sets the finest level.
        photo: the content photo.
        style_size: (height, width) of the style image that is worked on.

    Returns:
        Bytes, at most about a quarter too many for the networks of this library.
    """
    size = plan_levels(photo.size, config.solve_size)[-1].size
    style_size = images.workable_size(style_size, images.nominal_side(size))
    pixels = max(math.prod(size), math.prod(style_size))
    features = max(num_features(extractor, each) for each in (size, style_size))
    solving = _BYTES_A_PIXEL * pixels + 4 * _FEATURE_COPIES * features
    matching = 1e6 * config.matching_memory if config.takes("matching_memory") else 0
    return _BASE + solving + matching + _PHOTO_COPIES * photo.pixels.nbytes
