"""Adam, against the algorithm as printed."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.optimizers import StopReason, adam
from tests.oracles.functions_to_minimize import Quadratic
from tests.oracles.naive_adam import naive_adam

START = np.array([1.0, -2.0, 0.5])


def bowl() -> Quadratic:
    return Quadratic(np.array([1.0, 10.0, 100.0]), np.array([0.3, 0.1, -0.2]))


@pytest.mark.parametrize("learning_rate", [0.02, 0.3])
@pytest.mark.parametrize("matrix", [np.eye(3), np.array([[2.0, 0.5, 0], [0.5, 1, 0], [0, 0, 0.1]])])
def test_positions_equal_the_printed_algorithm(learning_rate: float, matrix: np.ndarray) -> None:
    function = bowl()
    expected = naive_adam(function.gradient, START, learning_rate, 12, matrix, adam.EPSILON)
    result = None
    for position in expected:
        result = adam.minimize(
            function,
            tf.constant(START),
            learning_rate,
            max_evaluations=1,
            preconditioner=lambda g: tf.linalg.matvec(matrix, g),
            previous_result=result,
        )
        np.testing.assert_allclose(result.state.position, position, rtol=1e-12)
    assert result.num_iterations == 12


def test_best_position_is_kept_when_steps_overshoot() -> None:
    function = Quadratic(np.ones(1), np.zeros(1))
    result = adam.minimize(function, tf.constant([0.1]), learning_rate=1.0, max_evaluations=6)
    values = [
        float(
            adam.minimize(function, tf.constant([0.1]), learning_rate=1.0, max_evaluations=n).value
        )
        for n in range(1, 7)
    ]
    assert float(result.value) == min(values)
    assert values[1] == values[0]  # the first step goes to -0.9
    np.testing.assert_allclose(function(result.position)[0], result.value)


def test_a_step_does_not_depend_on_the_scale_of_the_function() -> None:
    positions = [
        adam.minimize(
            Quadratic(scale * np.ones(3), np.zeros(3)),
            tf.constant(START, tf.float32),
            max_evaluations=20,
        ).position
        for scale in (1e-9, 1.0, 1e6)
    ]
    # At 1e-9 epsilon, 1e-12, is some thousandths of the gradient.
    np.testing.assert_allclose(positions[0], positions[1], atol=2e-3)
    np.testing.assert_allclose(positions[2], positions[1], atol=1e-5)


def test_value_that_stops_being_finite_ends_the_run_with_the_best_position() -> None:
    def log_barrier(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        value = x[0] - 0.01 * tf.math.log(x[0] - 0.5)
        return value, 1 - 0.01 / (x - 0.5)

    result = adam.minimize(
        log_barrier, tf.constant(np.ones(1)), learning_rate=0.15, max_evaluations=30
    )
    assert result.stop_reason is StopReason.NOT_FINITE
    assert 1 < result.num_evaluations < 30
    assert result.num_iterations == result.num_evaluations - 2
    assert np.isfinite(result.value)
    np.testing.assert_allclose(log_barrier(result.position)[0], result.value)
    again = adam.minimize(log_barrier, result.position, previous_result=result)
    assert again.num_evaluations == result.num_evaluations
    np.testing.assert_array_equal(again.position, result.position)


def test_learning_rate_may_change_between_chunks_without_a_new_trace() -> None:
    traces = []

    def function(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        traces.append(x.shape)
        return tf.reduce_sum(x**2), 2 * x

    result, counts, values = None, [], []
    for rate in (0.3, 0.03, 0.003):
        result = adam.minimize(
            function, tf.constant(START), rate, max_evaluations=20, previous_result=result
        )
        counts.append(len(traces))
        values.append(float(result.value))
    assert counts[0] == counts[-1]
    assert values == sorted(set(values), reverse=True)


@pytest.mark.parametrize("learning_rate", [0.0, -1.0, float("inf"), float("nan")])
def test_wrong_learning_rate_is_an_error(learning_rate: float) -> None:
    with pytest.raises(ValueError, match="learning_rate = .* finite and above 0"):
        adam.minimize(bowl(), tf.constant(START), learning_rate=learning_rate)
