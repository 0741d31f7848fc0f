"""Memory of one process that runs many pairs: does it grow?

`python -m benchmarks.memory_growth --num_pairs=200 --size=128` prints the resident memory every ten
pairs, and by how much it grew after the first 20. `--many_sizes` gives each pair another size;
other flags are those of `run.py`, for each pair.
"""

import argparse
import csv
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from dpst.batch.job import Job
from dpst.batch.job_run import run_job
from dpst.cli.flags import flag_roles
from dpst.cli.run_jobs import run_job_flags

SETTLED = 20  # pairs after which nothing may grow
STATUS = Path("/proc/self/statm")  # of Linux


def resident_megabytes() -> float:
    """Return the memory that this process holds, as Linux tells it."""
    return int(STATUS.read_text().split()[1]) * 4096 / 1e6


def measure(
    folder: Path, num_pairs: int, size: int, has_many_sizes: bool = False, **flags: str
) -> list[float]:
    """Run pairs as a batch does, in this process.

    Args:
        folder: an empty folder, for their files.
        num_pairs: how many.
        size: longer side of the photos in pixels.
        has_many_sizes: whether each pair has another aspect ratio.
        flags: further flags of each pair.

    Returns:
        Resident memory after each pair, in megabytes.
    """
    generator = np.random.default_rng(0)
    memory = []
    for number in range(num_pairs):
        height = size // 2 + (7 * number % (size // 2) if has_many_sizes else size // 4)
        for name in ("content", "style"):
            coarse = generator.integers(0, 256, (6, 8, 3), np.uint8)
            picture = Image.fromarray(coarse).resize((size, height), Image.Resampling.BICUBIC)
            picture.save(folder / f"{name}.png")
        paths = {f"{name}_image": str(folder / f"{name}.png") for name in ("content", "style")}
        output = {"output_image": str(folder / f"{number}.jpg")}
        job = Job(number, {**paths, **output, **flags}, roles=flag_roles())
        outcome = run_job(job, run_job_flags, lambda progress: None)
        if outcome.error:
            raise RuntimeError(outcome.error)
        memory.append(resident_megabytes())
    return memory


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--num_pairs", type=int, default=200)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--many_sizes", action="store_true")
    arguments, others = parser.parse_known_args()
    flags = dict(other.removeprefix("--").split("=", 1) for other in others)
    with tempfile.TemporaryDirectory() as folder:
        memory = measure(
            Path(folder), arguments.num_pairs, arguments.size, arguments.many_sizes, **flags
        )
    table = csv.writer(sys.stdout)
    table.writerow(("pairs", "megabytes"))
    for number in range(9, len(memory), 10):
        table.writerow((number + 1, round(memory[number])))
    if len(memory) > SETTLED:
        print(f"grown by {memory[-1] - memory[SETTLED - 1]:.0f} MB after the first {SETTLED} pairs")


if __name__ == "__main__":
    main()
