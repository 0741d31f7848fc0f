"""Contact sheets and tables of the semantic method, on the doodles of a folder.

python -m benchmarks.doodles --doodles=../shared/doodles --output_dir=output_doodles

The sheets are the figures of Champandard 2016, beside the published results: `doodles` (Monet and
Renoir over two doodles), `portraits` (four portraits, each repainted as another), `style_weight`
and `semantic_weight` (the sweeps of figure 5). The pictures are written beside them at full size.
A table follows each: wall and user seconds and peak memory of the whole process of `run.py`, and
the share of output patches whose nearest style patch, by features alone, carries the same label.
`memory` prints what matching takes against the number of style patches, for a fixed cap. All are
made if none is named.
"""

import argparse
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks.contact_sheet import Picture, draw_sheet
from benchmarks.timing import gigabytes, print_table
from benchmarks.workload import REPOSITORY, find_squeezenet_weights
from dpst import TransferConfig, images
from dpst.extractors import Extractor, load_extractor
from dpst.losses import nearest_patches, patch_bank
from dpst.methods import Inputs
from dpst.methods.semantic.plan import plan as plan_semantic
from dpst.segmentation import LabelMap, average_masks

SIZE = 512  # longer side of all pictures in pixels, as published
STYLE_WEIGHTS = (0.25, 0.5, 1.0, 2.5)  # in parts of the default, as beta from 25 to 250
SEMANTIC_WEIGHTS = (0, 5, 10, 50, 200)
MATCHED_PATCHES = (3_000, 12_000, 48_000, 192_000)
MATCHING_CAP = 128  # MB
_CHANNELS = 64
_OUTPUT_SIDE = 98  # positions


@dataclass(frozen=True)
class Task:
    """A picture to paint.

    Attributes:
        style: name of the style image.
        content: name of the doodle or content image; its map ends in _sem.png.
        has_image: whether there is a content image.
        flags: further flags of run.py.
    """

    style: str
    content: str
    has_image: bool = False
    flags: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where pictures are read and written, and what paints them."""

    folder: Path
    extractor: Extractor
    extractor_flags: tuple[str, ...]
    output_dir: Path
    size: int


DOODLES = (Task("Monet", "Coastline"), Task("Renoir", "Landscape"))
PORTRAITS = tuple(
    Task(style, content, has_image=True)
    for style, content in (
        ("Gogh", "Seth"),
        ("Seth", "Gogh"),
        ("Mia", "Freddie"),
        ("Freddie", "Mia"),
    )
)


def main() -> None:
    """Make the sheets that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--doodles", type=Path, required=True, help="their folder")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--extractor", default="embedded", help="as of run.py")
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    parser.add_argument("--size", type=int, default=SIZE, help="solve size of the pictures")
    parser.add_argument("sheets", nargs="*", choices=[[], *SHEETS, "memory"], help="all if none")
    arguments = parser.parse_args()
    is_squeezenet = arguments.extractor == "squeezenet"
    weights = find_squeezenet_weights(arguments.weights) if is_squeezenet else None
    flags = [f"--extractor={arguments.extractor}"] + ([f"--weights={weights}"] if weights else [])
    extractor = load_extractor(arguments.extractor, weights)
    place = Place(arguments.doodles, extractor, tuple(flags), arguments.output_dir, arguments.size)
    for name in arguments.sheets or [*SHEETS, "memory"]:
        if name == "memory":
            print_memory()
            continue
        rows, table = SHEETS[name](place)
        path = arguments.output_dir / f"{name}.png"
        images.write_image(path, draw_sheet(rows))
        print_table(("picture", "wall s", "user s", "peak GB", "same label"), table)
        print(f"wrote {path}", file=sys.stderr, flush=True)


Sheet = tuple[list[list[Picture | None]], list[list[str]]]


def doodles(place: Place) -> Sheet:
    """Paint over doodles, beside the published results."""
    rows, table = [], []
    for task in DOODLES:
        picture, row = painted(task, place, f"{task.style} over {task.content}")
        published = place.folder / f"reference_{task.content}_example.png"
        reference = None
        if published.exists():
            reference = Picture(images.read_image(published), ("published",))
        rows.append([*_sources(task, place), picture, reference])
        table.append(row)
    return rows, table


def portraits(place: Place) -> Sheet:
    """Repaint portraits as each other; the published ones are of the first pair."""
    rows, table = [], []
    published = place.folder / "reference_Portraits_example.jpg"
    for number, task in enumerate(PORTRAITS):
        picture, row = painted(task, place, f"{task.content} as {task.style}")
        reference = None
        if published.exists() and not number:
            reference = Picture(images.read_image(published), ("published",))
        content = Picture(_read(place.folder, task.content, SIZE), (task.content,))
        rows.append([*_sources(task, place), content, picture, reference])
        table.append(row)
    return rows, table


def style_weight(place: Place) -> Sheet:
    """Paint one portrait with more and more of the style."""
    default = TransferConfig(method="semantic").style_weight
    return _sweep(
        place, Task("Gogh", "Seth", True), "style_weight", [default * x for x in STYLE_WEIGHTS]
    )


def semantic_weight(place: Place) -> Sheet:
    """Paint each doodle, and one portrait, with more and more of the maps."""
    sheets = [
        _sweep(place, task, "semantic_weight", SEMANTIC_WEIGHTS)
        for task in (*DOODLES, PORTRAITS[0])
    ]
    return [row for rows, _ in sheets for row in rows], [row for _, rows in sheets for row in rows]


def painted(task: Task, place: Place, caption: str) -> tuple[Picture, list[str]]:
    """Run the command line once; return the picture, and its row of the table."""
    place.output_dir.mkdir(parents=True, exist_ok=True)
    output = place.output_dir / f"{caption.replace(' ', '_')}.png"
    with tempfile.TemporaryFile("w+") as log:
        flags = {
            "method": "semantic",
            "content_labels": place.folder / f"{task.content}_sem.png",
            "style_image": place.folder / f"{task.style}.jpg",
            "style_labels": place.folder / f"{task.style}_sem.png",
            "output_image": output,
            "solve_size": place.size,
            **task.flags,
        }
        if task.has_image:
            flags["content_image"] = place.folder / f"{task.content}.jpg"
        command = [sys.executable, str(REPOSITORY / "run.py"), *place.extractor_flags]
        start = time.perf_counter()
        process = subprocess.Popen(
            [*command, *(f"--{key}={value}" for key, value in flags.items())],
            stdout=log,
            stderr=log,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if os.waitstatus_to_exitcode(status):
            log.seek(0)
            raise RuntimeError(f"{caption}: {log.read().splitlines()[-1]}")
        image = images.read_image(output)
    share = same_label_share(image, task, place)
    costs = seconds, usage.ru_utime, gigabytes(usage)
    row = [caption, *(f"{cost:.2f}" for cost in costs), f"{share:.3f}"]
    return Picture(image, (caption, f"{seconds:.0f} s, same label {share:.3f}")), row


def same_label_share(image: np.ndarray, task: Task, place: Place) -> float:
    """Return the share of an output's patches whose nearest style patch carries the same label.

    By features alone, mean over the layers of the patches; a patch has the label of most of its
    middle position.
    """
    style_image = _read(place.folder, task.style, place.size)
    config = TransferConfig(method="semantic")
    content_map, style_map = (
        place.folder / f"{name}_sem.png" for name in (task.content, task.style)
    )
    inputs = Inputs(image, [style_image], content_map, [style_map])
    plan = plan_semantic(inputs, config, find=_no_label_maps)
    names = place.extractor.patch_layers
    sides = [
        {name: layer[0] for name, layer in place.extractor(each[None], names).items()}
        for each in (image, style_image)
    ]
    margin = config.patch_size // 2
    shares = []
    for name in names:
        features, style_features = (side[name] for side in sides)
        banks = (patch_bank([each], config.patch_size) for each in (features, style_features))
        indices, _ = nearest_patches(*banks, config.patch_size)
        labels = []
        for layer, kind in ((features, "mask"), (style_features, "style_mask")):
            masks = np.stack([getattr(region, kind) for region in plan.regions])
            label = average_masks(masks, tuple(layer.shape[:2])).argmax(0)
            labels.append(label[margin:-margin, margin:-margin].ravel())
        shares.append(float((labels[0] == labels[1][indices.numpy()]).mean()))
    return float(np.mean(shares))


def _no_label_maps() -> tuple[LabelMap, LabelMap]:
    raise AssertionError("the semantic method goes by its maps")


def print_memory() -> None:
    """Print time and peak memory of matching against the number of style patches."""
    rows = []
    context = multiprocessing.get_context("spawn")
    for number in MATCHED_PATCHES:
        with context.Pool(1) as pool:  # a process each: a peak never falls
            seconds, before, peak = pool.apply(matching_cost, (number,))
        rows.append([f"{number}", f"{seconds:.2f}", f"{before:.2f}", f"{peak:.2f}"])
    print_table((f"style patches, cap {MATCHING_CAP} MB", "s", "GB before", "peak GB"), rows)


def matching_cost(num_patches: int) -> tuple[float, float, float]:
    """Return the seconds of one matching, and peak memory before and after it in GB."""
    generator = tf.random.Generator.from_seed(0)
    side = round(num_patches**0.5) + 2
    style = patch_bank([generator.uniform([side, side, _CHANNELS])], 3)
    output = patch_bank([generator.uniform([_OUTPUT_SIDE, _OUTPUT_SIDE, _CHANNELS])], 3)
    before = gigabytes(resource.getrusage(resource.RUSAGE_SELF))
    start = time.perf_counter()
    nearest_patches(output, style, 3, memory=MATCHING_CAP)[0].numpy()
    seconds = time.perf_counter() - start
    return seconds, before, gigabytes(resource.getrusage(resource.RUSAGE_SELF))


def _sweep(place: Place, task: Task, name: str, values: object) -> Sheet:
    row: list[Picture | None] = [*_sources(task, place)]
    table = []
    for value in values:
        changed = Task(task.style, task.content, task.has_image, {name: value})
        caption = f"{task.style} {task.content} {name} {value:g}"
        picture, line = painted(changed, place, caption)
        row.append(picture)
        table.append(line)
    return [row], table


def _sources(task: Task, place: Place) -> tuple[Picture, Picture]:
    style, doodle = _read(place.folder, task.style, SIZE), place.folder / f"{task.content}_sem.png"
    return (
        Picture(style, (task.style,)),
        Picture(images.read_image(doodle), (f"map of {task.content}",)),
    )


def _read(folder: Path, name: str, size: int) -> np.ndarray:
    image = images.read_image(folder / f"{name}.jpg")
    return images.resize(image, images.fit_size(image.shape[:2], size))


SHEETS: Mapping[str, Callable[[Place], Sheet]] = {
    "doodles": doodles,
    "portraits": portraits,
    "style_weight": style_weight,
    "semantic_weight": semantic_weight,
}


if __name__ == "__main__":
    main()
