"""Compiled functions whose one trace serves tensors of all sizes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import tensorflow as tf

ResultT = TypeVar("ResultT")
T = TypeVar("T")

COLORS = 3  # channels of an image


def shared_trace(function: Callable[..., ResultT]) -> Callable[..., ResultT]:
    """Return a `tf.function` that is traced for all sizes at its first call.

    TensorFlow simplifies a trace by the sizes that it knows, and then rounds otherwise. With
    `reduce_retracing` the first trace would be for one size and the second for all; they differ in
    the last bits, and a result would depend on what its process had done before.

    Args:
        function: takes positional arguments, in any nest; traced without AutoGraph.

    Returns:
        The function, compiled.
    """
    compiled = tf.function(function, autograph=False)

    @functools.wraps(function)
    def call(*arguments: Any) -> ResultT:
        return compiled.get_concrete_function(*without_sizes(arguments))(*arguments)

    return call


def without_sizes(structure: T) -> T:
    """Return the types of tensors of any size, for `get_concrete_function`.

    Args:
        structure: any nest of tensors and other values. The last axis is that of channels in images
            [height, width, 3] and in tensors of four axes and more.

    Returns:
        The same with a `tf.TypeSpec` for each tensor. It knows the number of channels and of rows
        of a ragged tensor, and no other size.
    """

    def spec(value: Any) -> Any:
        if isinstance(value, tf.RaggedTensor):
            return tf.type_spec_from_value(value)
        if not isinstance(value, tf.Tensor):
            return value
        rank, last = value.shape.rank, value.shape[-1:]
        has_channels = rank > 3 or (rank == 3 and last == [COLORS])
        sizes = [None] * (rank - 1) + list(last) if has_channels else [None] * rank
        return tf.TensorSpec(sizes, value.dtype)

    return tf.nest.map_structure(spec, structure)
