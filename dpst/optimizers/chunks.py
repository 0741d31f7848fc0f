"""A function that keeps a graph of its own inside of a compiled loop."""

from collections.abc import Callable
from typing import TypeVar

import tensorflow as tf

ResultT = TypeVar("ResultT")


def in_own_graph(function: Callable[..., ResultT]) -> Callable[..., ResultT]:
    """A `tf.function` that TensorFlow does not inline where it is called.

    On a CPU TensorFlow gives a graph's nodes oneDNN's kernels one by one, and the gradient of a
    maximum its own only if the maximum has it already. Inlined in a loop, whose graph has a cycle,
    it is left to chance, trace by trace, whether that gradient gets the fast kernel or another:
    slower by several times, and with sums in another order, so that equal functions differ in bits.

    Args:
        function: takes tensors, in any nest; traced without AutoGraph.

    Returns:
        The function, to be called in a traced loop.
    """
    no_inlining = {"_noinline": True}
    return tf.function(function, autograph=False, experimental_attributes=no_inlining)
