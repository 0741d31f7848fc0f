"""Semantic plan: what is painted, at which size, and by which maps, checked."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.messages import check_both
from dpst.methods.plan import FindLabelMaps, Inputs, LabelSource, Plan
from dpst.segmentation import (
    SemanticMap,
    StyleRegion,
    blended_regions,
    paired_maps,
    read_semantic_map,
    region_rows,
    semantic_labels,
    semantic_map,
)
from dpst.segmentation.pairing.segment_rows import row_notes
from dpst.setting_lists import parse_size

_OF_A_PHOTO = ("photorealism_weight", "structure_weight", "preserve_color")
_OFF = (0, "none")


@dataclass(frozen=True, eq=False, kw_only=True)
class SemanticPlan(Plan):
    """A plan of the semantic method.

    Attributes:
        size: (height, width) of the output.
        content_map: what each part of the output means; None for the method of Li and Wand.
        style_map: what each part of the style image means.
        regions: which part of the style image gives the moments of which part of the output.
    """

    size: images.Size
    content_map: SemanticMap | None
    style_map: SemanticMap | None
    regions: tuple[StyleRegion, ...]

    def canvas(self) -> images.FloatImage:
        """Return what stands for the content image of a doodle: float32 [*size, 3], grey."""
        return np.full((*self.size, 3), 0.5, np.float32)


def plan(inputs: Inputs, config: TransferConfig, find: FindLabelMaps) -> SemanticPlan:
    """Plan a semantic transfer, a doodle or a texture, see `dpst.methods.Method`.

    `segmentation` "none" leaves the maps out; `output_size` is that of a texture.
    """
    inputs.check_one_style(f"method is {config.method!r}", "set method to 'artistic'")
    if config.segmentation == "auto":
        raise ValueError(
            f"segmentation is 'auto' and method is {config.method!r}, it must be labels, or none "
            "to leave the maps out."
        )
    check_both(content_labels=inputs.content_labels, style_labels=inputs.style_labels)
    inputs.check_style_labels()
    content_map, style_map = _read_maps(inputs)
    size = _output_size(inputs, content_map, config)
    has_content = inputs.content_image is not None
    if not has_content:
        _check_doodle(config)
    if content_map is None or style_map is None or config.segmentation == "none":
        regions = blended_regions(size, (1.0,))
        return SemanticPlan(
            segments=region_rows(regions),
            has_content=has_content,
            size=size,
            content_map=None,
            style_map=None,
            regions=regions,
        )
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
    return SemanticPlan(
        segments=labels.rows,
        notes=tuple(row_notes(labels.rows)),
        has_content=has_content,
        size=size,
        content_map=content_map,
        style_map=style_map,
        regions=regions,
    )


def _read_maps(inputs: Inputs) -> tuple[SemanticMap | None, SemanticMap | None]:
    """Return the maps of the output and the style image, or neither."""
    if inputs.content_labels is None or inputs.style_labels is None:
        return None, None
    content_map = _read_map(inputs.content_labels, "content_labels")
    style_map = _read_map(inputs.style_labels[0], "style_labels")
    return paired_maps(content_map, style_map, inputs.content_size, inputs.style_sizes[0])


def _read_map(source: LabelSource, name: str) -> SemanticMap:
    """Return a map from a file or an array."""
    if isinstance(source, str | os.PathLike):
        return read_semantic_map(source, name)
    return semantic_map(source, name)


def _output_size(
    inputs: Inputs, content_map: SemanticMap | None, config: TransferConfig
) -> images.Size:
    """Return the size of what is painted: the content image's, its map's, or a texture's."""
    content_size = inputs.content_size
    given = parse_size(config.output_size, "output_size")
    other = "content image" if content_size is not None else "content labels"
    if given is not None and (content_size is not None or content_map is not None):
        raise ValueError(
            f"output_size is {config.output_size!r} and there are {other}, which set the size: "
            "leave output_size out."
        )
    if content_size is not None:
        return content_size
    size = content_map.size if content_map is not None else given or inputs.style_sizes[0]
    images.check_size(size, "content_labels" if content_map is not None else "output_size")
    return size


def _check_doodle(config: TransferConfig) -> None:
    """Check that no setting asks for a content image."""
    for name in _OF_A_PHOTO:
        if getattr(config, name) not in _OFF:
            raise ValueError(
                f"{name} is {getattr(config, name)!r} and there is no content image, it must be "
                "left out for a doodle: give content_image, or leave it out."
            )
    if config.init == "color_matched":
        raise ValueError(
            "init is 'color_matched' and there is no content image, it must be noise, style or the "
            "path of an image for a doodle."
        )
