"""What all optimizers share: the types of their arguments, and how they call them."""

from collections.abc import Callable
from typing import Any, TypeAlias

import tensorflow as tf

from dpst.shared_trace import without_sizes

ValueAndGradients: TypeAlias = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
LinearOperator: TypeAlias = Callable[[tf.Tensor], tf.Tensor]


def _call(function: Callable[[tf.Tensor], Any], position: tf.Tensor) -> Any:
    return function(position)


_CALLS = {
    uses_xla: tf.function(_call, autograph=False, jit_compile=uses_xla or None)
    for uses_xla in (False, True)
}


def compiled(
    function: Callable[[tf.Tensor], Any], position: tf.Tensor, jit_compile: bool | None
) -> Callable[[tf.Tensor], Any]:
    """Return an objective or an operator as one graph.

    Only these are traced: an optimizer's own algebra is a hundredth of the work, and to trace its
    branches and its loop takes longer than all that it does for a photo.

    Args:
        function: maps a position to any nest of tensors; traced without AutoGraph. An object that
            says how it is traced (`__tf_flatten__`) is traced once for all sizes, and shares its
            trace with others of equal metadata.
        position: tensor of the shape and dtype that it will be called with.
        jit_compile: whether by XLA. None: where a GPU is visible.

    Returns:
        The compiled function.
    """
    if jit_compile is None:
        jit_compile = bool(tf.config.list_physical_devices("GPU"))
    call = _CALLS[jit_compile]
    if hasattr(function, "__tf_flatten__"):
        call = call.get_concrete_function(*without_sizes((function, position)))
    return lambda position: call(function, position)
