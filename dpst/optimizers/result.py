"""What a minimiser returns: the position, why it stopped, and the state to go on from."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import tensorflow as tf


class StopReason(Enum):
    """Why a minimiser stopped, in words."""

    MAX_EVALUATIONS = "the evaluation budget is used up"
    CONVERGED = "the gradient is zero"
    NO_DECREASE = "no step along the steepest descent decreased the objective"
    NOT_FINITE = "the objective or its gradient is not finite"
    LITTLE_PROGRESS = "further evaluations would gain little"
    INTERRUPTED = "interrupted by the user"


@dataclass(frozen=True, eq=False)
class OptimizerResult:
    """Outcome of a run, and the complete state to resume it.

    Attributes:
        position: the best position found, of the initial position's shape and dtype.
        value: scalar, the objective there.
        gradient: the gradient there.
        num_evaluations: evaluations of value and gradient so far, over all resumed runs.
        num_iterations: accepted steps so far.
        stop_reason: why the run stopped.
        state: the minimiser's own tensors, for `previous_result`.
    """

    position: tf.Tensor
    value: tf.Tensor
    gradient: tf.Tensor
    num_evaluations: int
    num_iterations: int
    stop_reason: StopReason
    state: Any
