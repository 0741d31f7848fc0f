"""Random command lines on mutated files: each must give a result or one clear line.

`python -m tests.whole.fuzz --count=2000` prints how many it ran, of which kind, and each that did
not: a traceback, more than one line, a file left behind, or more than its time.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import io
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

import dpst.extractors
from dpst import images
from dpst.cli import cli
from dpst.config import TransferConfig
from dpst.looks.look_file import save_look
from dpst.looks.recoloring import Recoloring as Look
from matting import fit_local_affine
from tests.exit_statuses import BAD_INPUT, DONE, SOME_FAILED

TIME_LIMIT = 300  # seconds an input may take on the slowest machine; most take a hundredth
SUFFIXES = (".png", ".jpg", ".tif", ".webp", ".bmp", ".gif")
ODD_TEXTS = ("", "0", "-1", "nan", "inf", "1e400", "9" * 40, "é", "a=b", ",", "=", "\0", "/", "..")
"""Values that no flag is meant for, but for a number here and there."""
EXTREMES = (b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff")
NO_FILES = ("", "no.png", ".", "loop.png", "empty.png", "pipe.png", "\0", "a" * 300, "~", "//")


class Fuzzer:
    """Makes inputs in a folder of its own and runs the command line on them."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Write the files that are then mutated."""
        self.folder = folder
        self.random = random.Random(seed)
        self.whole: dict[str, bytes] = {}
        y, x = np.mgrid[:40, :56] / 56
        picture = np.stack([x, y, 0.5 + 0.4 * np.sin(9 * x)], -1).astype(np.float32)
        labels = np.where(x > 0.5, 255, 0).astype(np.uint8)
        pixels = np.rint(255 * picture).astype(np.uint8)
        for suffix in SUFFIXES:
            Image.fromarray(pixels).save(folder / f"photo{suffix}")
        Image.fromarray(labels).save(folder / "labels.png")
        Image.fromarray(np.float32(x)).save(folder / "float.tif")
        Image.fromarray((65535 * x).astype(np.uint16)).save(folder / "deep.png")
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(pixels).save(folder / "turned.jpg", exif=exif, icc_profile=b"odd" * 50)
        save_look(folder / "look.npz", Look(fit_local_affine(picture, picture), None, (40, 56)))
        rows = (
            "content_image,apply_look,output_image\nphoto.png,look.npz,a.png\nphoto.jpg,look.npz,\n"
        )
        (folder / "jobs.csv").write_text(rows)
        for path in folder.iterdir():
            self.whole[path.name] = path.read_bytes()
        self.pictures = [name for name in self.whole if name.startswith(("photo", "turned"))]

    def mutated(self, name: str) -> str:
        """Write a file that differs from a whole one; returns its name."""
        data = bytearray(self.whole[name])
        for _ in range(self.random.choice((0, 1, 1, 2, 8))):
            self._mutate(data)
        name = f"mutated{Path(name).suffix}"
        (self.folder / name).write_bytes(data)
        return name

    def _mutate(self, data: bytearray) -> None:
        place = self.random.randrange(len(data) + 1)
        # The head, with sizes and types, decides more than the rest.
        place = min(place, self.random.choice((len(data), 64)))
        kind = self.random.randrange(6)
        if kind == 0:
            del data[place:]
        elif kind == 1:
            del data[place : place + self.random.randrange(1, 40)]
        elif kind == 2:
            data[place:place] = self.random.randbytes(self.random.randrange(1, 40))
        elif kind == 3:
            data[place : place + 4] = self.random.choice(
                (b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff")
            )
        elif data:
            place = min(place, len(data) - 1)
            data[place] = self.random.randrange(256)

    def path(self, name: str) -> str:
        """Mostly a mutated file, sometimes the whole one or what is no file at all."""
        chosen = self.random.random()
        if chosen < 0.75:
            return self.mutated(name)
        return name if chosen < 0.9 else self.random.choice(NO_FILES)

    def picture(self) -> list[str]:
        """A look applied to a mutated photo: read, changed and written in full."""
        name = self.random.choice([*self.pictures, "float.tif", "deep.png"])
        output = f"output{self.random.choice(SUFFIXES)}"
        return [
            f"--content_image={self.path(name)}",
            "--apply_look=look.npz",
            f"--output_image={output}",
        ]

    def look(self) -> list[str]:
        """A mutated look."""
        flags = ["--content_image=photo.png", "--output_image=output.png"]
        return [*flags, f"--apply_look={self.path('look.npz')}"]

    def labels(self) -> list[str]:
        """A mutated label map, or masks."""
        maps = [
            self.path(self.random.choice(("labels.png", "float.tif", "deep.png"))),
            "labels.png",
        ]
        self.random.shuffle(maps)
        if self.random.random() < 0.2:
            maps = [f"a={path},b=labels.png" for path in maps]
        flags = [f"--content_labels={maps[0]}", f"--style_labels={maps[1]}"]
        return [*self._pair(), *flags, *self._setting("orphan_policy", "segment_map")]

    def setting(self) -> list[str]:
        """Settings with odd values."""
        names = [field.name for field in dataclasses.fields(TransferConfig)]
        return [*self._pair(), *(flag for _ in range(2) for flag in self._setting(*names))]

    def style(self) -> list[str]:
        """A mutated style photo."""
        style = self.path(self.random.choice(self.pictures))
        return ["--content_image=photo.png", f"--style_image={style}", "--output_image=output.png"]

    def jobs(self) -> list[str]:
        """A mutated jobs file, whose jobs are run."""
        return [f"--jobs={self.path('jobs.csv')}", "--output_dir=results"]

    def flags(self) -> list[str]:
        """Command lines of any words."""
        names = list(cli.define_flags())
        words = [f"--{self.random.choice(names)}", self.random.choice(ODD_TEXTS), "--", "-x", "---"]
        words += [
            f"--{self.random.choice(names)}={self.random.choice(ODD_TEXTS)}" for _ in range(3)
        ]
        return self.random.sample(words, self.random.randrange(1, 5))

    def _pair(self) -> list[str]:
        return ["--content_image=photo.png", "--style_image=photo.jpg", "--output_image=output.png"]

    def _setting(self, *names: str) -> list[str]:
        name = self.random.choice(names)
        metadata = next(f for f in dataclasses.fields(TransferConfig) if f.name == name).metadata
        texts = [
            *ODD_TEXTS,
            *metadata["choices"],
            "photo.png",
            "labels.png",
            "jobs.csv",
            "0.5",
            "64",
        ]
        return [f"--{name}={self.random.choice(texts)}"]

    def run(self, kind: Callable[[], list[str]], num_solved: int) -> tuple[str, str]:
        """Run one input.

        Returns:
            What it gave, "result", "error" or "bug"; and the command line with what is wrong.
        """
        arguments = kind()
        is_solve = "style_image" in " ".join(arguments)
        if is_solve:
            arguments += ["--max_evaluations=1"] if num_solved else ["--dry_run"]
        before = set(self.folder.rglob("*"))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _time_limit():
            try:
                status = cli.main(["run.py", *arguments])
            except BaseException:  # A time limit, a bug, whatever escapes.
                return "bug", f"{arguments}\n{traceback.format_exc()}"
        files = set(self.folder.rglob("*")) - before
        wrong = _wrong(status, err.getvalue(), files)
        for path in sorted(files, reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        if wrong:
            return "bug", f"{arguments}\n{wrong}\n{err.getvalue()}"
        return ("result" if status == DONE else "error"), ""


def _wrong(status: int, error: str, files: set[Path]) -> str:
    """What is wrong with how a run ended; empty if nothing is."""
    lines = error.splitlines()
    pictures = [path for path in files if path.suffix in SUFFIXES]
    if any(path.name.endswith(".tmp") for path in files):
        return "a temporary file is left"
    for path in pictures:
        images.decode_image(path)  # Whole: it can be read.
    if status == DONE or status == SOME_FAILED:
        return "Traceback" in error and "a traceback" or ""
    if status != BAD_INPUT:
        return f"the exit status is {status}"
    if len(lines) != 1 or not lines[0].startswith("dpst: error: ") or len(lines[0]) < 25:
        return "not one clear line"
    return f"files are left: {sorted(map(str, files))}" if files else ""


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    def stop(*arguments: object) -> None:
        raise SystemExit(f"more than {TIME_LIMIT} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(TIME_LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def fuzz(folder: Path, count: int, seed: int = 0, num_solved: int = 0) -> tuple[Counter, list[str]]:
    """Run random inputs in a folder, the working directory meanwhile.

    Args:
        folder: an empty folder.
        count: how many.
        seed: of all that is random.
        num_solved: of those with a style, how many are solved, by one evaluation; the others are
            checked to the last step before that (`--dry_run`).

    Returns:
        How many there were by (kind, what they gave), and what is wrong where something is.
    """
    fuzzer = Fuzzer(folder, seed)
    (folder / "empty.png").touch()
    (folder / "loop.png").symlink_to("loop.png")
    os.mkfifo(folder / "pipe.png")
    kinds = [fuzzer.picture] * 6 + [fuzzer.jobs] * 2 + [fuzzer.look, fuzzer.flags, fuzzer.setting]
    kinds += [fuzzer.labels, fuzzer.style]
    load = dpst.extractors.load_extractor
    dpst.extractors.load_extractor = functools.lru_cache(maxsize=8)(load)
    here = os.getcwd()
    os.chdir(folder)
    counts: Counter = Counter()
    bugs = []
    try:
        for _ in range(count):
            kind = fuzzer.random.choice(kinds)
            status, text = fuzzer.run(kind, num_solved)
            is_solved = status == "result" and kind.__name__ in ("style", "labels", "setting")
            num_solved -= bool(num_solved and is_solved)
            counts[kind.__name__, status] += 1
            bugs += [f"{kind.__name__}: {text}"] if status == "bug" else []
    finally:
        os.chdir(here)
        dpst.extractors.load_extractor = load
    return counts, bugs


def main() -> int:
    """Fuzz as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--num_solved", type=int, default=20)
    arguments = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counts, bugs = fuzz(Path(folder), arguments.count, arguments.seed, arguments.num_solved)
    print("\n\n".join(bugs))
    for kind in sorted({kind for kind, _ in counts}):
        words = [f"{counts[kind, status]} {status}s" for status in ("result", "error", "bug")]
        print(f"{kind:<8}  {', '.join(words)}")
    seconds = time.monotonic() - start
    print(f"{sum(counts.values())} inputs in {seconds:.0f} s, {len(bugs)} of them with a bug")
    return 1 if bugs else 0


if __name__ == "__main__":
    sys.exit(main())
