"""The optimizers by name: how each minimises, starts anew, and is kept in arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from dpst.optimizers import adam, lbfgs
from dpst.optimizers.result import OptimizerResult, StopReason

NUM_CORRECTION_PAIRS = 10


@dataclass(frozen=True)
class Optimizer:
    """One way to minimise, as the solver sees it.

    Attributes:
        minimize: makes a chunk of evaluations, see `lbfgs.minimize`.
        restarted: gives a result to go on from with another objective.
        result_of: gives the result that a state stands for, with a reason to stop.
        state_type: the named tuple of tensors, or tuples of tensors, that a run carries along.
    """

    minimize: Callable[..., OptimizerResult]
    restarted: Callable[[OptimizerResult], OptimizerResult]
    result_of: Callable[[Any, StopReason], OptimizerResult]
    state_type: type[Any]

    def to_arrays(self, result: OptimizerResult) -> dict[str, np.ndarray]:
        """Return a result as arrays by name, ready to be saved; tuples of tensors are stacked."""
        arrays = {
            name: np.stack(value) if isinstance(value, tuple) else value.numpy()
            for name, value in result.state._asdict().items()
        }
        return {"stop_reason": np.array(result.stop_reason.name), **arrays}

    def from_arrays(self, arrays: Mapping[str, np.ndarray]) -> OptimizerResult:
        """Return the result that `to_arrays` gave the arrays of.

        Raises:
            KeyError: an array is missing, or the reason to stop is unknown.
        """
        fields = self.state_type.__annotations__
        state = {
            name: tuple(map(tf.constant, arrays[name]))
            if kind is not tf.Tensor
            else tf.constant(arrays[name])
            for name, kind in fields.items()
        }
        reason = StopReason[str(arrays["stop_reason"])]
        return self.result_of(self.state_type(**state), reason)


OPTIMIZERS = {
    "lbfgs": Optimizer(
        partial(lbfgs.minimize, num_correction_pairs=NUM_CORRECTION_PAIRS),
        lbfgs.restarted,
        lbfgs.result_of,
        lbfgs.LbfgsState,
    ),
    "adam": Optimizer(adam.minimize, adam.restarted, adam.result_of, adam.AdamState),
}
