"""Quality of a transfer: is the content kept, is it still a photo, is the style reached.

Each metric takes the output first, then what it is compared with.

Segments come as `content_labels`, int [height, width], of the content and the output image;
`style_labels`, int [style_height, style_width]; and `style_index`, the style label that each
content label 0 ... K-1 takes, as in a `Pairing`; without it that is the label of the same number.
None for both maps means one segment. Distances from the style are averaged over segments by area;
segments below `MINIMUM_SEGMENT_PIXELS` in either image are left out, and the distance is NaN if
none remains.
"""

from dpst.metrics.color import color_distance, rgb_to_lab, sliced_wasserstein
from dpst.metrics.false_structure import false_structure, false_structure_map
from dpst.metrics.features import content_distance, gram_distance, statistics_distance
from dpst.metrics.measure import Metrics, measure
from dpst.metrics.photorealism import affine_residual, matting_energy
from dpst.metrics.place_drift import place_drift, place_drift_map
from dpst.metrics.segments import MINIMUM_SEGMENT_PIXELS
from dpst.metrics.structure import edge_ssim, ssim

__all__ = [
    "MINIMUM_SEGMENT_PIXELS",
    "Metrics",
    "affine_residual",
    "color_distance",
    "content_distance",
    "edge_ssim",
    "false_structure",
    "false_structure_map",
    "gram_distance",
    "matting_energy",
    "measure",
    "place_drift",
    "place_drift_map",
    "rgb_to_lab",
    "sliced_wasserstein",
    "ssim",
    "statistics_distance",
]
