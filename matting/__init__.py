"""Matting Laplacian, guided-filter operator and local affine colour maps of an image.

TensorFlow is loaded with the first operator that needs it, not by the NumPy parts.
"""

import importlib
from typing import TYPE_CHECKING, Any

from matting.local_affine import LocalAffineMap, fit_local_affine
from matting.stencil import (
    DEFAULT_EPSILON,
    PUBLISHED_EPSILON,
    laplacian_stencil,
    stencil_offsets,
)

if TYPE_CHECKING:
    from matting.affine_energy import local_affine_energy
    from matting.affine_energy import local_affine_energy as local_affine_residual
    from matting.guided_filter import GuidedFilter
    from matting.masked_filter import MaskedGuidedFilter
    from matting.matting_laplacian import MattingLaplacian

_HOMES = {
    "GuidedFilter": "matting.guided_filter",
    "MaskedGuidedFilter": "matting.masked_filter",
    "MattingLaplacian": "matting.matting_laplacian",
    "local_affine_energy": "matting.affine_energy",
}
_FORMER_NAMES = {"local_affine_residual": "local_affine_energy"}  # for one release

__all__ = [
    "DEFAULT_EPSILON",
    "PUBLISHED_EPSILON",
    "GuidedFilter",
    "LocalAffineMap",
    "MaskedGuidedFilter",
    "MattingLaplacian",
    "fit_local_affine",
    "laplacian_stencil",
    "local_affine_energy",
    "local_affine_residual",
    "stencil_offsets",
]


def __getattr__(name: str) -> Any:
    name = _FORMER_NAMES.get(name, name)
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'matting' has no attribute {name!r}")
