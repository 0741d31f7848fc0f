"""Adam with an optional preconditioner, in TensorFlow.

Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1.
"""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from dpst.optimizers.chunks import (
    CompiledChunk,
    LinearOperator,
    ValueAndGradients,
    identity,
    in_own_graph,
)
from dpst.optimizers.result import OptimizerResult, StopReason

BETA_1 = 0.9  # decay of the first moment
BETA_2 = 0.999  # decay of the second moment
EPSILON = 1e-12

_RUNNING, _CONVERGED, _NOT_FINITE = range(3)
_REASONS = {
    _RUNNING: StopReason.MAX_EVALUATIONS,
    _CONVERGED: StopReason.CONVERGED,
    _NOT_FINITE: StopReason.NOT_FINITE,
}


class AdamState(NamedTuple):
    """All that a run carries from one evaluation to the next."""

    position: tf.Tensor  # evaluated last
    gradient: tf.Tensor  # there
    first_moment: tf.Tensor  # running mean of the preconditioned gradients
    second_moment: tf.Tensor  # running mean of their squares
    best_position: tf.Tensor
    best_value: tf.Tensor
    best_gradient: tf.Tensor
    num_evaluations: tf.Tensor
    num_iterations: tf.Tensor
    status: tf.Tensor


def minimize(
    value_and_gradients_function: ValueAndGradients,
    initial_position: tf.Tensor,
    learning_rate: float = 0.02,
    max_evaluations: int = 100,
    preconditioner: LinearOperator | None = None,
    previous_result: OptimizerResult | None = None,
    jit_compile: bool | None = None,
) -> OptimizerResult:
    """Minimise a function by Adam, one evaluation a step.

    All steps run in one compiled call; the chunks of a longer run, each given the result of the
    one before, make exactly the iterates of an undivided run.

    Deviation: the moments are those of the preconditioned gradient; epsilon is 1e-12 instead of
    1e-8, which gradients of a mean over pixels come down to; the result is the best position
    found, not the last.

    Args:
        value_and_gradients_function: maps a position to (scalar value, gradient). It is traced,
            without AutoGraph (branches on tensors need tf.cond, or a tf.function around them);
            an object with `__tf_flatten__` shares its trace with others of equal metadata, whatever
            the size of the position.
        initial_position: float32 or float64 tensor of any shape.
        learning_rate: about the change of an element in a step, above 0.
        max_evaluations: evaluations in this call, at least 1.
        preconditioner: symmetric positive definite linear operator P on positions; None is the
            identity.
        previous_result: result of a run to continue; initial_position is then not used.
        jit_compile: compile the whole chunk by XLA. None: where a GPU is visible. On a CPU
            convolutions are faster outside XLA.

    Returns:
        The result; its value never exceeds that at the initial position.

    Raises:
        ValueError: an argument is out of range.
    """
    if not 0 < learning_rate < float("inf") or max_evaluations < 1:
        raise ValueError(
            f"learning_rate = {learning_rate}, max_evaluations = {max_evaluations}: the rate must "
            "be finite and above 0, as 0.02 is, the evaluations at least 1."
        )
    function = value_and_gradients_function
    budget = max_evaluations
    if previous_result is None:
        position = tf.convert_to_tensor(initial_position)
        state = _begin(function, position, jit_compile=jit_compile)
        budget -= 1
    else:
        state = previous_result.state
    if budget > 0:
        rate = tf.constant(learning_rate, state.position.dtype)
        last_evaluation = state.num_evaluations + budget
        operator = preconditioner or identity
        state = _continue(function, operator, state, rate, last_evaluation, jit_compile=jit_compile)
    return result_of(state)


def result_of(state: AdamState, stop_reason: StopReason | None = None) -> OptimizerResult:
    """Return the result that a state stands for, with its own reason to stop or the one given."""
    return OptimizerResult(
        position=state.best_position,
        value=state.best_value,
        gradient=state.best_gradient,
        num_evaluations=int(state.num_evaluations),
        num_iterations=int(state.num_iterations),
        stop_reason=stop_reason or _REASONS[int(state.status)],
        state=state,
    )


def restarted(result: OptimizerResult) -> OptimizerResult:
    """Return a result to go on from with another objective: the best is forgotten, not the moments.

    Args:
        result: of a run that had at least one evaluation.

    Returns:
        The result to give as `previous_result`, together with the new objective.
    """
    state = result.state
    state = state._replace(
        best_value=tf.zeros_like(state.best_value) + float("inf"), status=tf.constant(_RUNNING)
    )
    return dataclasses.replace(result, state=state)


@CompiledChunk
def _begin(function: ValueAndGradients, position: tf.Tensor) -> AdamState:
    value, gradient = function(position)
    zero = tf.zeros_like(position)
    return AdamState(
        position=position,
        gradient=gradient,
        first_moment=zero,
        second_moment=zero,
        best_position=position,
        best_value=value,
        best_gradient=gradient,
        num_evaluations=tf.constant(1),
        num_iterations=tf.constant(0),
        status=_status(value, gradient),
    )


@CompiledChunk
def _continue(
    function: ValueAndGradients,
    preconditioner: LinearOperator,
    state: AdamState,
    learning_rate: tf.Tensor,
    last_evaluation: tf.Tensor,
) -> AdamState:
    function = in_own_graph(function)

    def is_running(state: AdamState) -> tf.Tensor:
        return (state.num_evaluations < last_evaluation) & (state.status == _RUNNING)

    def step(state: AdamState) -> tuple[AdamState]:
        state = _move(state, preconditioner(state.gradient), learning_rate)
        value, gradient = function(state.position)
        return (_record(state, value, gradient),)

    return tf.while_loop(is_running, step, (state,))[0]


def _move(state: AdamState, preconditioned: tf.Tensor, learning_rate: tf.Tensor) -> AdamState:
    """Make one step of algorithm 1, from g_t = `preconditioned` to theta_t."""
    m = BETA_1 * state.first_moment + (1 - BETA_1) * preconditioned
    v = BETA_2 * state.second_moment + (1 - BETA_2) * tf.square(preconditioned)
    t = tf.cast(state.num_evaluations, tf.float64)
    unbiased_m = m / tf.cast(1 - BETA_1**t, m.dtype)
    unbiased_v = v / tf.cast(1 - BETA_2**t, v.dtype)
    position = state.position - learning_rate * unbiased_m / (tf.sqrt(unbiased_v) + EPSILON)
    return state._replace(position=position, first_moment=m, second_moment=v)


def _record(state: AdamState, value: tf.Tensor, gradient: tf.Tensor) -> AdamState:
    """Count the evaluation at the new position, and keep it if it is the best so far."""
    status = _status(value, gradient)
    is_finite = status != _NOT_FINITE
    is_best = is_finite & (value <= state.best_value)
    # A flat place above the best is a saddle or a hill, which the momentum leaves.
    status = tf.where((status == _CONVERGED) & ~is_best, _RUNNING, status)
    return state._replace(
        gradient=gradient,
        best_position=tf.where(is_best, state.position, state.best_position),
        best_value=tf.where(is_best, value, state.best_value),
        best_gradient=tf.where(is_best, gradient, state.best_gradient),
        num_evaluations=state.num_evaluations + 1,
        num_iterations=state.num_iterations + tf.cast(is_finite, tf.int32),
        status=status,
    )


def _status(value: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
    is_finite = tf.math.is_finite(value) & tf.reduce_all(tf.math.is_finite(gradient))
    is_flat = tf.reduce_all(gradient == 0)
    return tf.where(is_finite, tf.where(is_flat, _CONVERGED, _RUNNING), _NOT_FINITE)
