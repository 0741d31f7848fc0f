"""The picture report of a run: gathered from its photos and its result, then written."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.looks.color_matching import recolor_segments
from dpst.methods.measure_output import measure_output
from dpst.methods.plan import Plan
from dpst.methods.result import TransferResult
from dpst.metrics import Metrics, affine_residual, false_structure_map, place_drift_map
from dpst.report.files import PAGE_NAME, TRACE_NAME, write_text
from dpst.report.html import FIGURE_SIDE
from dpst.report.page import COMPARED_SIDE, ReportPictures, report_page
from dpst.report.tint import rank_colors, tinted_image
from dpst.report.trace import write_trace
from dpst.segmentation import KEPT, Pairing, resize_labels

_TINT = 0.55
_NO_RANK = -1


def write_report(
    folder: str | os.PathLike[str],
    trace: Mapping[str, Any],
    photo: images.Photo,
    style_images: Sequence[images.FloatImage],
    plan: Plan,
    result: TransferResult,
    extractor: Extractor,
    config: TransferConfig,
) -> Path:
    """Write the page and the trace of a run, each whole or not at all.

    Args:
        folder: where they go; created if it is missing.
        trace: from `run_trace`.
        photo: the content photo.
        style_images: float32 [height, width, 3], RGB in [0, 1].
        plan: the plan of the transfer; the segments of its pairing are shown.
        result: the result of the transfer.
        extractor: the features to compare.
        config: the settings.

    Returns:
        The path of the page.

    Raises:
        ValueError: a file cannot be written.
    """
    folder = Path(folder)
    pairing = plan.pairing
    baseline = None
    if pairing is not None:
        content_image = photo.image(config.solve_size)
        metrics = baseline_metrics(content_image, style_images[0], pairing, extractor, config)
        baseline = dataclasses.asdict(metrics)
    pictures = gather_pictures(photo, style_images, pairing, result, config)
    if not plan.has_content:
        pictures = dataclasses.replace(pictures, content_image=None)
    write_trace(folder / TRACE_NAME, trace)
    write_text(folder / PAGE_NAME, report_page(trace, pictures, baseline))
    return folder / PAGE_NAME


def gather_pictures(
    photo: images.Photo,
    style_images: Sequence[images.FloatImage],
    pairing: Pairing | None,
    result: TransferResult,
    config: TransferConfig,
) -> ReportPictures:
    """Return the pictures of a run.

    Args:
        photo: the content photo.
        style_images: float32 [height, width, 3], RGB in [0, 1].
        pairing: segments of the photo method; None for a painting.
        result: the result of the transfer.
        config: the settings.

    Returns:
        The pictures. The photo and the output have full size, up to `COMPARED_SIDE`; the solve size
        with `full_resolution` off.
    """
    side = COMPARED_SIDE if config.full_resolution else config.solve_size
    content = photo.image(side)
    output = result.look.apply(content).clip(0, 1)
    if pairing is None:
        return ReportPictures(content, output, style_images)
    small = photo.image(config.solve_size)
    ranks = [k if style != KEPT else _NO_RANK for k, style in enumerate(pairing.style_index)]
    segments = (
        _tinted_segments(small, pairing.content_labels, ranks),
        _tinted_segments(style_images[0], pairing.style_labels, _style_ranks(pairing)),
    )
    output_small = result.look.apply(small).clip(0, 1)
    labels = resize_labels(pairing.content_labels, small.shape[:2])
    residual = affine_residual(output_image=output_small, content_image=small)
    maps = (each(output_small, small, labels) for each in (false_structure_map, place_drift_map))
    return ReportPictures(content, output, style_images, segments, residual, *maps)


def baseline_metrics(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    pairing: Pairing,
    extractor: Extractor,
    config: TransferConfig,
) -> Metrics:
    """Return the metrics of the free baseline: each segment recoloured by one linear map, in full.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        pairing: segments of both.
        extractor: the features to compare.
        config: the solve size, at which it is measured.

    Returns:
        The metrics, to stand beside those of the result.
    """
    size = images.workable_size(content_image.shape[:2], config.solve_size)
    matched = recolor_segments(
        images.resize(content_image, size),
        style_image,
        resize_labels(pairing.content_labels, size),
        resize_labels(pairing.style_labels, style_image.shape[:2]),
        pairing.style_index,
    )
    return measure_output(
        content_image, style_image, matched, pairing, extractor, config.solve_size
    )


def _tinted_segments(
    image: images.FloatImage, labels: np.ndarray, ranks: Sequence[int]
) -> images.FloatImage:
    """Return an image with its segments tinted by their ranks, at most `FIGURE_SIDE` a side."""
    small = images.resize(image, images.fit_size(image.shape[:2], FIGURE_SIDE))
    return tinted_image(small, labels, rank_colors(ranks), _TINT).astype(np.float32)


def _style_ranks(pairing: Pairing) -> list[int]:
    """Return for each style label the first content segment that takes it, or `_NO_RANK`."""
    served = list(pairing.style_index)
    labels = range(int(pairing.style_labels.max()) + 1)
    return [served.index(label) if label in served else _NO_RANK for label in labels]
