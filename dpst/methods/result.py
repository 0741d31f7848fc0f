"""`TransferResult`: what a transfer gives, whatever the method, and how it is put together."""

import dataclasses
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from dpst import images
from dpst.config import TransferConfig
from dpst.looks.look import Look
from dpst.methods.measure_output import measure_output
from dpst.methods.plan import Plan
from dpst.methods.work import Work
from dpst.metrics import Metrics
from dpst.optimizers import StopReason
from dpst.segmentation import Pairing, SegmentRow
from dpst.solving.progress import History
from dpst.solving.solve import Solution

# Metrics that compare with the content image.
_OF_CONTENT = (
    "ssim",
    "edge_ssim",
    "matting_energy",
    "false_structure",
    "place_drift",
    "content_distance",
)


_COMPLETE = (StopReason.MAX_EVALUATIONS, StopReason.CONVERGED, StopReason.LITTLE_PROGRESS)
_SHOWN_SIDE = 1000  # longer side in pixels of what a notebook shows


@dataclass(frozen=True, eq=False)
class TransferResult:
    """What a transfer gives.

    Attributes:
        output_image: float32 [height, width, 3], RGB in [0, 1], of the content image's size, or
            of the solve size where `full_resolution` is off.
        history: (level, evaluations at that level, objective) after each chunk, in order.
        stop_reason: why the finest level stopped.
        notes: what is odd about the label maps and what was done about it, one line each.
        metrics: quality of the output image, measured at the solve size with the features that
            the transfer used, so they compare with those of runs of the same size and extractor.
            The distances from the style are NaN where no segment has 200 px in both images; all
            are NaN after a KeyboardInterrupt while they were measured.
        look: what was found: a recolouring, for `apply_full_resolution` and `save_look`, or the
            picture that was painted.
        segments: a row for each label of either label map: areas, findings, what was done.
    """

    output_image: np.ndarray
    history: History
    stop_reason: StopReason
    notes: tuple[str, ...]
    metrics: Metrics
    look: Look
    segments: tuple[SegmentRow, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the solve went as far as it should: not interrupted, nor stuck."""
        return self.stop_reason in _COMPLETE

    def _repr_png_(self) -> bytes:
        """Return the output image as a PNG file: how a notebook shows the result."""
        size = images.fit_size(self.output_image.shape[:2], _SHOWN_SIDE)
        shown = np.clip(images.resize(self.output_image, size), 0, 1)
        file = io.BytesIO()
        Image.fromarray((255 * shown).round().astype(np.uint8)).save(file, "PNG")
        return file.getvalue()


def finish(
    solution: Solution,
    look: Look,
    plan: Plan,
    pairing: Pairing,
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    work: Work,
) -> TransferResult:
    """Put the result of a solve together, and measure it.

    Args:
        solution: of the solve.
        look: what it found.
        plan: what it went by.
        pairing: the segments to measure within.
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        work: what it was done with.

    Returns:
        The result.
    """
    extractor, config = work.extractor, work.config
    output = np.clip(look.apply(_target(content_image, config)), 0, 1)
    subject = content_image if plan.has_content else output
    metrics = measure_output(subject, style_image, output, pairing, extractor, config.solve_size)
    if not plan.has_content:
        metrics = dataclasses.replace(metrics, **dict.fromkeys(_OF_CONTENT, float("nan")))
    return TransferResult(
        output_image=output,
        history=solution.history,
        stop_reason=solution.stop_reason,
        notes=plan.notes,
        metrics=metrics,
        look=look,
        segments=plan.segments,
    )


def _target(content_image: images.FloatImage, config: TransferConfig) -> images.FloatImage:
    """Return the content image at the size of the output."""
    if config.full_resolution:
        return content_image
    size = images.fit_area(content_image.shape[:2], config.solve_size)
    return images.resize(content_image, size)
