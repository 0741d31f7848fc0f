"""A pair end to end."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.images.checks import check_image
from dpst.looks.color_matching import match_colors
from dpst.looks.kept_segments import styled_share_map
from dpst.looks.look import Look
from dpst.methods.artistic.plan import StylePlan
from dpst.methods.artistic.transfer import paint
from dpst.methods.photo.objective import photo_objective
from dpst.methods.plan import check_content, check_styles, plan_from_maps
from dpst.methods.result import TransferResult
from dpst.methods.semantic.plan import SemanticPlan, plan_semantic
from dpst.methods.semantic.transfer import paint_semantic
from dpst.metrics import Metrics, measure
from dpst.segmentation import (
    KEPT,
    LabelMap,
    Pairing,
    decode_label_maps,
    resize_labels,
    segment_by_classes,
    segment_together,
    single_segment,
)
from dpst.segmentation.finding.class_model import SegmentationModel
from dpst.solving.checkpoint import Checkpoint
from dpst.solving.objective import Objective
from dpst.solving.solve import AS_PHOTO, Progress, plan_levels, solve

__all__ = [
    "Progress",
    "TransferResult",
    "find_label_maps",
    "load_segmentation_model",
    "measure_output",
    "paint_by_maps",
    "paint_styles",
    "stylize_images",
    "transfer",
    "transfer_pair",
]


_OF_CONTENT = ("ssim", "edge_ssim", "matting_energy", "content_distance")  # metrics

Labels = np.ndarray | Mapping[str, np.ndarray]
"""A label map, or a soft mask for each segment."""


def stylize_images(
    content_image: np.ndarray | None,
    style_image: np.ndarray | Sequence[np.ndarray],
    content_labels: Labels | None,
    style_labels: Labels | Sequence[Labels] | None,
    config: TransferConfig,
    get_extractor: Callable[[], Extractor],
    get_segmentation_model: Callable[[], SegmentationModel | None],
    callback: Callable[[Progress], bool | None] | None = None,
) -> TransferResult:
    """`dpst.stylize` with networks that are loaded only once the arguments are found in order."""
    check_content(content_image is not None, config)
    content = None
    if content_image is not None:
        content = _checked_image(content_image, "content_image")
    styles = [_checked_image(image, "style_image") for image in as_list(style_image)]
    check_styles(len(styles), config)
    if config.method == "semantic" or content is None:
        size = None if content is None else content.shape[:2]
        style_map: Any = style_labels
        semantic_plan = plan_semantic(size, styles[0].shape[:2], content_labels, style_map, config)
        canvas = semantic_plan.canvas() if content is None else content
        return transfer(canvas, styles, semantic_plan, get_extractor(), config, callback)
    is_photo = config.method == "photo"
    if style_labels is not None if content_labels is None else is_photo and style_labels is None:
        missing = "content_labels" if content_labels is None else "style_labels"
        raise ValueError(f"{missing} is missing, must be given if the other is; give both or none.")
    is_found = config.finds_segments(content_labels is not None)
    segmentation_model = get_segmentation_model() if is_found else None
    extractor = get_extractor()
    content_map, style_maps = None, None
    if is_found:
        content_map, found_map = find_label_maps(
            content, styles[0], extractor, config.num_segments, segmentation_model
        )
        style_maps = [found_map]
    elif content_labels is not None and config.segmentation != "none":
        content_map, style_maps = _decoded(content_labels, style_labels, content, styles)
    plan = plan_from_maps(content, styles, content_map, style_maps, config)
    return transfer(content, styles, plan, extractor, config, callback)


def transfer(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    plan: Pairing | StylePlan | SemanticPlan,
    extractor: Extractor,
    config: TransferConfig,
    callback: Callable[[Progress], bool | None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> TransferResult:
    """The transfer of checked images whose segments are planned already, by any method."""
    options = extractor, config, callback, checkpoint
    if isinstance(plan, SemanticPlan):
        return paint_by_maps(content_image, style_images[0], plan, *options)
    if isinstance(plan, StylePlan):
        return paint_styles(content_image, style_images, plan, *options)
    return transfer_pair(content_image, style_images[0], plan, *options)


def as_list(value: Any) -> list[Any]:
    """A list or tuple as a list, anything else as the only item of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _decoded(
    content_labels: Labels,
    style_labels: Labels | Sequence[Labels] | None,
    content_image: np.ndarray,
    styles: Sequence[np.ndarray],
) -> tuple[LabelMap, list[LabelMap] | None]:
    """Label maps of the content image and, if there are any, of all style images."""
    size = content_image.shape[:2]
    if style_labels is None:
        return decode_label_maps(content_labels, content_labels, size, size)[0], None
    maps = as_list(style_labels)
    if len(maps) != len(styles):
        raise ValueError(
            f"there are {len(maps)} style_labels and {len(styles)} style images, each image must "
            "have its own: give as many, or none."
        )
    pairs = [
        decode_label_maps(content_labels, labels, size, image.shape[:2])
        for labels, image in zip(maps, styles, strict=True)
    ]
    return pairs[0][0], [style_map for _, style_map in pairs]


def paint_styles(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    plan: StylePlan,
    extractor: Extractor,
    config: TransferConfig,
    callback: Callable[[Progress], bool | None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> TransferResult:
    """The artistic transfer of checked images whose regions are planned already."""
    options = extractor, config, callback, checkpoint
    solution = paint(content_image, style_images, plan.regions, *options)
    output = np.clip(solution.output_map.apply(_target(content_image, config)), 0, 1)
    # A distance from the style is one from one style.
    is_one = len(style_images) == 1
    sizes = content_image.shape[:2], style_images[0].shape[:2]
    whole = single_segment(*sizes)
    pairing = whole if is_one else dataclasses.replace(whole, style_index=(KEPT,))
    metrics = measure_output(content_image, style_images[0], output, pairing, extractor, config)
    return TransferResult(
        output_image=output,
        history=solution.history,
        stop_reason=solution.stop_reason,
        notes=plan.notes,
        metrics=metrics,
        look=solution.output_map,
        segments=plan.segments,
    )


def paint_by_maps(
    content_image: np.ndarray,
    style_image: np.ndarray,
    plan: SemanticPlan,
    extractor: Extractor,
    config: TransferConfig,
    callback: Callable[[Progress], bool | None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> TransferResult:
    """`stylize` by the semantic method for a checked image, or canvas, whose maps are read."""
    options = extractor, config, callback, checkpoint
    solution = paint_semantic(content_image, style_image, plan, *options)
    output = np.clip(solution.output_map.apply(_target(content_image, config)), 0, 1)
    whole = single_segment(content_image.shape[:2], style_image.shape[:2])
    subject = output if plan.is_doodle else content_image
    metrics = measure_output(subject, style_image, output, whole, extractor, config)
    if plan.is_doodle:
        metrics = dataclasses.replace(metrics, **dict.fromkeys(_OF_CONTENT, float("nan")))
    return TransferResult(
        output_image=output,
        history=solution.history,
        stop_reason=solution.stop_reason,
        notes=plan.notes,
        metrics=metrics,
        look=solution.output_map,
        segments=plan.segments,
    )


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
        return extractor.arrays(enlarged, [deepest])[deepest]

    return segment_together(content_image, style_image, extract, num_segments)


def transfer_pair(
    content_image: np.ndarray,
    style_image: np.ndarray,
    pairing: Pairing,
    extractor: Extractor,
    config: TransferConfig,
    callback: Callable[[Progress], bool | None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> TransferResult:
    """The photo transfer of checked images whose segments are paired already."""
    levels = plan_levels(content_image.shape[:2], config.solve_size, config.max_evaluations)
    build = partial(_level_objective, extractor, style_image, pairing, config)
    initial_image = _initial_image(content_image, style_image, pairing, config, levels[0].size)
    options = config.optimizer, callback, checkpoint
    solution = solve(content_image, initial_image, levels, build, AS_PHOTO, *options)
    look = Look(
        solution.output_map, styled_share_map(content_image, pairing), content_image.shape[:2]
    )
    output = np.clip(look.apply(_target(content_image, config)), 0, 1)
    metrics = measure_output(content_image, style_image, output, pairing, extractor, config)
    return TransferResult(
        output_image=output,
        history=solution.history,
        stop_reason=solution.stop_reason,
        notes=pairing.notes,
        metrics=metrics,
        look=look,
        segments=pairing.segments,
    )


def _target(content_image: np.ndarray, config: TransferConfig) -> np.ndarray:
    """The content image at the size of the output."""
    if config.full_resolution:
        return content_image
    size = images.fit_size(content_image.shape[:2], config.solve_size)
    return images.resize(content_image, size)


def _checked_image(image: Any, name: str) -> np.ndarray:
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
    style_size = images.workable_size(style_image.shape[:2], max(content.shape[:2]))
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
    if config.init == "style":
        return images.resize(style_image, size)
    if config.init not in ("content", "color_matched"):
        return images.resize(images.read_image(config.init, "init"), size)
    content = images.resize(content_image, size)
    if config.init == "content":
        return content
    return match_colors(content_image, style_image, pairing).apply(content)


def measure_output(
    content_image: np.ndarray,
    style_image: np.ndarray,
    output_image: np.ndarray,
    pairing: Pairing,
    extractor: Extractor,
    config: TransferConfig,
) -> Metrics:
    """Metrics at the solve size, with the style image at a matching scale, as it was solved.

    All are NaN after a KeyboardInterrupt, which must not cost the output.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: likewise.
        output_image: likewise, of any size of the content image's aspect ratio.
        pairing: segments of both.
        extractor: the features to compare.
        config: the solve size.

    Returns:
        The metrics.
    """
    names = tuple(dict.fromkeys(extractor.style_layers + extractor.content_layers))

    def extract(image: np.ndarray) -> dict[str, np.ndarray]:
        return extractor.arrays(image, names)

    size = images.workable_size(content_image.shape[:2], config.solve_size)
    style_size = images.workable_size(style_image.shape[:2], max(size))
    try:
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
    except KeyboardInterrupt:
        return Metrics(*[float("nan")] * len(dataclasses.fields(Metrics)))
