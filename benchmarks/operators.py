"""Cost of the linear operators, ours and peers', against one evaluation of the objective.

python -m benchmarks.operators --sizes=350,700
"""

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks.timing import gigabytes, median_milliseconds, print_table
from benchmarks.workload import (
    Pair,
    load_squeezenet,
    pair_objective,
    read_pairs,
    scaled_size,
)
from dpst import TransferConfig, images
from dpst.extractors import Extractor
from dpst.losses import photorealism_loss
from dpst.methods.carriers import solver_preconditioner
from dpst.solving.objective import ImageTerm, Objective
from matting import GuidedFilter, MattingLaplacian

Calls = dict[str, Callable[[], object]]

SCIPY = "L x: SciPy CSR, float64"
SPARSE_TENSOR = "L x: `tf.sparse.sparse_dense_matmul`"
STENCIL = "**L x: stencil**"
TERM = "**photorealism term, value and gradient**"
FILTER = "**preconditioner (guided filter)**"
NETWORK = "photo objective without it, value and gradient"
PYMATTING = "build L: PyMatting `cf_laplacian`"
BUILD = "**build L**"
BUILD_FILTER = "**build the preconditioner**"
BUILD_ROUNDS = 7


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="350,700", help="longer sides in pixels")
    parser.add_argument("--pairs", type=Path, help="folder of pairs; default: the sample in data/")
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    parser.add_argument("--rounds", type=int, default=15, help="calls that count, of each")
    parser.add_argument("--megapixels", type=float, default=12.0, help="of the large Laplacian")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    original = read_pairs(arguments.pairs, 1)[0]
    large = measure_large_laplacian(original.content_image, arguments.megapixels)
    extractor, extractor_name = load_squeezenet(arguments.weights)
    header, columns = [f"milliseconds, {extractor_name}"], []
    for size in sizes:
        pair = original.resized(size)
        height, width = pair.content_image.shape[:2]
        header.append(f"{width}x{height}")
        columns.append(measure(pair, extractor, arguments.rounds))
    print_table(header, table_rows(columns))
    print(large)


def measure(pair: Pair, extractor: Extractor, rounds: int) -> dict[str, float]:
    """Return the median milliseconds of everything at the pair's size."""
    laplacian = MattingLaplacian.from_image(pair.content_image)
    calls = operator_calls(pair, laplacian) | evaluation_calls(pair, laplacian, extractor)
    milliseconds = median_milliseconds(calls, rounds)
    return milliseconds | median_milliseconds(build_calls(pair.content_image), BUILD_ROUNDS)


def operator_calls(pair: Pair, laplacian: MattingLaplacian) -> Calls:
    """Return L x in three forms, and the preconditioner, on an image with all that L penalises."""
    x = tf.constant(np.random.default_rng(0).random(pair.content_image.shape, np.float32))
    flat = tf.reshape(x, [-1, 3])
    flat_array = flat.numpy().astype(np.float64)
    matrix, sparse_tensor = laplacian.to_scipy(), laplacian.to_sparse_tensor()
    preconditioner = solver_preconditioner(pair.content_image)
    return {
        SCIPY: lambda: matrix @ flat_array,
        SPARSE_TENSOR: lambda: tf.sparse.sparse_dense_matmul(sparse_tensor, flat),
        STENCIL: lambda: laplacian.matvec(x),
        FILTER: lambda: apply(preconditioner, x),
    }


def evaluation_calls(pair: Pair, laplacian: MattingLaplacian, extractor: Extractor) -> Calls:
    """Return values and gradients of the photorealism term, and of all the others together."""
    config = TransferConfig(photorealism_weight=0.0)
    objective = pair_objective(pair, extractor, config)
    weight = TransferConfig().photorealism_weight
    term = ImageTerm("photorealism", photorealism_loss, laplacian, weight)
    term_alone = Objective(extractor, (term,))
    image = tf.constant(pair.content_image)
    return {
        TERM: lambda: evaluate(term_alone, image),
        NETWORK: lambda: evaluate(objective, image),
    }


def build_calls(content_image: np.ndarray) -> Calls:
    """Return what makes each operator from an image."""
    calls: Calls = {
        BUILD: lambda: MattingLaplacian.from_image(content_image),
        BUILD_FILTER: lambda: solver_preconditioner(content_image),
    }
    try:
        from pymatting import cf_laplacian
    except ImportError:
        return calls
    exact = content_image.astype(np.float64)
    return {PYMATTING: lambda: cf_laplacian(exact), **calls}


@tf.function(autograph=False)
def apply(operator: GuidedFilter, x: tf.Tensor) -> tf.Tensor:
    """Return the operator times x, computed in a graph as within the solver."""
    return operator(x)


@tf.function(autograph=False)
def evaluate(objective: Objective, image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return (value, gradient), computed in a graph as within the solver."""
    return objective(image)


def table_rows(columns: Sequence[dict[str, float]]) -> list[list[str]]:
    """Return rows of times, then of ratios, with a column for each size."""

    def times(name: str) -> list[str]:
        return [name, *(f"{c[name]:.1f}" if name in c else "not installed" for c in columns)]

    def shares(name: str, part: str, whole: str) -> list[str]:
        percents = (f"{100 * c[part] / c[whole]:.0f} %" if whole in c else "–" for c in columns)
        return [name, *percents]

    names = [SCIPY, SPARSE_TENSOR, STENCIL, TERM, FILTER, NETWORK, PYMATTING, BUILD, BUILD_FILTER]
    return [
        *map(times, names),
        shares("preconditioner, share of an evaluation", FILTER, NETWORK),
        shares("photorealism term, share of an evaluation", TERM, NETWORK),
        shares("stencil, share of SciPy's time", STENCIL, SCIPY),
        shares("build L, share of PyMatting's time", BUILD, PYMATTING),
    ]


def measure_large_laplacian(content_image: np.ndarray, megapixels: float) -> str:
    """Build the Laplacian of a large image in a process of its own; return a line about it."""
    height, width = content_image.shape[:2]
    longer_side = max(height, width) * (1e6 * megapixels / (height * width)) ** 0.5
    size = scaled_size((height, width), longer_side)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, peak = pool.submit(_build_large, content_image, size).result()
    return (
        f"\nBuilding L of {size[1]}x{size[0]} ({megapixels:g} MP) in a process of its own: "
        f"{seconds:.1f} s, peak memory of the process {peak:.2f} GB."
    )


def _build_large(content_image: np.ndarray, size: images.Size) -> tuple[float, float]:
    """Run in the child; return (seconds, peak GB)."""
    enlarged = images.resize(content_image, size)
    start = time.perf_counter()
    MattingLaplacian.from_image(enlarged)
    seconds = time.perf_counter() - start
    return seconds, gigabytes(resource.getrusage(resource.RUSAGE_SELF))


if __name__ == "__main__":
    main()
