"""Segmentation model: any Keras model that scores classes at each pixel of an image.

This module loads Keras; the rest of the package does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dpst import images
from dpst.files.keras_model import read_model
from dpst.files.place import home_path
from dpst.messages import needs_package, one_line
from dpst.segmentation.finding.class_groups import class_names

PRESET_PREFIX = "keras_hub:"

# Longer side in pixels that a model without a size of its own sees: most are trained on it.
_LONGER_SIDE = 512
# Sides that can be halved five times.
_SIDE_MULTIPLE = 32
# Names of the output that holds the scores, where a model has several.
_OUTPUT_KEYS = ("logits", "segmentation", "masks", "output")
# A model that multiplies its input by less expects pixels in [0, 255].
_SMALL_SCALE = 0.1
# So does a model that expects a mean and a deviation whose sum is larger.
_LARGE_MEAN = 2.0


class SegmentationModel:
    """Class scores of an image by a Keras model.

    The model gets pixels as it expects them: in [0, 255] where it starts with a Rescaling or
    Normalization layer that is made for these, or takes integers; through its preprocessor if it
    is KerasHub's; in [0, 1] otherwise. The image is resized to the model's input size, or, where
    the model takes any size, to sides that are multiples of 32, the longer at most 512 px.

    Attributes:
        class_names: name of each class.
    """

    def __init__(
        self, source: str | os.PathLike[str] | keras.Model, name: str = "segmentation_model"
    ) -> None:
        """Load the model and check it.

        Args:
            source: path of a `.keras` or `.h5` file, `keras_hub:PRESET`, or a Functional or
                Sequential model in memory. Beside the file NET.keras a text file NET.classes.txt
                may name the classes, one on each line.
            name: where it came from, for messages.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file or preset cannot be loaded, KerasHub is wanted and missing, the
                model does not have one RGB input and an output [batch, h, w, classes] with at least
                two classes, or there are not as many names as classes.
        """
        names_path = None
        if isinstance(source, keras.Model):
            self._model, self._title = source, f"{name} '{source.name}'"
        elif os.fspath(source).startswith(PRESET_PREFIX):
            self._title = f"{name} '{os.fspath(source)}'"
            self._model = _read_preset(os.fspath(source).removeprefix(PRESET_PREFIX), self._title)
        else:
            self._title = f"{name} '{os.fspath(source)}'"
            self._model = read_model(source, name)
            names_path = Path(home_path(source, name)).with_suffix(".classes.txt")
        input_shape, dtype = _check_input(self._model, self._title)
        num_classes = _check_output(self._model, self._title)
        self._preprocess = getattr(self._model, "preprocessor", None)
        # At this size KerasHub's preprocessor has nothing to crop.
        preferred = tuple(getattr(self._preprocess, "image_size", None) or (None, None))
        self._input_size = [a or b for a, b in zip(preferred, input_shape[1:3], strict=True)]
        is_integer = "int" in dtype
        self._scale = 255.0 if self._preprocess or is_integer or _expects_255(self._model) else 1.0
        self._dtype = dtype if is_integer else "float32"
        self.class_names = class_names(num_classes)
        if names_path is not None and names_path.exists():
            self.class_names = _read_names(names_path, num_classes)

    def __call__(self, image: images.FloatImage) -> np.ndarray:
        """Return the scores of the classes.

        Args:
            image: float32 [height, width, 3], sRGB in [0, 1].

        Returns:
            float32 [h, w, num_classes] at the resolution that the model gives; logits or
            probabilities: the largest at a position is its class.

        Raises:
            ValueError: the model fails on an image of that size, or gives numbers that are not
                finite.
        """
        height, width = self._size_for(image.shape[:2])
        batch = (self._scale * images.resize(image, (height, width))[np.newaxis]).astype(np.float32)
        if self._dtype != "float32":
            batch = np.rint(batch).astype(self._dtype)
        try:
            inputs = self._preprocess(batch) if self._preprocess else batch
            outputs = _scores_of(self._model(inputs, training=False))
            scores = np.asarray(keras.ops.convert_to_numpy(outputs), np.float32)[0]
        except Exception as error:  # A foreign network can make Keras or TensorFlow raise anything.
            raise ValueError(
                f"{self._title} cannot be run on an image of {width}x{height} px "
                f"({one_line(error, 200)}); pass a model with a fixed input size, or one for any "
                f"multiple of {_SIDE_MULTIPLE} px"
            ) from error
        if not np.isfinite(scores).all():
            raise ValueError(
                f"{self._title} gives scores that are not finite, all must be; pass a model whose "
                "weights are trained and loaded"
            )
        return scores

    def _size_for(self, size: Sequence[int]) -> images.Size:
        """Return the size at which the model sees an image."""
        fitted = images.fit_size((size[0], size[1]), _LONGER_SIDE)
        free = [max(1, round(side / _SIDE_MULTIPLE)) * _SIDE_MULTIPLE for side in fitted]
        height, width = (own or side for own, side in zip(self._input_size, free, strict=True))
        return int(height), int(width)


def _read_preset(preset: str, title: str) -> keras.Model:
    """Load a segmenter of KerasHub, which downloads weights that it does not have."""
    try:
        import keras_hub
    except ImportError as error:
        remedy = "pass the path of a .keras or .h5 file"
        raise ValueError(needs_package(title, "keras-hub", "keras_hub", error, remedy)) from error
    try:
        return keras_hub.models.ImageSegmenter.from_preset(preset)
    except Exception as error:  # Unknown names, no network, no space: each raises its own kind.
        raise ValueError(
            f"{title} cannot be loaded ({one_line(error, 200)}); pass a preset of "
            f"keras_hub.models.ImageSegmenter, e.g. {PRESET_PREFIX}segformer_b0_ade20k_512, or the "
            "path of a .keras or .h5 file"
        ) from error


def _check_input(model: keras.Model, title: str) -> tuple[list[int | None], str]:
    """Return the shape and type of the model's input, which must be one RGB image."""
    inputs: Any = getattr(model, "inputs", None) or ()
    shapes = [list(x.shape) for x in inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][-1] not in (3, None):
        raise ValueError(
            f"{title} has the inputs {shapes or 'that are not known'}, it must have one, [batch, "
            "height, width, 3]; pass a Functional or Sequential model of RGB images"
        )
    return shapes[0], str(inputs[0].dtype)


def _check_output(model: keras.Model, title: str) -> int:
    """Return how many classes the model scores at each pixel."""
    outputs = model.compute_output_spec(model.inputs[0])
    shapes = [list(x.shape) for x in keras.tree.flatten(outputs)]
    shape = list(getattr(_scores_of(outputs), "shape", ()))
    if len(shape) != 4 or shape[1:3] == [1, 1] or shape[3] is None or shape[3] < 2:
        raise ValueError(
            f"{title} has the outputs {shapes}, one must be [batch, h, w, classes] with at least 2 "
            "classes; pass a model for semantic segmentation, channels last"
        )
    return int(shape[3])


def _scores_of(outputs: Any) -> Any:
    """Return the tensor of class scores among a model's outputs, the first of rank 4, or None."""
    if isinstance(outputs, dict):
        named = [outputs[key] for key in _OUTPUT_KEYS if key in outputs]
        outputs = named + list(outputs.values())
    candidates = keras.tree.flatten(outputs)
    return next((x for x in candidates if len(getattr(x, "shape", ())) == 4), None)


def _expects_255(model: keras.Model) -> bool:
    """Return whether the first layer that scales pixels is made for numbers up to 255."""
    for layer in _first_layers(model):
        if isinstance(layer, keras.layers.Rescaling):
            return bool(np.abs(layer.scale).max() < _SMALL_SCALE)
        if isinstance(layer, keras.layers.Normalization):
            mean, variance = map(keras.ops.convert_to_numpy, (layer.mean, layer.variance))
            return bool((mean + np.sqrt(variance)).max() > _LARGE_MEAN)
    return False


def _first_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield a model's layers and those of models in it, up to the first that mixes channels."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _first_layers(layer)
        else:
            yield layer
        if layer.weights and not isinstance(layer, keras.layers.Normalization):
            return


def _read_names(path: Path, num_classes: int) -> tuple[str, ...]:
    """Read the names of the classes, one on each line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    names = tuple(line.strip() for line in lines if line.strip())
    if len(names) != num_classes:
        raise ValueError(
            f"'{path}' names {len(names)} classes, it must name the {num_classes} of the model "
            "beside it, one on each line; correct it or take it away"
        )
    return names
