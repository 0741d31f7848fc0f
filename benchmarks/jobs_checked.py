"""Time from the command to the first job of a large batch: its rows read and checked.

`python -m benchmarks.jobs_checked --num_rows=100000` prints the seconds and the memory that is held
at most. The pictures are there, and nothing is solved.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path
from unittest import mock

from PIL import Image

from dpst.cli import cli, run_jobs


def measure(folder: Path, num_rows: int) -> tuple[float, int]:
    """Check a batch.

    Args:
        folder: an empty folder, for its files.
        num_rows: number of its jobs.

    Returns:
        Seconds until its first job would begin, and how many of its jobs are in order.
    """
    for name in ("content.png", "style.png"):
        Image.new("RGB", (64, 48)).save(folder / name)
    with open(folder / "jobs.csv", "w", encoding="utf-8") as file:
        file.write("content_image,style_image,output_image\n")
        file.writelines(f"content.png,style.png,{n % 100}/{n}.png\n" for n in range(num_rows))
    flags = [f"--jobs={folder / 'jobs.csv'}", f"--output_dir={folder / 'out'}"]
    start = time.monotonic()
    with mock.patch.object(run_jobs, "run_batch", return_value=0) as begin:
        cli.main(["run.py", *flags])
    seconds = time.monotonic() - start
    return seconds, sum(not job.error for job in begin.call_args.args[0])


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--num_rows", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds, number = measure(Path(folder), arguments.num_rows)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{number} of {arguments.num_rows} jobs in order, {seconds:.1f} s, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
