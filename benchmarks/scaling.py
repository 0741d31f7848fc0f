"""Cost of one solver evaluation against the number of pixels and the number of segments.

python -m benchmarks.scaling
"""

import argparse
import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks.timing import median_milliseconds, print_table
from benchmarks.workload import Pair, load_squeezenet, pair_objective, read_pairs
from dpst import TransferConfig, images
from dpst.extractors import Extractor
from dpst.methods.carriers import solver_preconditioner
from dpst.optimizers import lbfgs
from dpst.optimizers.registry import NUM_CORRECTION_PAIRS
from dpst.segmentation import Pairing
from dpst.solving.solve import CHUNK_EVALUATIONS

SEGMENTS_SIZE = 700  # longer side in pixels, for the rows that vary the segments
WAVE = 0.3  # how far a stripe's border swings, in stripes


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", default="0.1,0.25,0.5,1,2", help="sizes of the image")
    parser.add_argument("--segments", default="1,2,3,5,8", help="numbers of segments, at 700 px")
    parser.add_argument("--pairs", type=Path, help="folder of pairs; default: the sample in data/")
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    parser.add_argument("--rounds", type=int, default=5, help="chunks that count, of each")
    arguments = parser.parse_args()
    extractor, extractor_name = load_squeezenet(arguments.weights)
    original = read_pairs(arguments.pairs, 1)[0]
    sizes = [float(size) for size in arguments.megapixels.split(",")]
    numbers = [int(number) for number in arguments.segments.split(",")]

    by_size = [(pair := resized(original, size), chunk(pair, extractor)) for size in sizes]
    by_number = [(pair := striped(original, n), chunk(pair, extractor)) for n in numbers]
    rows = table_rows(by_size, arguments.rounds) + table_rows(by_number, arguments.rounds)
    print_table(
        (extractor_name, "MP", "segments", "ms", "ms per MP", "extra per added segment"), rows
    )


def resized(pair: Pair, megapixels: float) -> Pair:
    """Return the pair with so many pixels in the content photo."""
    height, width = pair.content_image.shape[:2]
    return pair.resized(max(height, width) * (1e6 * megapixels / (height * width)) ** 0.5)


def striped(pair: Pair, num_segments: int) -> Pair:
    """Return the pair at the size for segments, which are wavy vertical stripes in both photos."""
    pair = pair.resized(SEGMENTS_SIZE)
    pairing = Pairing(
        content_labels=stripes(pair.content_image.shape[:2], num_segments),
        style_labels=stripes(pair.style_image.shape[:2], num_segments),
        style_index=tuple(range(num_segments)),
        names=tuple(str(k) for k in range(num_segments)),
    )
    return dataclasses.replace(pair, pairing=pairing)


def stripes(size: images.Size, num_segments: int) -> np.ndarray:
    """Return int32 labels [height, width] of wavy vertical stripes."""
    y, x = np.mgrid[: size[0], : size[1]] / np.reshape(size, (2, 1, 1))
    labels = np.floor(num_segments * x + WAVE * np.sin(20 * y))
    return labels.clip(0, num_segments - 1).astype(np.int32)


def chunk(pair: Pair, extractor: Extractor) -> Callable[[], object]:
    """Return a chunk of the solver on a pair, past its first steps, always the same."""
    minimize = partial(
        lbfgs.minimize,
        pair_objective(pair, extractor, TransferConfig()),
        tf.constant(pair.content_image),
        num_correction_pairs=NUM_CORRECTION_PAIRS,
        max_evaluations=CHUNK_EVALUATIONS,
        preconditioner=solver_preconditioner(pair.content_image),
    )
    return partial(minimize, previous_result=minimize(previous_result=minimize()))


def table_rows(
    chunks: list[tuple[Pair, Callable[[], object]]], rounds: int
) -> list[tuple[str, ...]]:
    """Return a row for each pair, timed in turns; extra cost is relative to one segment."""
    calls = {str(k): call for k, (_, call) in enumerate(chunks)}
    times = [t / CHUNK_EVALUATIONS for t in median_milliseconds(calls, rounds).values()]
    numbers = [len(pair.pairing.style_index) for pair, _ in chunks]
    single = times[numbers.index(1)] if 1 in numbers else float("nan")
    rows: list[tuple[str, ...]] = []
    for (pair, _), milliseconds, number in zip(chunks, times, numbers, strict=True):
        height, width = pair.content_image.shape[:2]
        megapixels = height * width / 1e6
        extra = (milliseconds / single - 1) / max(number - 1, 1)
        rows.append(
            (
                f"{width}x{height}",
                f"{megapixels:.2f}",
                str(number),
                f"{milliseconds:.0f}",
                f"{milliseconds / megapixels:.0f}",
                f"{100 * extra:.1f} %" if number > 1 and extra == extra else "",
            )
        )
    return rows


if __name__ == "__main__":
    main()
