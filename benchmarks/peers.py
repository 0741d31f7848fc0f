"""Peers' minimisers on a function of a flat array, with every evaluation noted."""

import time
from collections.abc import Callable

import numpy as np
import scipy.optimize
import tensorflow as tf

from dpst.solving.objective import Objective

NUM_CORRECTION_PAIRS = 10
NEVER = 10**9  # limits that a peer insists on and that must not end its run

ValueAndGradient = Callable[[np.ndarray], tuple[float, np.ndarray]]


class BudgetSpent(Exception):
    """Ends a peer that has no limit on evaluations."""


class Trace:
    """Best value after each evaluation of a run, and the seconds since its start."""

    def __init__(self) -> None:
        self.best: list[float] = []
        self.seconds: list[float] = []
        self.restart_clock()

    def restart_clock(self) -> None:
        """Count seconds from now."""
        self._start = time.perf_counter()

    def add(self, value: float) -> None:
        """Note one evaluation, of any value."""
        value = value if np.isfinite(value) else float("inf")
        self.best.append(min(value, self.best[-1]) if self.best else value)
        self.seconds.append(time.perf_counter() - self._start)

    def after(self, evaluations: int) -> float:
        """Return the best value after so many evaluations, or after the last."""
        return self.best[min(evaluations, len(self.best)) - 1]

    def first_at_most(self, value: float) -> float:
        """Return the evaluations until a value is reached; infinite if it never was."""
        return next((k for k, best in enumerate(self.best, 1) if best <= value), float("inf"))


def numpy_function(objective: Objective, shape: tuple[int, ...]) -> ValueAndGradient:
    """Return the objective as a function of a flat array of any float type, for peers."""
    evaluate = tf.function(lambda objective, image: objective(image), autograph=False)

    def value_and_gradient(flat: np.ndarray) -> tuple[float, np.ndarray]:
        image = tf.constant(flat.reshape(shape), tf.float32)
        value, gradient = evaluate(objective, image)
        return float(value), gradient.numpy().ravel().astype(flat.dtype)

    return value_and_gradient


def counted(function: ValueAndGradient, trace: Trace, budget: int) -> ValueAndGradient:
    """Return the function, noting each evaluation and ending the run after the last."""

    def evaluate(flat: np.ndarray) -> tuple[float, np.ndarray]:
        if len(trace.best) >= budget:
            raise BudgetSpent
        value, gradient = function(flat)
        trace.add(value)
        return value, gradient

    return evaluate


def run_scipy(function: ValueAndGradient, start: np.ndarray, budget: int, trace: Trace) -> None:
    """Run L-BFGS-B without bounds, with tolerances that never stop it."""
    scipy.optimize.minimize(
        counted(function, trace, budget),
        start.ravel().astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        options={
            "maxcor": NUM_CORRECTION_PAIRS,
            "ftol": 0,
            "gtol": 0,
            "maxiter": NEVER,
            "maxfun": NEVER,
        },
    )


def run_tfp(function: ValueAndGradient, start: np.ndarray, budget: int, trace: Trace) -> None:
    """Run TensorFlow Probability's L-BFGS, with its Hager-Zhang line search, eagerly."""
    from tensorflow_probability.python.optimizer import lbfgs_minimize

    evaluate = counted(function, trace, budget)

    def value_and_gradient(flat: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        value, gradient = evaluate(flat.numpy())
        return tf.constant(value, tf.float32), tf.constant(gradient)

    lbfgs_minimize(
        value_and_gradient,
        tf.constant(start.ravel()),
        num_correction_pairs=NUM_CORRECTION_PAIRS,
        tolerance=0,
        max_iterations=budget,
    )


def run_torch(function: ValueAndGradient, start: np.ndarray, budget: int, trace: Trace) -> None:
    """Run PyTorch's L-BFGS, which limits evaluations itself."""
    import torch

    evaluate = counted(function, trace, budget)
    flat = torch.from_numpy(start.ravel().copy()).requires_grad_()
    optimizer = torch.optim.LBFGS(
        [flat],
        max_iter=budget,
        max_eval=NEVER,
        tolerance_grad=0,
        tolerance_change=0,
        history_size=NUM_CORRECTION_PAIRS,
        line_search_fn="strong_wolfe",
    )

    def closure() -> torch.Tensor:
        value, gradient = evaluate(flat.detach().numpy())
        flat.grad = torch.from_numpy(gradient)
        return torch.tensor(value)

    optimizer.step(closure)
