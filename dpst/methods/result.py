"""`TransferResult`: what a transfer gives, whatever the method."""

from dataclasses import dataclass

import numpy as np

from dpst.looks.look import Look
from dpst.looks.painted_picture import PaintedPicture
from dpst.metrics import Metrics
from dpst.optimizers import StopReason
from dpst.segmentation import SegmentRow


@dataclass(frozen=True, eq=False)
class TransferResult:
    """What a transfer gives.

    Attributes:
        output_image: float32 [height, width, 3], RGB in [0, 1], of the content image's size, or
            of the solve size where `full_resolution` is off.
        history: (level, evaluations at that level, objective), in order.
        stop_reason: why the finest level stopped.
        notes: what is messy about the label maps and what was done about it, a line each.
        metrics: quality of the output image, measured at the solve size with the features that
            the transfer used, so they compare with those of runs of the same size and extractor.
            The distances from the style are NaN where no segment has 200 px in both images; all
            are NaN after a KeyboardInterrupt while they were measured.
        look: what was found: a recolouring, for `apply_full_resolution` and `save_look`, or the
            picture that was painted.
        segments: a row for each label of either label map: areas, what is messy, what was done.
    """

    output_image: np.ndarray
    history: tuple[tuple[int, int, float], ...]
    stop_reason: StopReason
    notes: tuple[str, ...]
    metrics: Metrics
    look: Look | PaintedPicture
    segments: tuple[SegmentRow, ...] = ()
