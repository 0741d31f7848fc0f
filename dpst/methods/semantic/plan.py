"""Semantic plan: what is painted, at which size, and by which maps, checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.segmentation import (
    SegmentRow,
    SemanticMap,
    StyleRegion,
    blended_regions,
    paired_maps,
    read_semantic_map,
    region_rows,
    semantic_labels,
)
from dpst.segmentation.label_maps.semantic_map import semantic_map
from dpst.segmentation.pairing.segment_rows import row_notes
from dpst.setting_lists import parse_size

MapSource = str | os.PathLike[str] | np.ndarray | Mapping[str, Any]
"""The file of a semantic map, or the map as an array or a mask for each label."""

_OF_CONTENT = ("photorealism_weight", "structure_weight", "preserve_color")
_IMAGELESS = (0, "none")

_OF_OTHER_METHODS = ("segmentation_model", "segment_map", "multi_style", "style_blend")


@dataclass(frozen=True, eq=False)
class SemanticPlan:
    """What the semantic method paints.

    Attributes:
        size: (height, width) of the output.
        is_doodle: whether there is no content image: a doodle, or a texture.
        content_map: what each part of the output means; None for the method of Li and Wand.
        style_map: what each part of the style image means.
        regions: which part of the style image gives the statistics of which part of the output.
        segments: a row for each label.
        notes: what is messy about the maps and what was done about it, a line each.
    """

    size: images.Size
    is_doodle: bool
    content_map: SemanticMap | None
    style_map: SemanticMap | None
    regions: tuple[StyleRegion, ...]
    segments: tuple[SegmentRow, ...]
    notes: tuple[str, ...] = ()

    def canvas(self) -> images.FloatImage:
        """What stands for the content image of a doodle: float32 [*size, 3], grey."""
        return np.full((*self.size, 3), 0.5, np.float32)


def plan_semantic(
    content_size: images.Size | None,
    style_size: images.Size,
    content_labels: MapSource | None,
    style_labels: MapSource | None,
    config: TransferConfig,
) -> SemanticPlan:
    """Reads and checks the maps, and plans what is painted.

    Args:
        content_size: (height, width) of the content image; None where there is none.
        style_size: (height, width) of the style image.
        content_labels: map of the content image, or a doodle; None for no map.
        style_labels: map of the style image; None for no map.
        config: `segmentation` "none" leaves the maps out; `output_size` is that of a texture.

    Returns:
        The plan.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: maps, images and settings do not fit together.
    """
    _check_method(config)
    if (content_labels is None) != (style_labels is None):
        missing = "content_labels" if content_labels is None else "style_labels"
        raise ValueError(
            f"{missing} is missing, must be given where the other map is; give both, or none."
        )
    content_map, style_map = None, None
    if content_labels is not None and style_labels is not None:
        content_map = _map(content_labels, "content_labels")
        style_map = _map(style_labels, "style_labels")
        content_map, style_map = paired_maps(content_map, style_map, content_size, style_size)
    size = _output_size(content_size, content_map, style_size, config)
    if content_size is None:
        _check_doodle(config)
    if content_map is None or style_map is None or config.segmentation == "none":
        regions = blended_regions(size, (1.0,))
        return SemanticPlan(size, content_size is None, None, None, regions, region_rows(regions))
    labels = semantic_labels(content_map, style_map)
    regions = tuple(
        StyleRegion(
            name=row.label,
            mask=(labels.content == label).astype(np.float32),
            style=0,
            style_mask=(labels.style == labels.served_by[label]).astype(np.float32),
            weight=row.content_share,
        )
        for label, row in enumerate(labels.rows)
        if row.content_share > 0
    )
    notes = tuple(row_notes(labels.rows))
    return SemanticPlan(
        size, content_size is None, content_map, style_map, regions, labels.rows, notes
    )


def _map(source: MapSource, name: str) -> SemanticMap:
    if isinstance(source, str | os.PathLike):
        return read_semantic_map(source, name)
    return semantic_map(source, name)


def _output_size(
    content_size: images.Size | None,
    content_map: SemanticMap | None,
    style_size: images.Size,
    config: TransferConfig,
) -> images.Size:
    given = parse_size(config.output_size, "output_size")
    other = "content image" if content_size is not None else "content labels"
    if given is not None and (content_size is not None or content_map is not None):
        raise ValueError(
            f"output_size is {config.output_size!r} and there are {other}, which set the size: "
            "leave output_size out."
        )
    if content_size is not None:
        return content_size
    size = content_map.size if content_map is not None else given or style_size
    images.check_size(size, "content_labels" if content_map is not None else "output_size")
    return size


def _check_method(config: TransferConfig) -> None:
    """Checks that no setting says what serves what in another way than by the maps."""
    for name in _OF_OTHER_METHODS:
        if getattr(config, name):
            raise ValueError(
                f"{name} is {getattr(config, name)!r} and method is 'semantic', which goes by what "
                "its maps say: leave it out, and draw the maps accordingly."
            )
    if config.segmentation == "auto":
        raise ValueError(
            "segmentation is 'auto' and method is 'semantic', it must be labels, or none to leave "
            "the maps out."
        )


def _check_doodle(config: TransferConfig) -> None:
    """Checks that no setting asks for a content image."""
    for name in _OF_CONTENT:
        if getattr(config, name) not in _IMAGELESS:
            raise ValueError(
                f"{name} is {getattr(config, name)!r} and there is no content image, it must be "
                "left out for a doodle: give content_image, or leave it out."
            )
    if config.init == "color_matched":
        raise ValueError(
            "init is 'color_matched' and there is no content image, it must be noise, style or the "
            "path of an image for a doodle."
        )
