"""What the command line's files and settings say of segments and styles, read and checked."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.methods.artistic.plan import StylePlan, plan_styles
from dpst.segmentation import (
    LabelMap,
    Pairing,
    pair_segments,
    read_label_maps,
    single_segment,
)

WORKING_SIDE = 1400
"""Longer side in pixels of the copies of photos that are worked on, if not solved larger."""


def split_paths(text: str) -> list[str]:
    """Reads "a.png,b.png"; the name of a file that holds a comma is one path."""
    return [text] if os.path.exists(text) else [part.strip() for part in text.split(",")]


def check_styles(num_styles: int, config: TransferConfig) -> None:
    """Check that a method takes so many style images.

    Raises:
        ValueError: it does not.
    """
    if num_styles > 1 and config.method == "semantic":
        raise ValueError(
            f"there are {num_styles} style images and method is 'semantic', there must be one: "
            "give one, or set method to 'artistic'."
        )
    if num_styles > 1 and (config.method == "photo" or config.segmentation == "auto"):
        setting = "method" if config.method == "photo" else "segmentation"
        raise ValueError(
            f"there are {num_styles} style images and {setting} is "
            f"{getattr(config, setting)!r}, there must be one: give one, or set method to "
            "'artistic' and segmentation to 'labels' (with photorealism_weight 400 the result "
            "stays a photo)."
        )


def check_content(has_content_image: bool, config: TransferConfig) -> None:
    """Check that there is a content image where a method needs one.

    Raises:
        ValueError: it is missing.
    """
    if not has_content_image and config.method != "semantic":
        raise ValueError(
            f"content_image is missing and method is {config.method!r}, which must have one: give "
            "it, or set method to 'semantic' to paint a doodle or a texture."
        )


def read_plan(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    content_labels: str | None,
    style_labels: str | None,
    config: TransferConfig,
    photo_sizes: Sequence[images.Size],
) -> Pairing | StylePlan | None:
    """Reads the label maps and plans who serves whom.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1].
        content_labels: path of the content image's label map, or its masks, or None.
        style_labels: the same of the style image; of several, paths separated by commas.
        config: the settings.
        photo_sizes: (height, width) of the content file and the style files, for messages.

    Returns:
        A pairing for the photo method, a plan for the artistic one; None if segments are to be
        found in the images.

    Raises:
        FileNotFoundError: a file does not exist.
        ValueError: files and settings do not fit together.
    """
    is_photo = config.method == "photo"
    if content_labels is None if style_labels else is_photo and content_labels is not None:
        missing = "content_labels" if style_labels else "style_labels"
        raise ValueError(
            f"--{missing} is missing, must be given where the other label map is; give both, or "
            "none."
        )
    if config.finds_segments(has_label_maps=content_labels is not None):
        return None
    content_map, style_maps = None, None
    if content_labels is not None and config.segmentation != "none":
        content_map, style_maps = _read_maps(
            content_image, style_images, content_labels, style_labels, photo_sizes
        )
    return plan_from_maps(content_image, style_images, content_map, style_maps, config)


def plan_from_maps(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    content_map: LabelMap | None,
    style_maps: Sequence[LabelMap] | None,
    config: TransferConfig,
) -> Pairing | StylePlan:
    """Plans who serves whom by label maps that are read or found already; None for no map."""
    if config.method != "photo":
        return plan_styles(content_image, style_images, content_map, style_maps, config)
    if content_map is None or style_maps is None:
        sizes = content_image.shape[:2], style_images[0].shape[:2]
        return single_segment(*sizes, config.segment_map)
    return pair_segments(
        content_map,
        style_maps[0],
        content_image,
        style_images[0],
        config.orphan_policy,
        config.segment_map,
    )


def _read_maps(
    content_image: np.ndarray,
    style_images: Sequence[np.ndarray],
    content_labels: str,
    style_labels: str | None,
    photo_sizes: Sequence[images.Size],
) -> tuple[LabelMap, list[LabelMap] | None]:
    """Label maps of the content image and, if there are any, of all style images."""
    size = content_image.shape[:2]
    if style_labels is None:
        content_map = read_label_maps(content_labels, content_labels, size, size)[0]
        return dataclasses.replace(content_map, image_size=photo_sizes[0]), None
    paths = [style_labels] if len(style_images) == 1 else split_paths(style_labels)
    if len(paths) != len(style_images):
        raise ValueError(
            f"--style_labels names {len(paths)} label maps and --style_image {len(style_images)} "
            "images, each image must have its own: give as many, or leave --style_labels out."
        )
    content_maps, style_maps = [], []
    for path, image, photo_size in zip(paths, style_images, photo_sizes[1:], strict=True):
        content_map, style_map = read_label_maps(content_labels, path, size, image.shape[:2])
        content_maps.append(dataclasses.replace(content_map, image_size=photo_sizes[0]))
        style_maps.append(dataclasses.replace(style_map, image_size=photo_size))
    return content_maps[0], style_maps
