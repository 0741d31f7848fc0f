"""Whole runs of `run.py`: wall seconds, user seconds and peak memory of the process.

python -m benchmarks.runs --sizes=350,700,1400 --extractors=embedded,squeezenet,vgg19
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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

PROGRESS = re.compile(r"level (\d+) of \d+ .*?: evaluation (\d+) of")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="350,700,1400", help="longer sides of the photos")
    parser.add_argument("--extractors", default="embedded,squeezenet,vgg19")
    parser.add_argument("--pairs", type=Path, help="folder of pairs, of which the first is taken")
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    arguments = parser.parse_args()
    sample = (SAMPLE, ".jpg")
    if arguments.pairs is not None:
        sample = (pair_folders(arguments.pairs)[0], ".png")
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pair = read_pair(*sample)
        weights = weight_files(folder, arguments.extractors.split(","), arguments.weights)
        for extractor, path in weights.items():
            if extractor == "squeezenet" and path is None:
                rows.append(
                    ["squeezenet: skipped, its weights are not on this machine", *["–"] * 5]
                )
                continue
            for size in map(int, arguments.sizes.split(",")):
                files = write_photos(pair.resized(size), folder, sample[0])
                rows.append([f"{extractor}, {size} px", *measure(extractor, path, files)])
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


def measure(extractor: str, weights: Path | None, files: dict[str, Path]) -> list[str]:
    """Run the command line once; return evaluations, exit status, seconds, memory, as text."""
    command = [sys.executable, str(REPOSITORY / "run.py"), f"--extractor={extractor}"]
    command += [f"--{flag}={path}" for flag, path in files.items()]
    command += [f"--weights={weights}"] if weights is not None else []
    with tempfile.TemporaryFile("w+") as log:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        log.seek(0)
        evaluations = dict(PROGRESS.findall(log.read()))  # the last of each level
    return [
        " + ".join(evaluations.values()),
        str(os.waitstatus_to_exitcode(status)),
        f"{seconds:.1f}",
        f"{usage.ru_utime:.1f}",
        f"{gigabytes(usage):.2f}",
    ]


if __name__ == "__main__":
    main()
