"""What every optimizer keeps to, so that they can be exchanged and resumed."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf

from dpst.optimizers import OptimizerResult, StopReason, adam, lbfgs
from matting import GuidedFilter
from tests.oracles.functions_to_minimize import Counted, Quadratic, rosenbrock

Minimize = Callable[..., OptimizerResult]
START = np.array([-1.2, 1.0, -0.7, 0.4])

pytestmark = pytest.mark.parametrize("minimize", [lbfgs.minimize, adam.minimize])


def bowl(seed: int = 0) -> Quadratic:
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(4, 4))
    return Quadratic(root @ root.T + np.eye(4), generator.normal(size=4))


@functools.cache
def counted_bowl() -> Counted:
    """The same function each time, since another one is traced anew."""
    return Counted(bowl())


def chunked(minimize: Minimize, function: Callable, sizes: list[int], **options) -> OptimizerResult:
    result = None
    for size in sizes:
        result = minimize(
            function, tf.constant(START), max_evaluations=size, previous_result=result, **options
        )
    return result


def leaves(result: OptimizerResult) -> list[np.ndarray]:
    return [np.asarray(tensor) for tensor in tf.nest.flatten(result.state)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_result_is_consistent(minimize: Minimize, dtype: str) -> None:
    start = tf.constant(START, dtype)
    result = minimize(rosenbrock, start, max_evaluations=30)
    value, gradient = rosenbrock(result.position)
    assert result.position.shape == start.shape
    assert result.position.dtype == result.gradient.dtype == start.dtype
    np.testing.assert_allclose(result.value, value, rtol=1e-5)
    np.testing.assert_allclose(result.gradient, gradient, rtol=1e-4, atol=1e-4)
    assert result.num_evaluations == 30
    assert 0 < result.num_iterations < 30
    assert result.stop_reason is StopReason.MAX_EVALUATIONS


def test_initial_position_may_be_an_array_of_any_shape(minimize: Minimize) -> None:
    target = np.random.default_rng(0).random((2, 3, 4))

    def function(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.reduce_sum(tf.square(x - target)), 2 * (x - target)

    start = np.zeros((2, 3, 4))
    result = minimize(function, start, max_evaluations=100)
    np.testing.assert_allclose(result.position, target, atol=0.05)
    assert not start.any()


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_chunks_equal_one_run_bit_for_bit(minimize: Minimize, size: int, jit_compile: bool) -> None:
    whole = minimize(rosenbrock, tf.constant(START), max_evaluations=42, jit_compile=jit_compile)
    parts = chunked(minimize, rosenbrock, [size] * (42 // size), jit_compile=jit_compile)
    for part, expected in zip(leaves(parts), leaves(whole), strict=True):
        np.testing.assert_array_equal(part, expected)
    assert parts.num_evaluations == whole.num_evaluations == 42
    assert parts.num_iterations == whole.num_iterations


def test_compiled_run_makes_the_same_iterates(minimize: Minimize) -> None:
    plain, compiled = (
        minimize(rosenbrock, tf.constant(START), max_evaluations=25, jit_compile=jit_compile)
        for jit_compile in (False, True)
    )
    np.testing.assert_allclose(compiled.position, plain.position, rtol=1e-8)
    np.testing.assert_allclose(compiled.value, plain.value, rtol=1e-8)
    assert compiled.num_iterations == plain.num_iterations


@pytest.mark.parametrize("budgets", [[1], [2], [17], [1, 1, 5], [60, 60, 60]])
def test_evaluations_are_counted_and_never_exceed_the_budget(
    minimize: Minimize, budgets: list[int]
) -> None:
    function = counted_bowl()
    function.values.clear()
    result = None
    for budget in budgets:
        before = len(function.values)
        result = minimize(
            function,
            tf.constant(START),
            max_evaluations=budget,
            previous_result=result,
            jit_compile=False,
        )
        assert len(function.values) - before <= budget
        assert result.num_evaluations == len(function.values)
    if result.stop_reason is StopReason.MAX_EVALUATIONS:
        assert result.num_evaluations == sum(budgets)


def test_result_is_the_best_of_the_run(minimize: Minimize) -> None:
    function, result, values = Counted(rosenbrock), None, []
    for _ in range(25):
        result = minimize(
            function,
            tf.constant(START),
            max_evaluations=2,
            previous_result=result,
            jit_compile=False,
        )
        values.append(float(result.value))
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.5 * function.values[0]
    if minimize is adam.minimize:
        assert values[-1] == min(function.values)


def test_start_at_the_minimum_converges_at_once(minimize: Minimize) -> None:
    function = bowl()
    result = minimize(function, tf.constant(function.minimum), max_evaluations=10)
    assert result.stop_reason is StopReason.CONVERGED
    assert (result.num_evaluations, result.num_iterations) == (1, 0)
    np.testing.assert_array_equal(result.position, function.minimum)
    again = minimize(function, result.position, max_evaluations=10, previous_result=result)
    assert again.stop_reason is StopReason.CONVERGED
    assert again.num_evaluations == 1


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
@pytest.mark.parametrize("in_gradient", [False, True])
def test_start_that_is_not_finite_is_reported(
    minimize: Minimize, bad: float, in_gradient: bool
) -> None:
    def function(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        if in_gradient:
            return tf.reduce_sum(x), tf.concat([x[1:], tf.constant([bad], x.dtype)], 0)
        return tf.reduce_sum(x) * bad, x

    result = minimize(function, tf.constant(np.ones(4)), max_evaluations=10)
    assert result.stop_reason is StopReason.NOT_FINITE
    assert result.num_evaluations == 1
    np.testing.assert_array_equal(result.position, np.ones(4))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_identity_matrix_as_preconditioner_changes_nothing(
    minimize: Minimize, jit_compile: bool
) -> None:
    options = {"max_evaluations": 20, "jit_compile": jit_compile}
    plain = minimize(rosenbrock, tf.constant(START), **options)
    result = minimize(rosenbrock, tf.constant(START), preconditioner=lambda x: 1.0 * x, **options)
    np.testing.assert_allclose(result.position, plain.position, rtol=1e-9)


def test_functions_and_preconditioners_of_one_structure_share_a_trace(minimize: Minimize) -> None:
    traces = []

    class Distance:
        """Squared distance from a target, a structure that `tf.function` looks into."""

        def __init__(self, target: tf.Tensor) -> None:
            self.target = target

        def __call__(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            traces.append(x.shape)
            return tf.reduce_sum(tf.square(x - self.target)), 2 * (x - self.target)

        def __tf_flatten__(self) -> tuple[tuple, tuple]:
            return (), (self.target,)

        @classmethod
        def __tf_unflatten__(cls, metadata: tuple, components: tuple) -> Distance:
            return cls(*components)

    counts = []
    for seed in range(3):
        image = np.random.default_rng(seed).random((6, 5, 3)).astype(np.float32)
        target = tf.constant(image[::-1])
        smoother = GuidedFilter.from_image(image, [3.0], identity=0.1)
        result = minimize(
            Distance(target), tf.constant(image), max_evaluations=30, preconditioner=smoother
        )
        assert float(result.value) < 0.5 * float(tf.reduce_sum(tf.square(image - target)))
        counts.append(len(traces))
    assert counts[0] == counts[-1]


def test_budget_below_1_is_an_error(minimize: Minimize) -> None:
    with pytest.raises(ValueError, match=r"max_evaluations = 0.*at least 1"):
        minimize(rosenbrock, tf.constant(START), max_evaluations=0)


def test_restarted_run_goes_on_with_another_objective(minimize: Minimize) -> None:
    first, second = bowl(), Counted(rosenbrock)
    result = minimize(first, tf.constant(START), max_evaluations=10, jit_compile=False)
    start = float(rosenbrock(result.position)[0])
    restarted = {lbfgs.minimize: lbfgs.restarted, adam.minimize: adam.restarted}[minimize](result)
    again = minimize(
        second,
        tf.constant(START),
        max_evaluations=150,
        previous_result=restarted,
        jit_compile=False,
    )
    if minimize is lbfgs.minimize:
        assert second.values[0] == start
    assert again.num_evaluations <= 160 and len(second.values) > 20
    # What the first objective was there says nothing about the second.
    assert float(again.value) < start
    np.testing.assert_allclose(rosenbrock(again.position)[0], again.value)


def test_equal_functions_traced_anew_give_equal_bits(minimize: Minimize) -> None:
    generator = np.random.default_rng(0)
    image = tf.constant(generator.random((60, 80, 3)).round(1), tf.float32)
    shapes = [(3, 3, 3, 32), (1, 1, 32, 16), (3, 3, 16, 32)]
    kernels = [tf.constant(0.2 * generator.normal(size=shape), tf.float32) for shape in shapes]

    def energy(x: tf.Tensor) -> tf.Tensor:
        y = x[None]
        layers = []
        for kernel in kernels:
            y = tf.nn.relu(tf.nn.conv2d(y, kernel, 1, "VALID"))
            # Where four windows meet, the kernel that computes it chooses how their gradients sum.
            y = tf.nn.max_pool2d(tf.pad(y, [(0, 0), (1, 0), (1, 0), (0, 0)]), 3, 2, "VALID")
            layers.append(tf.reduce_mean(tf.square(y)))
        return tf.add_n(layers)

    results = set()
    for _ in range(10):

        def function(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = energy(x)
            return value, tape.gradient(value, x)

        results.add(minimize(function, image, max_evaluations=4).position.numpy().tobytes())
    assert len(results) == 1
