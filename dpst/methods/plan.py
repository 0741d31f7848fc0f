"""Plans: what a transfer is made from, and which part of the style serves which of the content."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.segmentation import (
    LabelMap,
    Pairing,
    SegmentRow,
    decode_label_maps,
    read_label_maps,
    read_labels,
)
from matting import LocalAffineMap

LabelSource: TypeAlias = str | os.PathLike[str] | np.ndarray | Mapping[str, Any]
"""A label map or a semantic map: its file, an array, or a mask for each segment by name."""

FindLabelMaps: TypeAlias = Callable[[], tuple[LabelMap, LabelMap]]
"""Finds the label maps of the content image and of the style image in the images."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a transfer is made from.

    Attributes:
        content_image: float32 [height, width, 3], RGB in [0, 1]; None for a doodle or a texture.
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1]; at least one.
        content_labels: label map of the content image, or a doodle.
        style_labels: label maps of the style images.
        content_size: (height, width) of the photo that the content image is a copy of.
        style_sizes: (height, width) of the photos that the style images are copies of.
    """

    content_image: images.FloatImage | None
    style_images: Sequence[images.FloatImage]
    content_labels: LabelSource | None = None
    style_labels: Sequence[LabelSource] | None = None
    content_size: images.Size | None = None
    style_sizes: Sequence[images.Size] = ()

    def __post_init__(self) -> None:
        """Take the sizes of the images where those of the photos are not given."""
        if self.content_image is not None and self.content_size is None:
            object.__setattr__(self, "content_size", self.content_image.shape[:2])
        if not self.style_sizes:
            sizes = tuple(image.shape[:2] for image in self.style_images)
            object.__setattr__(self, "style_sizes", sizes)

    def photo(self, config: TransferConfig) -> images.FloatImage:
        """Return the content image of a method that must have one.

        Raises:
            ValueError: there is none.
        """
        if self.content_image is None:
            raise ValueError(
                f"content_image is missing and method is {config.method!r}, which must have one: "
                "give it, or set method to 'semantic' to paint a doodle or a texture."
            )
        return self.content_image

    def check_style_labels(self) -> None:
        """Check that there are as many label maps as style images, or none.

        Raises:
            ValueError: there are more or fewer.
        """
        if self.style_labels is not None and len(self.style_labels) != len(self.style_images):
            raise ValueError(
                f"there are {len(self.style_labels)} style_labels and {len(self.style_images)} "
                "style images, each image must have its own: give as many, or none."
            )

    def check_one_style(self, fault: str, remedy: str) -> None:
        """Check that there is one style image.

        Args:
            fault: which setting allows no more, for the message.
            remedy: what else would help.

        Raises:
            ValueError: there are more.
        """
        if len(self.style_images) > 1:
            raise ValueError(
                f"there are {len(self.style_images)} style images and {fault}, there must be one: "
                f"give one, or {remedy}."
            )


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """Which part of the style serves which part of the content image.

    Attributes:
        segments: a row for each segment.
        notes: what is odd about the label maps and what was done about it, one line each.
        pairing: the segments of the content and the style image, where there is one style image
            and it serves segment by segment; else None.
        has_content: whether there is a content image.
    """

    segments: tuple[SegmentRow, ...]
    notes: tuple[str, ...] = ()
    pairing: Pairing | None = None
    has_content: bool = True

    def canvas(self) -> images.FloatImage:
        """Return what stands for the content image where there is none.

        Raises:
            ValueError: there is one.
        """
        raise ValueError("the plan has a content image, it must be used: give it.")

    def preview(
        self, content_image: images.FloatImage, style_image: images.FloatImage
    ) -> LocalAffineMap | None:
        """Return a first look that takes about a second; None where the method has none.

        Args:
            content_image: float32 [height, width, 3], RGB in [0, 1].
            style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        """
        return None


def find_or_read_label_maps(
    inputs: Inputs, config: TransferConfig, find: FindLabelMaps, finds_by_default: bool
) -> tuple[LabelMap | None, tuple[LabelMap, ...] | None]:
    """Return the label maps that a plan goes by.

    Args:
        inputs: images and label maps.
        config: `segmentation` and `segmentation_model` say where segments come from.
        find: finds label maps in the images.
        finds_by_default: whether segments are looked for where nothing says where they are.

    Returns:
        The label map of the content image and those of the style images, as far as there are any.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: label maps and settings do not fit together.
    """
    has_label_maps = inputs.content_labels is not None
    if finds_segments(config, has_label_maps, finds_by_default):
        content_map, style_map = find()
        return content_map, (style_map,)
    if inputs.content_labels is None or config.segmentation == "none":
        return None, None
    return _read_label_maps(inputs, inputs.photo(config), inputs.content_labels)


def finds_segments(config: TransferConfig, has_label_maps: bool, by_default: bool) -> bool:
    """Return whether segments are to be found in the images, by a model or without.

    Args:
        config: `segmentation` and `segmentation_model`.
        has_label_maps: whether label maps are given.
        by_default: whether they are looked for where neither label maps nor a model are given.

    Raises:
        ValueError: there are label maps and a model, and nothing says which is to be used.
    """
    if config.segmentation_model and has_label_maps and config.segmentation != "auto":
        raise ValueError(
            f"segmentation_model is {config.segmentation_model!r} and content_labels and "
            "style_labels are given, only one must be: leave one out, or set segmentation to "
            "'auto' for the model."
        )
    if config.segmentation != "labels":
        return config.segmentation == "auto"
    return not has_label_maps and (by_default or bool(config.segmentation_model))


def _read_label_maps(
    inputs: Inputs, content_image: images.FloatImage, content_labels: LabelSource
) -> tuple[LabelMap, tuple[LabelMap, ...] | None]:
    """Return the label maps of the content image and, if there are any, of all style images."""
    size = content_image.shape[:2]
    if inputs.style_labels is None:
        content_map = _decode_pair(content_labels, content_labels, size, size)[0]
        return dataclasses.replace(content_map, image_size=inputs.content_size), None
    inputs.check_style_labels()
    content_maps, style_maps = [], []
    for labels, image, photo_size in zip(
        inputs.style_labels, inputs.style_images, inputs.style_sizes, strict=True
    ):
        content_map, style_map = _decode_pair(content_labels, labels, size, image.shape[:2])
        content_maps.append(dataclasses.replace(content_map, image_size=inputs.content_size))
        style_maps.append(dataclasses.replace(style_map, image_size=photo_size))
    return content_maps[0], tuple(style_maps)


def _decode_pair(
    content: LabelSource, style: LabelSource, content_size: images.Size, style_size: images.Size
) -> tuple[LabelMap, LabelMap]:
    """Return the label maps of a pair of images, from files or arrays."""
    if isinstance(content, str | os.PathLike) and isinstance(style, str | os.PathLike):
        return read_label_maps(content, style, content_size, style_size)
    arrays = [
        read_labels(source, name) if isinstance(source, str | os.PathLike) else source
        for source, name in ((content, "content_labels"), (style, "style_labels"))
    ]
    return decode_label_maps(arrays[0], arrays[1], content_size, style_size)
