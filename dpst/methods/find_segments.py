"""Finding the segments of a pair: by what is seen, by a model, or by what looks alike."""

from collections.abc import Callable

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.extractors import Extractor
from dpst.segmentation import (
    LabelMap,
    segment_by_classes,
    segment_by_scene,
    segment_objects,
    segment_together,
)
from dpst.segmentation.finding.class_model import SegmentationModel
from dpst.segmentation.parsing.parser import scene_parser


def load_segmentation_model(config: TransferConfig) -> SegmentationModel | None:
    """Load the model that tells classes apart, and check it.

    Returns:
        The model; None if the settings name none.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a segmentation model, see `SegmentationModel`.
    """
    return SegmentationModel(config.segmentation_model) if config.segmentation_model else None


def find_segments(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    config: TransferConfig,
    get_extractor: Callable[[], Extractor],
    get_segmentation_model: Callable[[], SegmentationModel | None],
) -> tuple[LabelMap, LabelMap]:
    """Find the segments of two images as the settings say: by the model, if they name one.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        config: `num_segments` says how many to look for without a model; 0 for the parts of a
            scene that both photos show, or an object and its backdrop.
        get_extractor: loads the extractor, whose deepest style layer tells materials apart.
        get_segmentation_model: loads the model; gives None where there is none.

    Returns:
        The label maps of the content and the style image, to be paired by `pair_segments`.

    Raises:
        ValueError: the model cannot be run on an image.
    """
    model = get_segmentation_model()
    if model is not None:
        return segment_by_classes(content_image, style_image, model, model.class_names)
    return find_label_maps(content_image, style_image, get_extractor, config.num_segments)


def find_label_maps(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    get_extractor: Callable[[], Extractor],
    num_segments: int = 0,
) -> tuple[LabelMap, LabelMap]:
    """Find segments that occur in both of two images, by what is seen or by what looks alike.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        get_extractor: loads the extractor, whose deepest style layer tells materials apart.
        num_segments: how many to look for by what looks alike, 1 to 9; there may be fewer. 0: the
            parts of a scene that both images show, or an object and its backdrop.

    Returns:
        The label maps of the content and the style image, to be paired by `pair_segments`.
    """
    if not num_segments:
        found = segment_objects(content_image, style_image)
        return found or segment_by_scene(content_image, style_image, scene_parser())
    extractor = get_extractor()
    deepest = extractor.style_layers[-1]

    def extract(image: images.FloatImage) -> np.ndarray:
        height, width = (max(side, extractor.minimum_side) for side in image.shape[:2])
        return extractor.arrays(images.resize(image, (height, width)), [deepest])[deepest]

    return segment_together(content_image, style_image, extract, num_segments)
