"""L-BFGS, against the textbook recursion and on functions that break careless minimisers."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.optimizers import StopReason, lbfgs
from tests.oracles.functions_to_minimize import Counted, Quadratic, rosenbrock
from tests.oracles.two_loop import Pairs, dense_bfgs, two_loop

START = np.array([-1.2, 1.0, -0.7, 0.4])


def random_pairs(num_pairs: int, size: int, seed: int) -> Pairs:
    """Pairs of positive curvature, some of them nearly orthogonal."""
    generator = np.random.default_rng(seed)
    pairs = []
    while len(pairs) < num_pairs:
        s, y = generator.normal(size=(2, size))
        pairs.append((s, y if s @ y > 0 else -y))
    return pairs


def positive_matrix(size: int, seed: int) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(size, size))
    return root @ root.T / size + 0.1 * np.eye(size)


def ill_conditioned(size: int = 50, condition: float = 1e5) -> Quadratic:
    generator = np.random.default_rng(0)
    basis = np.linalg.qr(generator.normal(size=(size, size)))[0]
    matrix = basis * np.geomspace(1, condition, size) @ basis.T
    return Quadratic(matrix, generator.normal(size=size))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("m", "num_pairs"), [(1, 1), (3, 1), (5, 5), (6, 4), (10, 0)])
def test_direction_equals_the_two_loop_recursion(m: int, num_pairs: int, seed: int) -> None:
    size = 12
    p = positive_matrix(size, seed)
    pairs = random_pairs(num_pairs, size, seed)
    gradient = np.random.default_rng(seed + 1).normal(size=size)
    s, y = np.zeros((2, m, size))  # pairs not stored yet are zeros, before the oldest
    for i, pair in enumerate(pairs):
        s[m - num_pairs + i], y[m - num_pairs + i] = pair
    gamma, a, b = lbfgs.inverse_hessian_coefficients(
        tf.constant(np.triu(s @ y.T)),
        tf.constant(y @ p @ y.T),
        tf.constant(s @ gradient),
        tf.constant(y @ p @ gradient),
        tf.constant(num_pairs),
    )
    product = gamma.numpy() * (p @ gradient) + a.numpy() @ s + b.numpy() @ (y @ p)

    s_last, y_last = pairs[-1] if pairs else (gradient, gradient)
    expected_gamma = (s_last @ y_last) / (y_last @ p @ y_last) if pairs else 1.0
    np.testing.assert_allclose(gamma, expected_gamma, rtol=1e-12)
    expected = two_loop(gradient, pairs, lambda q: expected_gamma * (p @ q))
    scale = np.abs(expected).max()
    np.testing.assert_allclose(product / scale, expected / scale, atol=1e-9)
    dense = dense_bfgs(pairs, expected_gamma * p) @ gradient
    np.testing.assert_allclose(product / scale, dense / scale, atol=1e-9)


@pytest.mark.parametrize(("num_correction_pairs", "seed"), [(1, 0), (4, 0), (20, 1)])
def test_run_equals_a_naive_one(num_correction_pairs: int, seed: int) -> None:
    """The accepted positions, with the directions from the textbook recursion."""
    p = positive_matrix(6, seed)
    function = Quadratic(positive_matrix(6, seed + 7), np.ones(6))
    x = np.random.default_rng(seed).normal(size=6)

    def value(x: np.ndarray) -> float:
        return (x - 1) @ function.gradient(x) / 2

    result = lbfgs.minimize(
        function,
        tf.constant(x),
        num_correction_pairs,
        max_evaluations=14,
        preconditioner=lambda g: tf.linalg.matvec(p, g),
    )

    gradient = function.gradient(x)
    direction = -8 / 255 / np.abs(p @ gradient).max() * (p @ gradient)
    pairs: Pairs = []
    step, num_iterations = 1.0, 0
    for _ in range(13):
        slope = gradient @ direction
        trial = x + step * direction
        if value(trial) > value(x) + 1e-4 * step * slope:
            parabola = -slope * step**2 / (2 * (value(trial) - value(x) - step * slope))
            step = np.clip(parabola, 0.1 * step, 0.5 * step)
            continue
        pairs.append((trial - x, function.gradient(trial) - gradient))
        pairs = pairs[-num_correction_pairs:]
        x, gradient = trial, function.gradient(trial)
        s, y = pairs[-1]
        gamma = (s @ y) / (y @ p @ y)
        direction = -two_loop(gradient, pairs, lambda q, gamma=gamma: gamma * (p @ q))
        step, num_iterations = 1.0, num_iterations + 1
    np.testing.assert_allclose(result.position, x, rtol=1e-7, atol=1e-9)
    assert result.num_iterations == num_iterations


@pytest.mark.parametrize("jit_compile", [False, True])
def test_rosenbrock_is_solved(jit_compile: bool) -> None:
    result = lbfgs.minimize(
        rosenbrock, tf.constant(START), max_evaluations=150, jit_compile=jit_compile
    )
    np.testing.assert_allclose(result.position, np.ones(4), atol=1e-6)


def test_preconditioner_makes_an_ill_conditioned_function_easy() -> None:
    function = ill_conditioned()
    inverse = tf.constant(np.linalg.inv(function.matrix))
    options = {"initial_position": tf.constant(np.zeros(50)), "max_evaluations": 40}
    plain = lbfgs.minimize(function, **options)
    preconditioned = lbfgs.minimize(
        function, preconditioner=lambda g: tf.linalg.matvec(inverse, g), **options
    )
    start = float(function(options["initial_position"])[0])
    assert float(plain.value) < 0.05 * start
    assert float(preconditioned.value) < 1e-12 * start


def test_ill_conditioned_function_is_solved_in_the_end() -> None:
    function = ill_conditioned(condition=1e3)
    start = tf.constant(np.zeros(50))
    result = lbfgs.minimize(function, start, max_evaluations=400)
    assert float(result.value) < 1e-10 * float(function(start)[0])


def test_value_of_accepted_steps_never_increases() -> None:
    result, values = None, []
    for _ in range(60):
        result = lbfgs.minimize(
            rosenbrock, tf.constant(START), max_evaluations=1, previous_result=result
        )
        values.append(float(result.value))
    assert values == sorted(values, reverse=True)
    assert result.num_iterations < 59  # some trials were turned down


@pytest.mark.parametrize("sign", [1, -1])
def test_trial_values_that_are_not_finite_are_backed_off(sign: int) -> None:
    """x - 0.01 log(x - 0.5) is NaN below 0.5, where a unit step from 1 easily leads.

    With the other sign it is minus infinity at 0.5, which is no minimum to accept.
    """

    def function(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        if sign < 0:
            outside = x[0] < 0.9
            value = tf.where(outside, tf.constant(-np.inf, x.dtype), tf.reduce_sum(x**2))
            return value, 2 * x
        return x[0] - 0.01 * tf.math.log(x[0] - 0.5), 1 - 0.01 / (x - 0.5)

    counted = Counted(function)
    result = lbfgs.minimize(counted, tf.constant(np.ones(1)), max_evaluations=60, jit_compile=False)
    assert not np.isfinite(counted.values).all()
    assert np.isfinite(result.value)
    assert np.isfinite(result.gradient).all()
    expected = 0.51 if sign > 0 else 0.9
    np.testing.assert_allclose(result.position, [expected], atol=1e-4 if sign > 0 else 0.02)


def test_trial_with_a_gradient_that_is_not_finite_is_backed_off() -> None:
    def function(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        bad = tf.constant(np.nan, x.dtype)
        return tf.reduce_sum(x**2), tf.where(x < 0.9, bad, 2 * x)

    result = lbfgs.minimize(function, tf.constant(np.ones(1)), max_evaluations=60)
    assert np.isfinite(result.gradient).all()
    assert 0.9 <= float(result.position[0]) < 0.95


def test_pair_without_positive_curvature_is_not_stored() -> None:
    """From the top of a hill, cos(x), the first steps see negative curvature."""

    def function(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.reduce_sum(tf.cos(x)), -tf.sin(x)

    start, result = tf.constant(np.array([0.1, 0.15])), None
    num_pairs = []
    for _ in range(150):
        result = lbfgs.minimize(function, start, max_evaluations=1, previous_result=result)
        num_pairs.append(int(result.state.num_pairs))
        curvature = np.diag(result.state.sy)
        assert (curvature >= 0).all()
        if result.stop_reason is not StopReason.MAX_EVALUATIONS:
            break
    assert num_pairs[:10] == [0] * 10
    assert max(num_pairs) > 0
    np.testing.assert_allclose(result.value, -2)


def test_first_step_changes_no_element_by_more_than_8_grey_levels() -> None:
    function = Quadratic(np.array([1e6, 1.0, 1e-3]), np.zeros(3))
    start = np.array([0.5, 0.2, 0.1])
    positions = [start]
    for scale in (1e-8, 1.0):
        scaled = Quadratic(scale * function.matrix, function.minimum)
        result = lbfgs.minimize(scaled, tf.constant(start), max_evaluations=2)
        positions.append(result.position.numpy())
        np.testing.assert_allclose(np.abs(result.position - start).max(), 8 / 255, rtol=1e-9)
    np.testing.assert_allclose(positions[1], positions[2])


def test_a_kink_that_no_step_improves_ends_the_run() -> None:
    def wrong_way(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.reduce_sum(tf.abs(x)), -tf.ones_like(x)

    result = lbfgs.minimize(wrong_way, tf.constant(np.zeros(2)), max_evaluations=100)
    assert result.stop_reason is StopReason.NO_DECREASE
    assert result.num_evaluations == 1 + lbfgs.MAX_BACKTRACKS
    np.testing.assert_array_equal(result.position, np.zeros(2))


def test_correction_pairs_below_1_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"num_correction_pairs = 0.*at least 1"):
        lbfgs.minimize(rosenbrock, tf.constant(START), num_correction_pairs=0)
