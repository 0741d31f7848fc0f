"""A transfer of images in memory, by any method: checked, planned, solved."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.methods.find_segments import find_segments
from dpst.methods.method import load_method
from dpst.methods.plan import Inputs, LabelSource
from dpst.methods.result import TransferResult
from dpst.methods.work import Work
from dpst.segmentation import LabelMap
from dpst.segmentation.finding.class_model import SegmentationModel
from dpst.solving.progress import Callback


def transfer_images(
    content_image: np.ndarray | None,
    style_image: np.ndarray | Sequence[np.ndarray],
    content_labels: LabelSource | None,
    style_labels: LabelSource | Sequence[LabelSource] | None,
    config: TransferConfig,
    get_extractor: Callable[[], Extractor],
    get_segmentation_model: Callable[[], SegmentationModel | None],
    callback: Callback | None = None,
) -> TransferResult:
    """Transfer as `dpst.stylize` does, with networks that are loaded only once they are wanted.

    Args:
        content_image: see `dpst.Stylizer`, as for all but those named below.
        style_image: one image, or a list of several.
        content_labels: label map of the content image.
        style_labels: label map of the style image, or a list of several.
        config: the settings.
        get_extractor: loads the extractor.
        get_segmentation_model: loads the model that finds segments; gives None where there is none.
        callback: is told of the progress.

    Returns:
        The result.

    Raises:
        ValueError: an image, a label map or a setting is out of range.
    """
    content = None if content_image is None else _checked_image(content_image, "content_image")
    if isinstance(style_image, list | tuple) and not style_image:
        raise ValueError("style_image is an empty list, it must hold an image: give one.")
    styles = [_checked_image(image, "style_image") for image in _as_list(style_image)]
    maps = None if style_labels is None else _as_list(style_labels)
    inputs = Inputs(content, styles, content_labels, maps)

    def find() -> tuple[LabelMap, LabelMap]:
        photos = inputs.photo(config), styles[0]
        return find_segments(*photos, config, get_extractor, get_segmentation_model)

    method = load_method(config)
    plan = method.plan(inputs, config, find)
    canvas = plan.canvas() if content is None else content
    return method.transfer(plan, canvas, styles, Work(get_extractor(), config, callback))


def _as_list(value: Any) -> list[Any]:
    """Return a list or tuple as a list, anything else as the only item of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _checked_image(image: Any, name: str) -> images.FloatImage:
    """Return an image as float32.

    Raises:
        TypeError: it is a path or None.
        ValueError: it is not an RGB image in [0, 1], or is too small.
    """
    array = images.given_image(image, name)
    images.check_size(array.shape[:2], name)
    return array
