"""`KerasModelExtractor`: any Keras model with feature maps, from a file or in memory."""

from __future__ import annotations

import bisect
import itertools
import math
import os
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from dpst.extractors.extractor import Extractor
from dpst.extractors.layer_choice import LayerChoice
from dpst.files.keras_model import read_model
from dpst.messages import one_line

_MAX_STYLE_LAYERS = 5
_PROBE_SIDE = 512  # pixels: image side at which scales are compared; smaller ones are tried


class KerasModelExtractor(Extractor):
    """The feature maps of any Keras model whose input is an RGB image.

    Every layer whose output is a feature map [batch, h, w, channels] is available under its own
    name (a layer that is called again, under its name with `_2`, `_3` ... appended). The network is
    traced anew for images of any size; layers that need a fixed size are left out.

    Style layers by default: the first layer that ends in an activation at each spatial scale, at
    most five; content layer: the second deepest of them.

    Args:
        model: path of a model file (`.keras` or `.h5`), or a Functional or Sequential model in
            memory, whose layers become untrainable.
        preprocess: function from float32 [batch, height, width, 3], sRGB in [0, 1], to what the
            model was trained on. None takes the model to expect RGB in [0, 1].

    Raises:
        FileNotFoundError: there is no such file.
        TypeError: `model` is neither a path nor a model.
        ValueError: the file does not hold a model that can be loaded safely, or the model is not
            Functional or Sequential, does not have one RGB input, or has no feature map.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | keras.Model,
        preprocess: Callable[[tf.Tensor], tf.Tensor] | None = None,
    ) -> None:
        """Load the model, trace it and choose the default layers."""
        if isinstance(model, (str, os.PathLike)):
            name = Path(model).stem
            model = read_model(model)
        elif isinstance(model, keras.Model):
            name = model.name
        else:
            raise TypeError(
                f"model must be a path or a keras.Model, got {type(model).__name__}; "
                f"pass the path of a .keras file"
            )
        inputs = keras.Input((None, None, 3), dtype="float32")
        feature_maps, activations = _trace(model, inputs, name)
        style_layers = _first_per_scale(inputs, feature_maps, activations)
        super().__init__(
            inputs,
            feature_maps,
            name=name,
            default_layers=LayerChoice(style_layers, content=style_layers[-2:][:1]),
            minimum_side=_minimum_side(inputs, [feature_maps[layer] for layer in style_layers]),
            preprocess=preprocess,
        )


def _trace(
    model: keras.Model, inputs: keras.KerasTensor, name: str
) -> tuple[dict[str, keras.KerasTensor], set[str]]:
    """Apply a model to images of free size and record the feature maps on the way.

    Returns:
        The feature maps by layer name, in network order, and the names of those that end in an
        activation.
    """
    _check_inputs(model, name)
    feature_maps: dict[str, keras.KerasTensor] = {}
    activations: set[str] = set()

    def call(layer: keras.layers.Layer, *args: Any, **kwargs: Any) -> Any:
        outputs = layer(*args, **kwargs)
        if _is_feature_map(outputs):
            key = _unused(layer.name, feature_maps)
            feature_maps[key] = outputs
            if _ends_in_activation(layer):
                activations.add(key)
        return outputs

    reason = "none is [batch, h, w, channels] with h and w that follow the image"
    try:
        if isinstance(model, keras.Sequential):
            x = inputs
            for layer in model.layers:
                x = call(layer, x)
        else:
            keras.models.clone_model(
                model,
                input_tensors=keras.tree.map_structure(lambda _: inputs, model.input),
                clone_function=lambda layer: layer,
                call_function=call,
            )
    except (TypeError, ValueError) as error:
        # A classifier behind the feature maps, which may insist on one image size, is not needed.
        reason = one_line(error, 200)
    if not feature_maps:
        raise ValueError(
            f"model '{name}' has no layer that gives a feature map for images of any size "
            f"({reason}); pass a convolutional, channels-last, Functional or Sequential model"
        )
    return feature_maps, activations


def _check_inputs(model: keras.Model, name: str) -> None:
    """Check that a model has one input, and that this is an RGB image."""
    shapes = [tuple(x.shape) for x in getattr(model, "inputs", None) or ()]
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][-1] not in (3, None):
        raise ValueError(
            f"model '{name}' must have one input [batch, height, width, 3], "
            f"got {shapes or 'none that is known'}; pass a Functional or Sequential model of RGB "
            f"images"
        )


def _is_feature_map(outputs: Any) -> bool:
    """Return whether a layer's output is one map with a height and width that follow the image."""
    shape: Any = getattr(outputs, "shape", ())
    return len(shape) == 4 and shape[1] is None and shape[2] is None and shape[3] is not None


def _ends_in_activation(layer: keras.layers.Layer) -> bool:
    """Return whether a layer applies a nonlinearity last."""
    activation = getattr(layer, "activation", keras.activations.linear)
    is_activation_layer = isinstance(
        layer, (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.PReLU, keras.layers.ELU)
    )
    return is_activation_layer or activation not in (None, keras.activations.linear)


def _unused(name: str, names: Container[str]) -> str:
    """Return a name, numbered if it is taken."""
    candidates = itertools.chain([name], (f"{name}_{i}" for i in itertools.count(2)))
    return next(candidate for candidate in candidates if candidate not in names)


def _first_per_scale(
    inputs: keras.KerasTensor, feature_maps: dict[str, keras.KerasTensor], activations: set[str]
) -> tuple[str, ...]:
    """Return the first feature map at each power of two of the image size, activations if any."""
    candidates = {
        name: feature_map
        for name, feature_map in feature_maps.items()
        if name in activations or not activations
    }
    shapes = keras.Model(inputs, candidates).compute_output_shape((1, _PROBE_SIDE, _PROBE_SIDE, 3))
    first: dict[int, str] = {}
    for name in candidates:
        # Rounded, so that unpadded convolutions, which shave off a few pixels, keep their scale.
        first.setdefault(round(math.log2(_PROBE_SIDE / shapes[name][1])), name)
    return tuple(first.values())[:_MAX_STYLE_LAYERS]


def _minimum_side(inputs: keras.KerasTensor, feature_maps: Sequence[keras.KerasTensor]) -> int:
    """Return the smallest image side for which no feature map is empty, by bisection."""
    model = keras.Model(inputs, list(feature_maps))

    def survives(side: int) -> bool:
        try:
            shapes = model.compute_output_shape((1, side, side, 3))
        except ValueError:  # a window is larger than its input
            return False
        return all(shape[1] >= 1 and shape[2] >= 1 for shape in shapes)

    return 1 + bisect.bisect_left(range(1, _PROBE_SIDE), True, key=survives)
