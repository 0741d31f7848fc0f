"""Extractors: frozen networks that turn images into named feature maps."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable

from dpst.extractors.embedded import EmbeddedExtractor
from dpst.extractors.extractor import Extractor
from dpst.extractors.keras_model import KerasModelExtractor
from dpst.extractors.layer_choice import LayerChoice
from dpst.extractors.squeezenet import SQUEEZENET_WEIGHTS, SqueezeNetExtractor
from dpst.extractors.vgg19 import VGG19_WEIGHTS, VGG19Extractor
from dpst.extractors.weight_files import WeightsSource, find_weights
from dpst.messages import did_you_mean
from dpst.process.forked_process import check_process

__all__ = [
    "EXTRACTORS",
    "SQUEEZENET_WEIGHTS",
    "VGG19_WEIGHTS",
    "EmbeddedExtractor",
    "Extractor",
    "KerasModelExtractor",
    "LayerChoice",
    "SqueezeNetExtractor",
    "VGG19Extractor",
    "WeightsSource",
    "find_weights",
    "load_extractor",
]

EXTRACTORS: dict[str, Callable[..., Extractor]] = {
    "embedded": EmbeddedExtractor,
    "squeezenet": SqueezeNetExtractor,
    "vgg19": VGG19Extractor,
}

_MODEL_SUFFIXES = (".keras", ".h5", ".hdf5")


def load_extractor(
    name_or_path: str | os.PathLike[str],
    weights_path: str | os.PathLike[str] | None = None,
    pooling: str = "",
) -> Extractor:
    """Build an extractor by its name, or from a Keras model file.

    Args:
        name_or_path: a key of `EXTRACTORS`, or the path of a `.keras` or `.h5` model.
        weights_path: the network's weight file, for extractors that have one. None looks for it.
        pooling: "max" or "average", for extractors that have a choice; empty for their default.

    Returns:
        A new extractor.

    Raises:
        FileNotFoundError: the model or weight file is not found.
        ValueError: the name is unknown, the file is of another kind, or the extractor does not take
            a weight file or a kind of pooling that is given.
    """
    check_process()
    name = os.fspath(name_or_path)
    is_path = name.endswith(_MODEL_SUFFIXES) or bool(os.path.dirname(name))
    if name not in EXTRACTORS and not is_path:
        raise ValueError(
            f"unknown extractor '{name}'{did_you_mean(name, EXTRACTORS)}; choose "
            f"{', '.join(EXTRACTORS)}, or the path of a Keras model (.keras, .h5)"
        )
    build = EXTRACTORS.get(name) or functools.partial(KerasModelExtractor, name)
    options = {"weights_path": weights_path, "pooling": pooling or None}
    options = {option: value for option, value in options.items() if value is not None}
    for option, value in options.items():
        if option not in inspect.signature(build).parameters:
            words = {"weights_path": "weight file", "pooling": "kind of pooling"}[option]
            raise ValueError(f"extractor '{name}' takes no {words}, got '{value}'; leave it out")
    return build(**options)
