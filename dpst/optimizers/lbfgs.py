"""Limited-memory BFGS with an optional preconditioner, in TensorFlow.

Source: Nocedal and Wright, "Numerical Optimization", 2006, section 7.2; the product with the
inverse Hessian in the compact form of Byrd, Nocedal and Schnabel, 1994, theorem 2.2.
"""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from dpst.optimizers.compiled import LinearOperator, ValueAndGradients, compiled
from dpst.optimizers.result import OptimizerResult, StopReason
from dpst.shared_trace import shared_trace

FIRST_STEP = 8 / 255  # largest change of any element in the first trial step: 8 grey levels
ARMIJO = 1e-4  # share of the decrease that the slope promises which a step must bring
MAX_BACKTRACKS = 12
MIN_CURVATURE = 1e-8  # least s^T y relative to |s| |y|; pairs below it are not stored

_RUNNING, _CONVERGED, _NO_DECREASE, _NOT_FINITE = range(4)
_REASONS = {
    _RUNNING: StopReason.MAX_EVALUATIONS,
    _CONVERGED: StopReason.CONVERGED,
    _NO_DECREASE: StopReason.NO_DECREASE,
    _NOT_FINITE: StopReason.NOT_FINITE,
}


class LbfgsState(NamedTuple):
    """All that a run carries from one evaluation to the next.

    With P the preconditioner, g the gradient, and (s, y) the m correction pairs, oldest first.
    """

    position: tf.Tensor
    value: tf.Tensor
    gradient: tf.Tensor
    preconditioned: tf.Tensor  # P g
    direction: tf.Tensor
    slope: tf.Tensor  # directional derivative along direction
    step: tf.Tensor  # length of the next trial along direction
    num_backtracks: tf.Tensor
    steps: tuple[tf.Tensor, ...]  # s_i
    changes: tuple[tf.Tensor, ...]  # P y_i
    sy: tf.Tensor  # [m, m], s_i^T y_j
    ypy: tf.Tensor  # [m, m], y_i^T P y_j
    num_pairs: tf.Tensor
    num_evaluations: tf.Tensor
    num_iterations: tf.Tensor  # -1 before the first evaluation
    status: tf.Tensor


def minimize(
    value_and_gradients_function: ValueAndGradients,
    initial_position: tf.Tensor,
    num_correction_pairs: int = 10,
    max_evaluations: int = 100,
    preconditioner: LinearOperator | None = None,
    previous_result: OptimizerResult | None = None,
    jit_compile: bool | None = None,
) -> OptimizerResult:
    """Minimise a function by preconditioned L-BFGS with Armijo backtracking.

    The initial inverse Hessian is H0 = gamma P with gamma = s^T y / y^T P y of the newest pair.
    The chunks of a longer run, each given the result of the one before, make exactly the iterates
    of an undivided run.

    Deviation: Armijo backtracking from a unit step, not a Wolfe search, whose curvature condition
    float32 noise defeats on stiff objectives; a pair without positive curvature is not stored.

    Args:
        value_and_gradients_function: maps a position to (scalar value, gradient). It is traced,
            without AutoGraph (branches on tensors need tf.cond, or a tf.function around them);
            an object with `__tf_flatten__` shares its trace with others of equal metadata, whatever
            the size of the position.
        initial_position: float32 or float64 tensor of any shape.
        num_correction_pairs: pairs (s, y) remembered, at least 1.
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
    if num_correction_pairs < 1 or max_evaluations < 1:
        raise ValueError(
            f"num_correction_pairs = {num_correction_pairs}, max_evaluations = {max_evaluations}: "
            "both must be at least 1."
        )
    if previous_result is None:
        state = _initial_state(tf.convert_to_tensor(initial_position), num_correction_pairs)
    else:
        state = previous_result.state
    evaluate = compiled(value_and_gradients_function, state.position, jit_compile)
    precondition = preconditioner and compiled(preconditioner, state.gradient, jit_compile)
    last_evaluation = int(state.num_evaluations) + max_evaluations
    while int(state.num_evaluations) < last_evaluation and int(state.status) == _RUNNING:
        trial = state.position + state.step * state.direction
        value, gradient = evaluate(trial)
        state = state._replace(num_evaluations=state.num_evaluations + 1)
        promised = ARMIJO * state.step * state.slope
        if value <= state.value + promised and _is_finite(value, gradient):
            preconditioned = precondition(gradient) if precondition else gradient
            state = _accept(state, trial, value, gradient, preconditioned)
        else:
            state = _reject(state, value)
    return result_of(state)


def result_of(state: LbfgsState, stop_reason: StopReason | None = None) -> OptimizerResult:
    """Return the result that a state stands for, with its own reason to stop or the one given."""
    return OptimizerResult(
        position=state.position,
        value=state.value,
        gradient=state.gradient,
        num_evaluations=int(state.num_evaluations),
        num_iterations=max(int(state.num_iterations), 0),
        stop_reason=stop_reason or _REASONS[int(state.status)],
        state=state,
    )


def restarted(result: OptimizerResult) -> OptimizerResult:
    """Return a result to go on from with another objective of much the same curvature.

    The next evaluation is at the best position, where the new objective's value and gradient are
    not known; the correction pairs stay.

    Args:
        result: of a run that had at least one evaluation.

    Returns:
        The result to give as `previous_result`, together with the new objective.
    """
    state = result.state
    state = state._replace(
        value=tf.zeros_like(state.value) + float("inf"),
        direction=tf.zeros_like(state.direction),
        slope=tf.zeros_like(state.slope),
        step=tf.zeros_like(state.step),
        num_backtracks=tf.constant(0),
        status=tf.constant(_RUNNING),
    )
    return dataclasses.replace(result, state=state)


def inverse_hessian_coefficients(
    sy: tf.Tensor, ypy: tf.Tensor, sg: tf.Tensor, ypg: tf.Tensor, num_pairs: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the coefficients (gamma, a, b) of H g = gamma P g + sum_i a_i s_i + sum_i b_i P y_i.

    Source: Byrd, Nocedal and Schnabel 1994, eq. 2.6, for H0 = gamma P. Pairs not stored yet, the
    oldest `m - num_pairs`, get the coefficient 0.

    Args:
        sy: [m, m], s_i^T y_j.
        ypy: [m, m], y_i^T P y_j.
        sg: [m], s_i^T g.
        ypg: [m], y_i^T P g.
        num_pairs: int32 scalar, pairs stored.

    Returns:
        gamma, a [m], b [m].
    """
    m = sy.shape[0]
    missing = tf.cast(tf.range(m) < m - num_pairs, sy.dtype)
    upper = tf.linalg.band_part(sy, 0, -1) + tf.linalg.diag(missing)
    curvature = tf.linalg.diag_part(sy)
    gamma = tf.where(num_pairs > 0, tf.math.divide_no_nan(sy[-1, -1], ypy[-1, -1]), 1)
    u = tf.linalg.triangular_solve(upper, sg[:, None], lower=False)
    right = curvature[:, None] * u + gamma * (tf.matmul(ypy, u) - ypg[:, None])
    a = tf.linalg.triangular_solve(upper, right, lower=False, adjoint=True)
    return gamma, a[:, 0], -gamma * u[:, 0]


def _is_finite(value: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
    return tf.math.is_finite(value) & tf.reduce_all(tf.math.is_finite(gradient))


def _dot(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(a * b)


def _dots(vectors: tuple[tf.Tensor, ...], x: tf.Tensor) -> tf.Tensor:
    """Return inner products in float64: what is done with them is small, and ill-conditioned."""
    return tf.cast(tf.stack([_dot(v, x) for v in vectors]), tf.float64)


def _initial_state(position: tf.Tensor, num_pairs: int) -> LbfgsState:
    """Return the state before the first evaluation, whose trial is the position itself.

    Any finite value there is below the infinite one that it starts with, so it is accepted like
    that of any other trial.
    """
    zero = tf.zeros_like(position)
    scalar = tf.zeros([], position.dtype)
    matrix = tf.zeros([num_pairs, num_pairs], tf.float64)
    return LbfgsState(
        position=position,
        value=scalar + float("inf"),
        gradient=zero,
        preconditioned=zero,
        direction=zero,
        slope=scalar,
        step=scalar,
        num_backtracks=tf.constant(0),
        steps=(zero,) * num_pairs,
        changes=(zero,) * num_pairs,
        sy=matrix,
        ypy=matrix,
        num_pairs=tf.constant(0),
        num_evaluations=tf.constant(0),
        num_iterations=tf.constant(-1),
        status=tf.constant(_RUNNING),
    )


def _accept(
    state: LbfgsState,
    position: tf.Tensor,
    value: tf.Tensor,
    gradient: tf.Tensor,
    preconditioned: tf.Tensor,
) -> LbfgsState:
    """Move there, remember the pair, and choose the next direction."""
    s = position - state.position
    y = gradient - state.gradient
    if _dot(s, y) > MIN_CURVATURE * tf.sqrt(_dot(s, s) * _dot(y, y)):
        state = _remember(state, s, y, preconditioned - state.preconditioned)
    state = state._replace(
        position=position,
        value=value,
        gradient=gradient,
        preconditioned=preconditioned,
        num_iterations=state.num_iterations + 1,
        num_backtracks=tf.constant(0),
    )
    direction, slope = _quasi_newton(
        state.sy,
        state.ypy,
        state.num_pairs,
        state.steps,
        state.changes,
        gradient,
        preconditioned,
    )
    if slope < 0 and state.num_pairs > 0:
        return state._replace(direction=direction, slope=slope, step=tf.ones_like(slope))
    return _steepest(state)


def _remember(state: LbfgsState, s: tf.Tensor, y: tf.Tensor, py: tf.Tensor) -> LbfgsState:
    """Drop the oldest pair and append (s, y)."""
    steps = state.steps[1:] + (s,)
    changes = state.changes[1:] + (py,)
    sy, ypy = _next_matrices(state.sy, state.ypy, steps, changes, y)
    num_pairs = tf.minimum(state.num_pairs + 1, len(steps))
    return state._replace(steps=steps, changes=changes, sy=sy, ypy=ypy, num_pairs=num_pairs)


@shared_trace
def _next_matrices(
    sy: tf.Tensor,
    ypy: tf.Tensor,
    steps: tuple[tf.Tensor, ...],
    changes: tuple[tf.Tensor, ...],
    y: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the matrices of the pairs, the last of which, with this y, is new."""
    s_y, y_py = _dots(steps, y), _dots(changes, y)
    # The new column; of sy only the upper triangle is ever read, ypy is symmetric.
    sy = tf.concat([tf.pad(sy[1:, 1:], [[0, 1], [0, 0]]), s_y[:, None]], 1)
    ypy = tf.concat([ypy[1:, 1:], y_py[:-1, None]], 1)
    return sy, tf.concat([ypy, y_py[None]], 0)


@shared_trace
def _quasi_newton(
    sy: tf.Tensor,
    ypy: tf.Tensor,
    num_pairs: tf.Tensor,
    steps: tuple[tf.Tensor, ...],
    changes: tuple[tf.Tensor, ...],
    gradient: tf.Tensor,
    preconditioned: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the direction -H g, and the slope along it."""
    m = len(steps)  # A trace for all sizes does not know that of the matrices either.
    sy, ypy = tf.ensure_shape(sy, [m, m]), tf.ensure_shape(ypy, [m, m])
    sg, ypg = _dots(steps, gradient), _dots(changes, gradient)
    gamma, *weights = inverse_hessian_coefficients(sy, ypy, sg, ypg, num_pairs)
    product = tf.cast(gamma, preconditioned.dtype) * preconditioned
    for weight, vector in zip(tf.unstack(tf.concat(weights, 0)), steps + changes, strict=True):
        product += tf.cast(weight, vector.dtype) * vector
    return -product, -_dot(gradient, product)


def _steepest(state: LbfgsState) -> LbfgsState:
    """Forget the pairs and go down the preconditioned gradient, by a step of fixed size."""
    largest = tf.reduce_max(tf.abs(state.preconditioned))
    scale = tf.math.divide_no_nan(tf.constant(FIRST_STEP, largest.dtype), largest)
    direction = -scale * state.preconditioned
    slope = _dot(state.gradient, direction)
    is_flat = (state.status == _RUNNING) & ~(slope < 0)
    return state._replace(
        direction=direction,
        slope=slope,
        step=tf.ones_like(state.value),
        num_backtracks=tf.constant(0),
        num_pairs=tf.constant(0),
        sy=tf.zeros_like(state.sy),
        ypy=tf.zeros_like(state.ypy),
        steps=tuple(tf.zeros_like(s) for s in state.steps),
        changes=tuple(tf.zeros_like(c) for c in state.changes),
        status=tf.where(is_flat, _CONVERGED, state.status),
    )


def _reject(state: LbfgsState, value: tf.Tensor) -> LbfgsState:
    """Try a shorter step, or give up where the very first value is not finite."""
    if state.num_iterations < 0:
        return state._replace(value=value, status=tf.constant(_NOT_FINITE))
    return _backtrack(state, value)


def _backtrack(state: LbfgsState, value: tf.Tensor) -> LbfgsState:
    """Shorten the step to the minimum of the parabola through what is known, within bounds."""
    step, slope = state.step, state.slope
    rise = value - state.value - step * slope
    parabola = -slope * step * step / (2 * rise)
    shorter = tf.where(tf.math.is_finite(parabola), parabola, 0.1 * step)
    shorter = tf.clip_by_value(shorter, 0.1 * step, 0.5 * step)
    state = state._replace(step=shorter, num_backtracks=state.num_backtracks + 1)
    if state.num_backtracks < MAX_BACKTRACKS:
        return state
    if state.num_pairs > 0:
        return _steepest(state)
    return state._replace(status=tf.constant(_NO_DECREASE))
