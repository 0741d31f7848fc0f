"""The picture report of a run: gathered from its photos and its result, and written."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.looks.color_matching import segment_matched
from dpst.methods.result import TransferResult
from dpst.methods.semantic.plan import SemanticPlan
from dpst.methods.transfer import measure_output
from dpst.metrics import Metrics, affine_residual
from dpst.report.page import COMPARED_SIDE, ReportPictures, report_page, tinted_segments
from dpst.report.trace import PAGE_NAME, TRACE_NAME, write_text, write_trace
from dpst.segmentation import KEPT, Pairing, resize_labels

_NO_RANK = -1


def write_report(
    folder: str | os.PathLike[str],
    trace: Mapping[str, Any],
    photo: images.Photo,
    style_images: Sequence[np.ndarray],
    plan: object,
    result: TransferResult,
    extractor: Extractor,
    config: TransferConfig,
) -> None:
    """Write the page and the trace of a run, each whole or not at all.

    Args:
        folder: where they go; created if it is missing.
        trace: from `run_trace`.
        photo: the content photo.
        style_images: float32 [height, width, 3], RGB in [0, 1].
        plan: its segments; those of a `Pairing` are shown.
        result: what the transfer gave.
        extractor: the features to compare.
        config: its settings.

    Raises:
        ValueError: a file cannot be written.
    """
    folder = Path(folder)
    pairing = plan if isinstance(plan, Pairing) else None
    baseline = None
    if pairing is not None:
        content_image = photo.image(config.solve_size)
        metrics = baseline_metrics(content_image, style_images[0], pairing, extractor, config)
        baseline = dataclasses.asdict(metrics)
    pictures = gather_pictures(photo, style_images, pairing, result, config)
    if isinstance(plan, SemanticPlan) and plan.is_doodle:
        pictures = dataclasses.replace(pictures, content_image=None)
    write_trace(folder / TRACE_NAME, trace)
    write_text(folder / PAGE_NAME, report_page(trace, pictures, baseline))


def gather_pictures(
    photo: images.Photo,
    style_images: Sequence[np.ndarray],
    pairing: Pairing | None,
    result: TransferResult,
    config: TransferConfig,
) -> ReportPictures:
    """The pictures of a run.

    Args:
        photo: the content photo.
        style_images: float32 [height, width, 3], RGB in [0, 1].
        pairing: segments of the photo method; None for a painting.
        result: what the transfer gave.
        config: its settings.

    Returns:
        The pictures; the photo and its new look at full size, up to 4096 px a side, or at the solve
        size if that was asked for.
    """
    side = COMPARED_SIDE if config.full_resolution else config.solve_size
    content = photo.image(side)
    output = result.look.apply(content).clip(0, 1)
    if pairing is None:
        return ReportPictures(content, output, style_images)
    small = photo.image(config.solve_size)
    ranks = [k if style != KEPT else _NO_RANK for k, style in enumerate(pairing.style_index)]
    segments = (
        tinted_segments(small, pairing.content_labels, ranks),
        tinted_segments(style_images[0], pairing.style_labels, _style_ranks(pairing)),
    )
    residual = affine_residual(small, result.look.apply(small).clip(0, 1))
    return ReportPictures(content, output, style_images, segments, residual)


def baseline_metrics(
    content_image: np.ndarray,
    style_image: np.ndarray,
    pairing: Pairing,
    extractor: Extractor,
    config: TransferConfig,
) -> Metrics:
    """Metrics of what costs nothing: each segment recoloured by one linear map, in full.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: likewise.
        pairing: segments of both.
        extractor: the features to compare.
        config: the solve size, at which it is measured.

    Returns:
        The metrics, to stand beside those of the result.
    """
    size = images.workable_size(content_image.shape[:2], config.solve_size)
    matched = segment_matched(
        images.resize(content_image, size),
        style_image,
        resize_labels(pairing.content_labels, size),
        resize_labels(pairing.style_labels, style_image.shape[:2]),
        pairing.style_index,
    )
    return measure_output(content_image, style_image, matched, pairing, extractor, config)


def _style_ranks(pairing: Pairing) -> list[int]:
    """For each style label the first content segment that it serves."""
    served = list(pairing.style_index)
    labels = range(int(pairing.style_labels.max()) + 1)
    return [served.index(label) if label in served else _NO_RANK for label in labels]
