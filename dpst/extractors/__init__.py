"""Extractors: frozen networks that turn images into named feature maps."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable

from dpst.extractors.embedded import EmbeddedExtractor
from dpst.extractors.extractor import Extractor, did_you_mean
from dpst.extractors.keras_model import KerasModelExtractor
from dpst.extractors.squeezenet import SQUEEZENET_WEIGHTS, SqueezeNetExtractor
from dpst.extractors.vgg19 import VGG19_WEIGHTS, VGG19Extractor
from dpst.extractors.weights import WeightsSource, find_weights

__all__ = [
    "EXTRACTORS",
    "SQUEEZENET_WEIGHTS",
    "VGG19_WEIGHTS",
    "EmbeddedExtractor",
    "Extractor",
    "KerasModelExtractor",
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
    name_or_path: str | os.PathLike[str], weights_path: str | os.PathLike[str] | None = None
) -> Extractor:
    """Builds an extractor by its name, or from a Keras model file.

    Args:
        name_or_path: A key of `EXTRACTORS`, or the path of a `.keras` or `.h5` model.
        weights_path: The network's weight file, for extractors that have one. None looks for it.

    Returns:
        A new extractor.

    Raises:
        FileNotFoundError: If the model or weight file is not found.
        ValueError: If the name is unknown, the file is of another kind, or a weight file is given
            to an extractor that takes none.
    """
    name = os.fspath(name_or_path)
    is_path = name.endswith(_MODEL_SUFFIXES) or bool(os.path.dirname(name))
    if name not in EXTRACTORS and not is_path:
        raise ValueError(
            f"unknown extractor '{name}'{did_you_mean(name, list(EXTRACTORS))}; choose "
            f"{', '.join(EXTRACTORS)}, or the path of a Keras model (.keras, .h5)"
        )
    build = EXTRACTORS.get(name)
    takes_weights = build is not None and "weights_path" in inspect.signature(build).parameters
    if weights_path is not None and not takes_weights:
        raise ValueError(
            f"extractor '{name}' takes no weight file, got '{os.fspath(weights_path)}'; "
            f"leave the weights out"
        )
    if build is None:
        return KerasModelExtractor(name)
    return build(weights_path=weights_path) if takes_weights else build()
