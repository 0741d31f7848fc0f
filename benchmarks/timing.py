"""Fair timing of rivals, peak memory, and Markdown tables."""

import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence

WARM_UPS = 2  # the first call traces and compiles


def median_milliseconds(
    functions: Mapping[str, Callable[[], object]], rounds: int = 15
) -> dict[str, float]:
    """Time functions in turns, so that other load on the machine falls on all of them alike.

    Args:
        functions: what to call, by name; each must have finished its work when it returns, as
            TensorFlow's do on a CPU.
        rounds: calls of each function that count, at least 1.

    Returns:
        Median milliseconds per call, by name.
    """
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for done in range(-WARM_UPS, rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            if done >= 0:
                seconds[name].append(time.perf_counter() - start)
    return {name: 1e3 * statistics.median(values) for name, values in seconds.items()}


def gigabytes(usage: resource.struct_rusage) -> float:
    """Return the peak resident memory of a process, in GB (1e9 bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 1e9


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table; all columns but the first are aligned to the right."""
    rule = ["---", *("---:" for _ in header[1:])]
    for row in (header, rule, *rows):
        print("| " + " | ".join(row) + " |")
