"""Tensors whose sizes a trace does not know, so that it computes alike for one size and for all."""

from __future__ import annotations

from typing import TypeVar

import tensorflow as tf

T = TypeVar("T")


def without_sizes(structure: T) -> T:
    """Forget, while a function is traced, all sizes of tensors but that of the last axis.

    TensorFlow simplifies a graph by the sizes that it knows, and then rounds otherwise: a trace for
    one size and a trace for all would differ in the last bits, and a result would depend on what
    the process had done before.

    Args:
        structure: any nest of tensors and other values.

    Returns:
        The same, to be computed with.
    """

    def forget(value: object) -> object:
        if not isinstance(value, tf.Tensor) or not value.shape.rank:
            return value
        kept = value.shape[-1:] if value.shape.rank > 1 else [None]
        return tf.compat.v1.placeholder_with_default(
            value, [None] * (value.shape.rank - 1) + list(kept)
        )

    return tf.nest.map_structure(forget, structure, expand_composites=True)
