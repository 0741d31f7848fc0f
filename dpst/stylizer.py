"""`Stylizer`: transfers, pair after pair, with networks and compiled functions kept."""

from collections.abc import Sequence
from functools import cached_property

import keras
import numpy as np

from dpst.callbacks import CallbackRun
from dpst.config import TransferConfig
from dpst.extractors import Extractor, load_extractor
from dpst.methods.find_segments import load_segmentation_model
from dpst.methods.plan import LabelSource
from dpst.methods.result import TransferResult
from dpst.methods.transfer import transfer_images
from dpst.segmentation.finding.class_model import SegmentationModel
from dpst.solving.notebook import NotebookBar, is_notebook
from dpst.solving.progress import Callback


class Stylizer:
    """Gives content images the look of style images, pair after pair.

    It holds the networks, which are loaded with the first call, and with them their compiled
    functions: the solver is traced once for all sizes, so further pairs wait for no tracing, and a
    result does not depend on the pairs before it. A trace also serves any pair of label maps with
    2 to 4 segments, another one those of 5 to 8. (XLA compiles the stencils of the matting
    Laplacian anew for each size, in a fraction of a second.)

    Example:
        ```python
        stylizer = dpst.Stylizer(dpst.TransferConfig(solve_size=350))
        results = [stylizer(content_image, style_image) for content_image, style_image in pairs]
        ```

    Args:
        config: settings; None takes the defaults.
        extractor: source of the features; None loads `config.extractor`.

    Attributes:
        config: the settings of all its transfers.
    """

    def __init__(
        self, config: TransferConfig | None = None, extractor: Extractor | None = None
    ) -> None:
        """Keep the settings; nothing is loaded yet."""
        self.config = config or TransferConfig()
        if extractor is not None:
            self.extractor = extractor

    @cached_property
    def extractor(self) -> Extractor:
        """The source of the features, loaded when it is first used."""
        return load_extractor(self.config.extractor, pooling=self.config.pooling)

    @cached_property
    def segmentation_model(self) -> SegmentationModel | None:
        """The model that finds segments, if the settings name one; loaded when it is first used."""
        return load_segmentation_model(self.config)

    def __call__(
        self,
        content_image: np.ndarray | None,
        style_image: np.ndarray | Sequence[np.ndarray],
        content_labels: LabelSource | None = None,
        style_labels: LabelSource | Sequence[LabelSource] | None = None,
        callback: Callback | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ) -> TransferResult:
        """Give the content image the look of the style image.

        Args:
            content_image: floating [height, width, 3], RGB in [0, 1], at least 32 px a side; or
                uint8 or uint16, or an opaque image of Pillow. None for the semantic method:
                `content_labels` are a doodle to be painted, or, where there are none either, a
                texture is.
            style_image: likewise; for the artistic method also a list of several.
            content_labels: label map of the content image: uint8 [h, w, 3] colours or integers
                [h, w], of any size of the same aspect ratio; or a soft mask [h, w] in [0, 1] for
                each segment, by name. None for both maps: segments are found in both images
                together, or there is one, see `TransferConfig.segmentation`.
            style_labels: label map of the style image, in the same form, or masks; with several
                style images a list. The artistic method also takes content labels without style
                labels; for the semantic one both may be any map that `segmentation.semantic_map`
                takes.
            callback: called with a `Progress` at once, whose image is the initial one, and after
                each chunk of evaluations; if it returns True, the transfer ends with the best so
                far. None shows a bar in a notebook, and nothing elsewhere.
            callbacks: Keras callbacks, an epoch being a chunk of evaluations, see
                `dpst.callbacks.CallbackRun`.

        Returns:
            The result. After a KeyboardInterrupt, the best so far.

        Raises:
            TypeError: an image is a path or None.
            ValueError: an image, a label map or a setting is out of range.
        """
        if callback is None and is_notebook():
            callback = NotebookBar()
        with CallbackRun(callbacks, callback) as run:
            return transfer_images(
                content_image,
                style_image,
                content_labels,
                style_labels,
                self.config,
                lambda: self.extractor,
                lambda: self.segmentation_model,
                run,
            )


def stylize(
    content_image: np.ndarray | None,
    style_image: np.ndarray | Sequence[np.ndarray],
    content_labels: LabelSource | None = None,
    style_labels: LabelSource | Sequence[LabelSource] | None = None,
    extractor: Extractor | None = None,
    config: TransferConfig | None = None,
    callback: Callback | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> TransferResult:
    """Give the content image the look of the style image: one call of a `Stylizer`.

    Source: Luan, Paris, Shechtman and Bala, "Deep Photo Style Transfer", 2017, for the photo
    method; Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks",
    2016, for the artistic one; Champandard, "Semantic Style Transfer and Turning Two-Bit Doodles
    into Fine Artworks", 2016, for the semantic one.

    Args:
        content_image: see `Stylizer.__call__`, as for all but the next two.
        style_image: the image or images to take the look of.
        content_labels: label map or masks of the content image.
        style_labels: label map or masks of the style image.
        extractor: source of the features; None loads `config.extractor`.
        config: settings; None takes the defaults.
        callback: called with each `Progress`.
        callbacks: Keras callbacks.

    Returns:
        The result. After a KeyboardInterrupt, the best so far.

    Raises:
        ValueError: an image, a label map or a setting is out of range.
    """
    stylizer = Stylizer(config, extractor)
    return stylizer(content_image, style_image, content_labels, style_labels, callback, callbacks)
