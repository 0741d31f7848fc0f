"""Solvers on one objective: ours, plain L-BFGS, SciPy, TFP and PyTorch.

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
    Pair,
    find_squeezenet_weights,
    load_squeezenet,
    pair_objective,
    read_pairs,
)
from dpst import TransferConfig, images
from dpst.extractors import EmbeddedExtractor, Extractor
from dpst.looks.color_matching import match_colors
from dpst.methods.carriers import AS_PHOTO, solver_preconditioner
from dpst.methods.photo.objective import photo_objective
from dpst.optimizers import StopReason, lbfgs
from dpst.optimizers.registry import NUM_CORRECTION_PAIRS
from dpst.solving.levels import Level, plan_levels
from dpst.solving.objective import Objective
from dpst.solving.progress import Progress
from dpst.solving.solve import solve
from matting import GuidedFilter

Runs = dict[str, Callable[[peers.Trace], None]]

CHECKPOINTS = (25, 50, 100, 200)  # evaluations
BUDGET = CHECKPOINTS[-1]  # of every solver; plain L-BFGS runs on
PLAIN = "L-BFGS, plain"
SHIPPED = "**the same after a solve at half the size, as shipped**"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, help="folder of pairs; default: the sample in data/")
    parser.add_argument("--num_pairs", type=int, default=5, help="pairs taken from that folder")
    parser.add_argument("--size", type=int, default=350, help="longer side in pixels")
    parser.add_argument("--plain_evaluations", type=int, default=1000)
    parser.add_argument("--ours_only", action="store_true", help="leave the peers out")
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
        runs = our_runs(objective, pair, arguments.plain_evaluations)
        runs[SHIPPED] = partial(run_shipped, pair, extractor)
        if not arguments.ours_only:
            runs |= peer_runs(objective, pair.content_image)
        for name, run in runs.items():
            name, trace = traced(name, run)
            traces.setdefault(name, []).append(trace)
    names = ", ".join(pair.name for pair in pairs)
    title = f"{extractor_name}, {arguments.size} px, median of: {names}"
    plain_evaluations = arguments.plain_evaluations
    header = [
        title,
        "start",
        *(str(n) for n in (*CHECKPOINTS, plain_evaluations)),
        "evaluations",
        "s",
        "ms per evaluation",
        f"evaluations to plain's value after {plain_evaluations}",
    ]
    print_table(header, table_rows(traces, plain_evaluations))


def our_runs(objective: Objective, pair: Pair, plain_evaluations: int) -> Runs:
    """Run L-BFGS at one size with and without its preconditioner, from two starts."""
    content = pair.content_image
    matched = match_colors(content, pair.style_image, pair.pairing).apply(content).clip(0, 1)
    guided_filter = solver_preconditioner(content)
    preconditioned = partial(run_ours, objective, guided_filter, NUM_CORRECTION_PAIRS, BUDGET)
    plain_budget = max(plain_evaluations, BUDGET)
    plain = partial(run_ours, objective, None, peers.NUM_CORRECTION_PAIRS, plain_budget)
    return {
        PLAIN: partial(plain, content),
        "**L-BFGS, preconditioned**": partial(preconditioned, content),
        "**the same from the color-matched image**": partial(preconditioned, matched),
    }


def peer_runs(objective: Objective, start: np.ndarray) -> Runs:
    """Run the peers' solvers from the content image."""
    function = peers.numpy_function(objective, start.shape)
    function(start.ravel())  # traces and compiles
    return {
        "SciPy L-BFGS-B": partial(peers.run_scipy, function, start, BUDGET),
        "TFP `lbfgs_minimize`": partial(peers.run_tfp, function, start, BUDGET),
        "`torch.optim.LBFGS`, strong Wolfe": partial(peers.run_torch, function, start, BUDGET),
    }


def traced(name: str, run: Callable[[peers.Trace], None]) -> tuple[str, peers.Trace]:
    """Run a solver, if it is installed; return (name, trace)."""
    trace = peers.Trace()
    try:
        run(trace)
    except peers.BudgetSpent:
        pass
    except ImportError as error:
        name += f" (not installed: {error.name})"
    return name, trace


def run_ours(
    objective: Objective,
    preconditioner: GuidedFilter | None,
    num_correction_pairs: int,
    budget: int,
    start: np.ndarray,
    trace: peers.Trace,
) -> None:
    """Run in chunks of one evaluation, which make exactly the iterates of an undivided run."""
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


def run_shipped(pair: Pair, extractor: Extractor, trace: peers.Trace) -> None:
    """Run the coarse-to-fine solve of a transfer; a coarse evaluation counts by its pixels.

    Values are known after each chunk of evaluations, so an evaluation within one counts with the
    value before it.
    """
    config, size = TransferConfig(), pair.content_image.shape[:2]
    evaluations = plan_levels(size, max(size))[0].max_evaluations
    coarse = Level(images.fit_size(size, max(size) // 2), evaluations)
    pixels = (coarse.size[0] * coarse.size[1], size[0] * size[1])
    start = match_colors(pair.content_image, pair.style_image, pair.pairing)
    small = images.resize(pair.content_image, coarse.size)
    objective = pair_objective(pair, extractor, config)
    trace.add(float(objective.value(tf.constant(pair.content_image))))
    trace.restart_clock()
    done = 0.0

    def follow(progress: Progress) -> None:
        nonlocal done
        if progress.level == 0:
            done = progress.evaluations * pixels[0] / pixels[1]
            return
        while len(trace.best) < round(done + progress.evaluations) - 1:
            trace.add(trace.best[-1])
        trace.add(progress.loss)

    def build(content: np.ndarray) -> Objective:
        style_size = images.fit_size(pair.style_image.shape[:2], max(content.shape[:2]))
        style = images.resize(pair.style_image, style_size)
        return photo_objective(extractor, content, style, pair.pairing, config)

    levels = (coarse, Level(size, BUDGET))
    solve(
        pair.content_image, start.apply(small).clip(0, 1), levels, build, AS_PHOTO, callback=follow
    )


def table_rows(traces: dict[str, list[peers.Trace]], plain_evaluations: int) -> list[list[str]]:
    """Return a row for each solver, each figure the median over pairs."""
    plain = traces[PLAIN]
    goals = [trace.after(plain_evaluations) for trace in plain]
    num_columns = len(CHECKPOINTS) + 2
    rows = []
    for name, runs in traces.items():
        if not all(run.best for run in runs):
            rows.append([name, *["–"] * (num_columns + 4)])
            continue
        row = [name, f"{statistics.median(run.best[0] for run in runs):.4f}"]
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
    """Return the median and worst number of evaluations until a goal was reached."""
    num_never = sum(n == float("inf") for n in evaluations)
    if num_never == len(evaluations):
        return "never"
    worst = f"never on {num_never}" if num_never else f"at most {max(evaluations):.0f}"
    return f"{statistics.median(evaluations):.0f}, {worst}"


if __name__ == "__main__":
    main()
