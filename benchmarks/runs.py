"""Whole runs of `run.py`: wall seconds, user seconds and peak memory of the process.

python -m benchmarks.runs --sizes=700 --qualities=draft,normal,fine --rounds=5
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.random_weights import vgg19_kernels, write_weights
from benchmarks.timing import gigabytes, print_table
from benchmarks.workload import (
    REPOSITORY,
    SAMPLE,
    Pair,
    find_squeezenet_weights,
    pair_folders,
    read_pair,
)
from dpst import images

IMPORT = [sys.executable, "-c", "import tensorflow"]
PROGRESS = re.compile(r"level (\d+) of \d+ .*?: evaluation (\d+) of")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="700", help="longer sides of the photos")
    parser.add_argument("--qualities", default="draft,normal,fine")
    parser.add_argument("--extractors", default="embedded,squeezenet,vgg19")
    parser.add_argument("--pairs", type=Path, help="folder of pairs, of which the first is taken")
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    parser.add_argument("--rounds", type=int, default=1, help="runs of each, of which the median")
    arguments = parser.parse_args()
    sample = (SAMPLE, ".jpg")
    if arguments.pairs is not None:
        sample = (pair_folders(arguments.pairs)[0], ".png")
    commands, rows = {"import tensorflow": IMPORT}, []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pair = read_pair(*sample)
        weights = weight_files(folder, arguments.extractors.split(","), arguments.weights)
        if "squeezenet" in weights and weights["squeezenet"] is None:
            del weights["squeezenet"]
            rows.append(["squeezenet: skipped, its weights are not on this machine", *["–"] * 5])
        for size in map(int, arguments.sizes.split(",")):
            files = write_photos(pair.resized(size), folder / f"{size}", sample[0])
            for extractor, path in weights.items():
                for quality in arguments.qualities.split(","):
                    title = f"{extractor}, {size} px, {quality}"
                    commands[title] = command_of(extractor, path, quality, files)
        rounds = [
            {title: measure(each) for title, each in commands.items()}
            for _ in range(arguments.rounds)
        ]
    rows += [[title, *as_text([each[title] for each in rounds])] for title in commands]
    print_table(("run", "evaluations by level", "exit status", "wall s", "user s", "peak GB"), rows)


def weight_files(
    folder: Path, extractors: list[str], squeezenet: Path | None
) -> dict[str, Path | None]:
    """Return the weight file of each extractor; VGG19's is random, which costs the same."""
    files: dict[str, Path | None] = dict.fromkeys(extractors)
    if "squeezenet" in files:
        files["squeezenet"] = find_squeezenet_weights(squeezenet)
    if "vgg19" in files:
        files["vgg19"] = write_weights(folder / "vgg19.h5", vgg19_kernels())
    return files


def write_photos(pair: Pair, folder: Path, labels_folder: Path) -> dict[str, Path]:
    """Write the photos; return the files by flag. A label map may have any size."""
    folder.mkdir()
    files = {
        "content_image": folder / "content.png",
        "style_image": folder / "style.png",
        "content_labels": labels_folder / "content_labels.png",
        "style_labels": labels_folder / "style_labels.png",
        "output_image": folder / "output.png",
    }
    images.write_image(files["content_image"], pair.content_image)
    images.write_image(files["style_image"], pair.style_image)
    return files


def command_of(
    extractor: str, weights: Path | None, quality: str, files: dict[str, Path]
) -> list[str]:
    """Return the command line of a run."""
    command = [sys.executable, str(REPOSITORY / "run.py"), f"--extractor={extractor}"]
    command += [f"--quality={quality}", "--overwrite"]
    command += [f"--{flag}={path}" for flag, path in files.items()]
    return command + ([f"--weights={weights}"] if weights is not None else [])


class Run(NamedTuple):
    """One run of a command.

    Attributes:
        evaluations: of each level, as text.
        status: its exit status.
        wall: seconds.
        user: seconds, of all cores.
        memory: its peak, in GB.
    """

    evaluations: str
    status: int
    wall: float
    user: float
    memory: float


def measure(command: list[str]) -> Run:
    """Run a command once."""
    with tempfile.TemporaryFile("w+") as log:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        log.seek(0)
        evaluations = dict(PROGRESS.findall(log.read()))  # the last of each level
    exit_status = os.waitstatus_to_exitcode(status)
    return Run(
        " + ".join(evaluations.values()), exit_status, seconds, usage.ru_utime, gigabytes(usage)
    )


def as_text(runs: list[Run]) -> list[str]:
    """Return the cells of a row: medians, the worst exit status and the highest peak."""
    wall, user = (statistics.median(getattr(run, x) for run in runs) for x in ("wall", "user"))
    status, memory = max(run.status for run in runs), max(run.memory for run in runs)
    return [runs[0].evaluations, str(status), f"{wall:.1f}", f"{user:.1f}", f"{memory:.2f}"]


if __name__ == "__main__":
    main()
