"""`stylize`: a pair end to end."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from dpst import images
from dpst.color_matching import match_colors
from dpst.config import TransferConfig
from dpst.extractors import Extractor, load_extractor
from dpst.kept_segments import styled_share_map
from dpst.look import Look
from dpst.metrics import Metrics, measure
from dpst.metrics.checks import check_image
from dpst.objective import Objective
from dpst.optimizers import StopReason
from dpst.photo import photo_objective
from dpst.pyramid import Progress, plan_levels, solve
from dpst.segmentation import (
    LabelMap,
    Pairing,
    SegmentRow,
    decode_label_maps,
    pair_segments,
    resize_labels,
    segment_by_classes,
    segment_together,
    single_segment,
)
from dpst.segmentation.class_model import SegmentationModel

__all__ = [
    "Progress",
    "TransferResult",
    "find_label_maps",
    "load_segmentation_model",
    "stylize",
    "transfer_pair",
]


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
        look: the recolouring that was found, for `apply_full_resolution` and `save_look`.
        segments: a row for each label of either label map: areas, what is messy, what was done.
    """

    output_image: np.ndarray
    history: tuple[tuple[int, int, float], ...]
    stop_reason: StopReason
    notes: tuple[str, ...]
    metrics: Metrics
    look: Look
    segments: tuple[SegmentRow, ...] = ()


def stylize(
    content_image: np.ndarray,
    style_image: np.ndarray,
    content_labels: np.ndarray | Mapping[str, np.ndarray] | None = None,
    style_labels: np.ndarray | Mapping[str, np.ndarray] | None = None,
    extractor: Extractor | None = None,
    config: TransferConfig | None = None,
    callback: Callable[[Progress], bool | None] | None = None,
) -> TransferResult:
    """Give the content image the look of the style image, and keep it a photo.

    Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017.

    Args:
        content_image: floating [height, width, 3], RGB in [0, 1], at least 32 px a side.
        style_image: floating [height, width, 3], RGB in [0, 1], at least 32 px a side.
        content_labels: label map of the content image: uint8 [h, w, 3] colours or integers
            [h, w], of any size of the same aspect ratio; or a soft mask [h, w] in [0, 1] for each
            segment, by name. None for both maps: segments are found in both images together, or
            there is one, see `TransferConfig.segmentation`.
        style_labels: label map of the style image, in the same form, or masks.
        extractor: source of the features; None loads `config.extractor`.
        config: settings; None takes the defaults.
        callback: called with a `Progress` at once, whose image is the initial one, and after each
            chunk of evaluations; if it returns True, the transfer ends with the best so far.

    Returns:
        The result. After a KeyboardInterrupt, the best so far.

    Raises:
        ValueError: an image, a label map or a setting is out of range.
    """
    config = config or TransferConfig()
    content_image = _checked_image(content_image, "content_image")
    style_image = _checked_image(style_image, "style_image")
    if (content_labels is None) != (style_labels is None):
        missing = "content_labels" if content_labels is None else "style_labels"
        raise ValueError(f"{missing} is missing, must be given if the other is; give both or none.")
    is_found = config.finds_segments(content_labels is not None)
    segmentation_model = load_segmentation_model(config) if is_found else None
    extractor = extractor or load_extractor(config.extractor)
    sizes = content_image.shape[:2], style_image.shape[:2]
    if config.segmentation == "none":
        pairing = single_segment(*sizes, config.segment_map)
    else:
        if is_found or content_labels is None or style_labels is None:
            label_maps = find_label_maps(
                content_image, style_image, extractor, config.num_segments, segmentation_model
            )
        else:
            label_maps = decode_label_maps(content_labels, style_labels, *sizes)
        pairing = pair_segments(
            *label_maps, content_image, style_image, config.orphan_policy, config.segment_map
        )
    return transfer_pair(content_image, style_image, pairing, extractor, config, callback)


def load_segmentation_model(config: TransferConfig) -> SegmentationModel | None:
    """The model that tells classes apart, checked; None if the settings name none.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no segmentation model, see `SegmentationModel`.
    """
    return SegmentationModel(config.segmentation_model) if config.segmentation_model else None


def find_label_maps(
    content_image: np.ndarray,
    style_image: np.ndarray,
    extractor: Extractor,
    num_segments: int,
    segmentation_model: SegmentationModel | None = None,
) -> tuple[LabelMap, LabelMap]:
    """Label maps found in the images: of groups of classes, or of segments that occur in both.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [height, width, 3], RGB in [0, 1].
        extractor: its deepest style layer tells materials apart.
        num_segments: how many to look for, 1 to 9; there may be fewer.
        segmentation_model: tells classes apart; the two arguments before are not used then.

    Returns:
        The maps of the content and the style image, to be paired by `pair_segments`.

    Raises:
        ValueError: the model cannot be run on an image.
    """
    if segmentation_model is not None:
        return segment_by_classes(
            content_image, style_image, segmentation_model, segmentation_model.class_names
        )
    deepest = extractor.style_layers[-1]

    def extract(image: np.ndarray) -> np.ndarray:
        size = (max(side, extractor.minimum_side) for side in image.shape[:2])
        enlarged = images.resize(image, tuple(size))
        return extractor(enlarged[None], [deepest])[deepest][0].numpy()

    return segment_together(content_image, style_image, extract, num_segments)


def transfer_pair(
    content_image: np.ndarray,
    style_image: np.ndarray,
    pairing: Pairing,
    extractor: Extractor,
    config: TransferConfig,
    callback: Callable[[Progress], bool | None] | None = None,
) -> TransferResult:
    """`stylize` for checked images whose segments are paired already."""
    levels = plan_levels(content_image.shape[:2], config.solve_size, config.max_evaluations)
    build = partial(_level_objective, extractor, style_image, pairing, config)
    initial_image = _initial_image(content_image, style_image, pairing, config, levels[0].size)
    solution = solve(content_image, initial_image, levels, build, config.optimizer, callback)
    target = content_image
    if not config.full_resolution:
        size = images.fit_size(content_image.shape[:2], config.solve_size)
        target = images.resize(content_image, size)
    look = Look(
        solution.local_map, styled_share_map(content_image, pairing), content_image.shape[:2]
    )
    output = np.clip(look.apply(target), 0, 1)
    try:
        metrics = _measure(content_image, style_image, output, pairing, extractor, config)
    except KeyboardInterrupt:  # must not cost the output
        metrics = Metrics(*[float("nan")] * len(dataclasses.fields(Metrics)))
    return TransferResult(
        output_image=output,
        history=solution.history,
        stop_reason=solution.stop_reason,
        notes=pairing.notes,
        metrics=metrics,
        look=look,
        segments=pairing.segments,
    )


def _checked_image(image: np.ndarray, name: str) -> np.ndarray:
    array = np.asarray(image)
    check_image(array, name)
    images.check_size(array.shape[:2], name)
    return array.astype(np.float32)


def _level_objective(
    extractor: Extractor,
    style_image: np.ndarray,
    pairing: Pairing,
    config: TransferConfig,
    content: np.ndarray,
) -> Objective:
    """The objective at the content image's size, with the style image at a matching scale."""
    style_size = images.fit_size(style_image.shape[:2], max(content.shape[:2]))
    return photo_objective(
        extractor, content, images.resize(style_image, style_size), pairing, config
    )


def _initial_image(
    content_image: np.ndarray,
    style_image: np.ndarray,
    pairing: Pairing,
    config: TransferConfig,
    size: images.Size,
) -> np.ndarray:
    """Where the solve starts, at the size of its coarsest level."""
    if config.init == "noise":
        return np.random.default_rng(config.seed).random((*size, 3), np.float32)
    if config.init not in ("content", "color_matched"):
        return images.resize(images.read_image(config.init, "init"), size)
    content = images.resize(content_image, size)
    if config.init == "content":
        return content
    return match_colors(content_image, style_image, pairing).apply(content)


def _measure(
    content_image: np.ndarray,
    style_image: np.ndarray,
    output_image: np.ndarray,
    pairing: Pairing,
    extractor: Extractor,
    config: TransferConfig,
) -> Metrics:
    """Metrics at the solve size, with the style image at a matching scale, as it was solved."""
    names = tuple(dict.fromkeys(extractor.style_layers + extractor.content_layers))

    def extract(image: np.ndarray) -> dict[str, np.ndarray]:
        return {name: layer.numpy()[0] for name, layer in extractor(image[None], names).items()}

    size = _measured_size(content_image.shape[:2], config.solve_size)
    style_size = _measured_size(style_image.shape[:2], max(size))
    return measure(
        images.resize(content_image, size),
        images.resize(style_image, style_size),
        images.resize(output_image, size),
        extract,
        resize_labels(pairing.content_labels, size),
        resize_labels(pairing.style_labels, style_size),
        pairing.style_index,
        extractor.style_layers,
        extractor.content_layers,
    )


def _measured_size(size: images.Size, longer_side: int) -> images.Size:
    """The size to measure at; of a long strip the shorter side still holds a window of SSIM."""
    height, width = images.fit_size(size, longer_side)
    return max(height, images.MINIMUM_SIDE), max(width, images.MINIMUM_SIDE)
