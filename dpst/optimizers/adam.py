"""Adam with an optional preconditioner, in TensorFlow.

Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1.
"""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from dpst.optimizers.compiled import LinearOperator, ValueAndGradients, compiled
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
    num_iterations: tf.Tensor  # -1 before the first evaluation
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

    The chunks of a longer run, each given the result of the one before, make exactly the iterates
    of an undivided run.

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
        jit_compile: compile the function by XLA. None: where a GPU is visible. On a CPU
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
    if previous_result is None:
        state = _initial_state(tf.convert_to_tensor(initial_position))
    else:
        state = previous_result.state
    evaluate = compiled(value_and_gradients_function, state.position, jit_compile)
    precondition = preconditioner and compiled(preconditioner, state.gradient, jit_compile)
    rate = tf.constant(learning_rate, state.position.dtype)
    last_evaluation = int(state.num_evaluations) + max_evaluations
    while int(state.num_evaluations) < last_evaluation and int(state.status) == _RUNNING:
        if state.num_evaluations > 0:
            preconditioned = precondition(state.gradient) if precondition else state.gradient
            state = _move(state, preconditioned, rate)
        state = _record(state, *evaluate(state.position))
    return result_of(state)


def result_of(state: AdamState, stop_reason: StopReason | None = None) -> OptimizerResult:
    """Return the result that a state stands for, with its own reason to stop or the one given."""
    return OptimizerResult(
        position=state.best_position,
        value=state.best_value,
        gradient=state.best_gradient,
        num_evaluations=int(state.num_evaluations),
        num_iterations=max(int(state.num_iterations), 0),
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


def _initial_state(position: tf.Tensor) -> AdamState:
    """Return the state before the first evaluation, which is at the position itself."""
    zero = tf.zeros_like(position)
    return AdamState(
        position=position,
        gradient=zero,
        first_moment=zero,
        second_moment=zero,
        best_position=position,
        best_value=tf.zeros([], position.dtype) + float("inf"),
        best_gradient=zero,
        num_evaluations=tf.constant(0),
        num_iterations=tf.constant(-1),
        status=tf.constant(_RUNNING),
    )


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
    is_best = (is_finite & (value <= state.best_value)) | (state.num_evaluations == 0)
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
