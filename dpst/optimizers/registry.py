"""The optimizers by name: how each minimises, starts anew, and is kept in arrays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from dpst.optimizers import adam, lbfgs
from dpst.optimizers.result import OptimizerResult, StopReason

NUM_CORRECTION_PAIRS = 10

_MATRICES = ("sy", "ypy")
_SCALARS = ("value", "slope", "step", "best_value")
_COUNTS = ("num_backtracks", "num_pairs", "num_evaluations", "num_iterations", "status")


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

    def array_names(self) -> list[str]:
        """Return the names of the arrays that `to_arrays` gives."""
        return ["stop_reason", *self.state_type.__annotations__]

    def check_arrays(
        self, arrays: Mapping[str, np.ndarray], shape: Sequence[int], max_evaluations: int
    ) -> None:
        """Check that arrays are of a state of this optimizer, as far as can be told.

        Args:
            arrays: as from `to_arrays`.
            shape: of the position.
            max_evaluations: the most that the state may have made.

        Raises:
            KeyError: an array is missing.
            ValueError: one has another shape or type, or values that no run has.
        """
        for name, kind in self.state_type.__annotations__.items():
            array = arrays[name]
            expected: tuple[Any, Sequence[int]] = (np.float32, tuple(shape))
            if kind is not tf.Tensor:
                expected = (np.float32, (NUM_CORRECTION_PAIRS, *shape))
            elif name in _MATRICES:
                expected = (np.float64, (NUM_CORRECTION_PAIRS,) * 2)
            elif name in _SCALARS:
                expected = (np.float32, ())
            elif name in _COUNTS:
                expected = (np.int32, ())
            fits = (array.dtype, array.shape) == expected and np.isfinite(array).all()
            if not fits or (name in _COUNTS and not -1 <= array <= max_evaluations):
                raise ValueError(f"{name} is {array.dtype} {array.shape}, which does not fit")
        if int(arrays["num_evaluations"]) < 1:
            raise ValueError("it has made no evaluations")
        if int(arrays.get("num_pairs", np.array(0))) not in range(NUM_CORRECTION_PAIRS + 1):
            raise ValueError("it has more pairs than places for them")

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
