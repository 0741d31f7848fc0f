"""How many values a network computes for an image, from its shapes alone."""

from __future__ import annotations

import math

import keras

from dpst.extractors.extractor import Extractor


def num_features(extractor: Extractor, size: tuple[int, int]) -> int:
    """Count the values that a network computes for its style and content layers, layer by layer.

    Args:
        extractor: the network.
        size: (height, width) of the image in pixels.

    Returns:
        Their number; nothing is computed.
    """
    names = tuple(dict.fromkeys(extractor.style_layers + extractor.content_layers))
    network = extractor.select(names)
    shapes = keras.Model(network.inputs, _all_tensors(network)).compute_output_spec(
        keras.KerasTensor((1, *size, 3))
    )
    return sum(math.prod(tensor.shape) for tensor in keras.tree.flatten(shapes))


def _all_tensors(network: keras.Model) -> list[keras.KerasTensor]:
    """Return all tensors of a network, also those of layers that it shares with another.

    `layer.output` may be the tensor of the other network.
    """
    found: dict[int, keras.KerasTensor] = {}
    todo = list(network.outputs)
    while todo:
        tensor = todo.pop()
        if id(tensor) not in found:
            found[id(tensor)] = tensor
            operation, node_index, _ = tensor._keras_history
            todo += operation._inbound_nodes[node_index].input_tensors
    return list(found.values())
