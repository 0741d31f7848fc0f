"""Matting Laplacian, guided-filter operator and local affine colour maps of an image."""

from matting.guided_filter import GuidedFilter
from matting.laplacian import laplacian_stencil, stencil_offsets
from matting.local_affine import LocalAffineMap, fit_local_affine
from matting.operator import MattingLaplacian

__all__ = [
    "GuidedFilter",
    "LocalAffineMap",
    "MattingLaplacian",
    "fit_local_affine",
    "laplacian_stencil",
    "stencil_offsets",
]
