"""Solvers on one objective, from one start: ours, plain L-BFGS, SciPy, TFP and PyTorch.

python -m benchmarks.solvers --pairs=../shared/pairs
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks import peers
from benchmarks.timing import print_table
from benchmarks.workload import (
    find_squeezenet_weights,
    load_squeezenet,
    pair_objective,
    read_pairs,
)
from dpst import TransferConfig
from dpst.extractors import EmbeddedExtractor, Extractor
from dpst.objective import Objective
from dpst.optimizers import StopReason, lbfgs
from dpst.pyramid import NUM_CORRECTION_PAIRS, solver_preconditioner
from matting import GuidedFilter

CHECKPOINTS = (25, 50, 100, 200)  # evaluations; plain L-BFGS runs on
PLAIN = "L-BFGS, plain"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, help="folder of pairs; default: the sample in data/")
    parser.add_argument("--num_pairs", type=int, default=5, help="pairs taken from that folder")
    parser.add_argument("--size", type=int, default=350, help="longer side in pixels")
    parser.add_argument("--plain_evaluations", type=int, default=1000)
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    arguments = parser.parse_args()
    extractor: Extractor
    if find_squeezenet_weights(arguments.weights) is None:
        extractor, extractor_name = EmbeddedExtractor(), "embedded extractor (no SqueezeNet found)"
    else:
        extractor, extractor_name = load_squeezenet(arguments.weights)
    pairs = read_pairs(arguments.pairs, arguments.num_pairs)
    traces: dict[str, list[peers.Trace]] = {}
    for pair in (pair.resized(arguments.size) for pair in pairs):
        objective = pair_objective(pair, extractor, TransferConfig())
        for name, trace in run_all(objective, pair.content_image, arguments.plain_evaluations):
            traces.setdefault(name, []).append(trace)
    names = ", ".join(pair.name for pair in pairs)
    title = f"{extractor_name}, {arguments.size} px, median of: {names}"
    plain_evaluations = arguments.plain_evaluations
    header = [
        title,
        *(str(n) for n in (*CHECKPOINTS, plain_evaluations)),
        "evaluations",
        "s",
        "ms per evaluation",
        f"evaluations to plain's value after {plain_evaluations}",
    ]
    print_table(header, table_rows(traces, plain_evaluations))


def run_all(
    objective: Objective, start: np.ndarray, plain_evaluations: int
) -> list[tuple[str, peers.Trace]]:
    """Run every solver that is installed; (name, trace) of each."""
    budget = CHECKPOINTS[-1]
    function = peers.numpy_function(objective, start.shape)
    function(start.ravel())  # traces and compiles
    guided_filter = solver_preconditioner(start)
    runs: dict[str, Callable[[peers.Trace], None]] = {
        PLAIN: partial(
            run_ours,
            objective,
            start,
            None,
            peers.NUM_CORRECTION_PAIRS,
            max(plain_evaluations, budget),
        ),
        "**L-BFGS, preconditioned**": partial(
            run_ours, objective, start, guided_filter, NUM_CORRECTION_PAIRS, budget
        ),
        "SciPy L-BFGS-B": partial(peers.run_scipy, function, start, budget),
        "TFP `lbfgs_minimize`": partial(peers.run_tfp, function, start, budget),
        "`torch.optim.LBFGS`, strong Wolfe": partial(peers.run_torch, function, start, budget),
    }
    results = []
    for name, run in runs.items():
        trace = peers.Trace()
        try:
            run(trace)
        except peers.BudgetSpent:
            pass
        except ImportError as error:
            name += f" (not installed: {error.name})"
        results.append((name, trace))
    return results


def run_ours(
    objective: Objective,
    start: np.ndarray,
    preconditioner: GuidedFilter | None,
    num_correction_pairs: int,
    budget: int,
    trace: peers.Trace,
) -> None:
    """Chunks of one evaluation each make exactly the iterates of an undivided run."""
    minimize = partial(
        lbfgs.minimize,
        objective,
        tf.constant(start),
        num_correction_pairs=num_correction_pairs,
        max_evaluations=1,
        preconditioner=preconditioner,
    )
    minimize()  # traces and compiles
    trace.restart_clock()
    result = None
    while len(trace.best) < budget:
        result = minimize(previous_result=result)
        trace.add(float(result.value))
        if result.stop_reason is not StopReason.MAX_EVALUATIONS:
            return


def table_rows(traces: dict[str, list[peers.Trace]], plain_evaluations: int) -> list[list[str]]:
    """A row a solver, each figure the median over pairs."""
    plain = traces[PLAIN]
    goals = [trace.after(plain_evaluations) for trace in plain]
    starts = f"{statistics.median(trace.best[0] for trace in plain):.4f}"
    num_columns = len(CHECKPOINTS) + 1
    rows = [["start", *[starts] * num_columns, "", "", "", ""]]
    for name, runs in traces.items():
        if not all(run.best for run in runs):
            rows.append([name, *["–"] * (num_columns + 4)])
            continue
        row = [name]
        for evaluations in CHECKPOINTS:
            row.append(f"{statistics.median(run.after(evaluations) for run in runs):.4f}")
        row.append(f"{statistics.median(goals):.4f}" if name == PLAIN else "")
        row.append(f"{statistics.median(len(run.best) for run in runs):.0f}")
        row.append(f"{statistics.median(run.seconds[-1] for run in runs):.1f}")
        each = [1e3 * run.seconds[-1] / len(run.best) for run in runs]
        row.append(f"{statistics.median(each):.0f}")
        row.append(reached([r.first_at_most(g) for r, g in zip(runs, goals, strict=True)]))
        rows.append(row)
    return rows


def reached(evaluations: Sequence[float]) -> str:
    """Median and worst number of evaluations until a goal was reached."""
    num_never = sum(n == float("inf") for n in evaluations)
    if num_never == len(evaluations):
        return "never"
    worst = f"never on {num_never}" if num_never else f"at most {max(evaluations):.0f}"
    return f"{statistics.median(evaluations):.0f}, {worst}"


if __name__ == "__main__":
    main()
