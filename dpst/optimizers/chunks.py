"""What all optimizers share: the types of their arguments, and compiled chunks of evaluations."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias, TypeVar

import tensorflow as tf

from dpst.shared_trace import shared_trace

ResultT = TypeVar("ResultT")

ValueAndGradients: TypeAlias = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
LinearOperator: TypeAlias = Callable[[tf.Tensor], tf.Tensor]


class CompiledChunk:
    """A chunk of evaluations, compiled in the four ways that callers may want.

    With XLA or without; and traced for the sizes that it meets, or, for an objective that says how
    it is traced (`__tf_flatten__`), once for all sizes.
    """

    def __init__(self, function: Callable) -> None:
        """Compile nothing yet.

        Args:
            function: takes the objective first, then any nest of tensors; traced without AutoGraph.
        """
        self._runs = {
            (uses_xla, is_shared): compiled(function, jit_compile=uses_xla or None)
            for uses_xla in (False, True)
            for is_shared, compiled in (
                (False, partial(tf.function, autograph=False)),
                (True, shared_trace),
            )
        }

    def __call__(
        self, objective: ValueAndGradients, *arguments: object, jit_compile: bool | None
    ) -> Any:
        """Run the chunk; with XLA where a GPU is visible, if `jit_compile` is None."""
        if jit_compile is None:
            jit_compile = bool(tf.config.list_physical_devices("GPU"))
        run = self._runs[jit_compile, hasattr(objective, "__tf_flatten__")]
        return run(objective, *arguments)


def identity(x: tf.Tensor) -> tf.Tensor:
    """Return the argument: the preconditioner that does nothing."""
    return x


def in_own_graph(function: Callable[..., ResultT]) -> Callable[..., ResultT]:
    """Return a `tf.function` that TensorFlow does not inline where it is called.

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
