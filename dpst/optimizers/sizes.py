"""Tensors whose sizes a trace does not know, so that it computes alike for one size and for all."""

from __future__ import annotations

from typing import TypeVar

import tensorflow as tf

T = TypeVar("T")


COLORS = 3  # channels of an image


def without_sizes(structure: T) -> T:
    """Forget, while a function is traced, all sizes of tensors but the number of channels.

    TensorFlow simplifies a graph by the sizes that it knows, and then rounds otherwise: a trace for
    one size and a trace for all would differ in the last bits, and a result would depend on what
    the process had done before.

    Args:
        structure: any nest of tensors and other values. The last axis is that of channels in images
            [height, width, 3] and in tensors of four axes and more.

    Returns:
        The same, to be computed with.
    """

    def forget(value: object) -> object:
        if not isinstance(value, tf.Tensor) or not value.shape.rank:
            return value
        rank, last = value.shape.rank, value.shape[-1]
        has_channels = rank > 3 or (rank == 3 and last == COLORS)
        shape = [None] * (rank - 1) + [last if has_channels else None]
        return tf.compat.v1.placeholder_with_default(value, shape)

    return tf.nest.map_structure(forget, structure, expand_composites=True)
