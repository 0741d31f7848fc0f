"""Quality of all pairs of a folder: ours, the published results, and a free baseline.

python -m benchmarks.quality --pairs=../shared/pairs --output_dir=quality 04 12

The baseline is the linear Monge-Kantorovich map of each segment's colours, without any blending.
Writes NN.png, NN.json (the run's trace) and the contact sheets sheet_01.png ... to the output
folder; a pair that has both of its files there is only measured. All are measured as 8-bit images
at the content photo's own size, with SqueezeNet's features if its weights are on this machine, and
within the segments of the label maps, whatever segments the run was made with; those that were
found without label maps are on the sheets too.
"""

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.contact_sheet import Picture, thumbnail, write_sheets
from benchmarks.timing import print_table
from benchmarks.workload import Pair, find_squeezenet_weights, pair_folders, read_pair
from dpst import TransferConfig, images
from dpst.extractors import Extractor, SqueezeNetExtractor, load_extractor
from dpst.looks.color_matching import recolor_segments
from dpst.methods.find_segments import find_label_maps
from dpst.methods.photo.plan import PhotoPlan
from dpst.methods.photo.transfer import transfer
from dpst.methods.work import Work
from dpst.metrics import Metrics, measure
from dpst.report.trace import run_trace, write_trace
from dpst.segmentation import LUAN_PALETTE, Pairing, pair_segments, single_segment

PUBLISHED = "luan2017.png"
KINDS = ("ours", "published", "baseline")
CAPTION = (("edge_ssim", "matting_energy"), ("color_distance", "gram_distance"))

Ruler = Callable[[Pair, np.ndarray], Metrics]
Measured = Mapping[str, Metrics]  # by kind; a pair without a published result lacks it


def main() -> None:
    """Transfer, measure, print the table and draw the sheets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=Path, required=True, help="folder of the pairs' folders")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--extractor", default="embedded", help="as of run.py")
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    parser.add_argument("--solve_size", type=int, default=TransferConfig.solve_size)
    parser.add_argument("--segmentation", default="labels", help="as of run.py")
    parser.add_argument("--num_segments", type=int, default=TransferConfig.num_segments)
    parser.add_argument("--guidance", default=TransferConfig.guidance, help="as of run.py")
    parser.add_argument("ids", nargs="*", help="names of the pairs' folders; all if there are none")
    arguments = parser.parse_args()
    folders = chosen(pair_folders(arguments.pairs), arguments.ids)
    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    squeezenet = find_squeezenet_weights(arguments.weights)
    config = TransferConfig(
        extractor=arguments.extractor,
        solve_size=arguments.solve_size,
        segmentation=arguments.segmentation,
        num_segments=arguments.num_segments,
        guidance=arguments.guidance,
    )
    weights = squeezenet if config.extractor == "squeezenet" else None
    extractor = load_extractor(config.extractor, weights)
    is_found = squeezenet is not None
    ruler_extractor = SqueezeNetExtractor(squeezenet) if is_found else load_extractor("embedded")
    ruler = make_ruler(ruler_extractor)
    rows: dict[str, Measured] = {}
    pictures = []
    for folder in folders:
        pair = read_pair(folder)
        pairing = run_pairing(pair, extractor, config)
        outputs = output_images(pair, pairing, folder, extractor, config, arguments.output_dir)
        rows[pair.name] = {kind: ruler(pair, image) for kind, image in outputs.items()}
        row = sheet_row(pair, outputs, rows[pair.name])
        if config.segmentation == "auto":
            row[2:2] = segment_pictures(pair, pairing)
        pictures.append(row)
    print_table(*quality_table(rows, ruler_extractor.name))
    for path in write_sheets(pictures, arguments.output_dir):
        print(f"wrote {path}", file=sys.stderr)


def chosen(folders: Sequence[Path], names: Sequence[str]) -> list[Path]:
    """Return the folders of these names, or all of them."""
    unknown = sorted(set(names) - {folder.name for folder in folders})
    if unknown:
        raise ValueError(
            f"pair {unknown[0]!r} is unknown, must be one of "
            f"{', '.join(folder.name for folder in folders)}; name folders of --pairs."
        )
    return [folder for folder in folders if not names or folder.name in names]


def make_ruler(extractor: Extractor) -> Ruler:
    """Return a function that measures a pair's output image at the content photo's size."""

    def ruler(pair: Pair, output_image: np.ndarray) -> Metrics:
        return measure(
            pair.content_image,
            pair.style_image,
            output_image,
            extractor.arrays,
            pair.pairing.content_labels,
            pair.pairing.style_labels,
            pair.pairing.style_index,
            extractor.style_layers,
            extractor.content_layers,
        )

    return ruler


def run_pairing(pair: Pair, extractor: Extractor, config: TransferConfig) -> Pairing:
    """Return the segments that a run is made with."""
    photos = pair.content_image, pair.style_image
    if config.segmentation == "labels":
        return pair.pairing
    if config.segmentation == "none":
        return single_segment(*(photo.shape[:2] for photo in photos))
    return pair_segments(*find_label_maps(*photos, extractor, config.num_segments), *photos)


def output_images(
    pair: Pair,
    run_pairing: Pairing,
    folder: Path,
    extractor: Extractor,
    config: TransferConfig,
    output_dir: Path,
) -> dict[str, np.ndarray]:
    """Return the images to compare, by kind, as 8-bit files hold them; transfer if need be."""
    path, trace = (output_dir / f"{pair.name}{suffix}" for suffix in (".png", ".json"))
    if not (path.exists() and trace.exists()):
        run(pair, run_pairing, folder, extractor, config, path, trace)
    outputs = {"ours": images.read_image(path)}
    if (folder / PUBLISHED).exists():
        published = images.read_image(folder / PUBLISHED)
        outputs["published"] = images.resize(published, pair.content_image.shape[:2])
    pairing = pair.pairing
    labels = pairing.content_labels, pairing.style_labels, pairing.style_index
    outputs["baseline"] = recolor_segments(pair.content_image, pair.style_image, *labels)
    return {kind: np.rint(image * 255).astype(np.float32) / 255 for kind, image in outputs.items()}


def run(
    pair: Pair,
    pairing: Pairing,
    folder: Path,
    extractor: Extractor,
    config: TransferConfig,
    path: Path,
    trace: Path,
) -> None:
    """Transfer a pair; write its output image and its trace."""
    start = time.monotonic()
    photos = pair.content_image, pair.style_image
    plan = PhotoPlan.from_pairing(pairing)
    result = transfer(plan, photos[0], [photos[1]], Work(extractor, config))
    seconds = time.monotonic() - start
    print(f"{pair.name}: {seconds:.0f} s, {result.stop_reason.value}", file=sys.stderr, flush=True)
    inputs = {
        name: {"path": str(folder / f"{name.removesuffix('_image')}.png"), "size": photo.shape[:2]}
        for name, photo in zip(("content_image", "style_image"), photos, strict=True)
    }
    images.write_image(path, result.output_image)
    write_trace(trace, run_trace(inputs, config, result, seconds))


def quality_table(
    rows: Mapping[str, Measured], ruler_name: str
) -> tuple[list[str], list[list[str]]]:
    """Return a row for each pair, and their mean; a cell has the kinds in the order of `KINDS`.

    Args:
        rows: metrics by kind, by the pair's name.
        ruler_name: name of the extractor that the metrics were taken with.

    Returns:
        The header and the rows, as text. "–" stands for what was not measured; the mean is over
        the pairs for which there is a value.
    """
    fields = dataclasses.fields(Metrics)
    arrows = ["↑" if field.metadata["is_higher_better"] else "↓" for field in fields]
    title = f"{' / '.join(KINDS)}, measured with {ruler_name}"
    header = [title, *(f"{f.name} {arrow}" for f, arrow in zip(fields, arrows, strict=True))]
    values = np.array(
        [
            [
                [getattr(row[kind], field.name) if kind in row else np.nan for kind in KINDS]
                for field in fields
            ]
            for row in rows.values()
        ]
    )
    is_known = ~np.isnan(values)
    counts = is_known.sum(0)
    means = np.where(counts, np.where(is_known, values, 0).sum(0) / np.maximum(counts, 1), np.nan)
    named = [*zip(rows, values, strict=True), (f"mean of {len(rows)}", means)]
    return header, [[name, *map(_cell, row)] for name, row in named]


def sheet_row(
    pair: Pair, outputs: Mapping[str, np.ndarray], measured: Measured
) -> list[Picture | None]:
    """Return content, style, published, baseline and ours, small, with their scores."""
    row: list[Picture | None] = [
        Picture(thumbnail(pair.content_image), (f"{pair.name} content",)),
        Picture(thumbnail(pair.style_image), (f"{pair.name} style",)),
    ]
    for kind in ("published", "baseline", "ours"):
        if kind not in outputs:
            row.append(None)
            continue
        scores = (
            ", ".join(f"{name} {_number(getattr(measured[kind], name))}" for name in names)
            for names in CAPTION
        )
        row.append(Picture(thumbnail(outputs[kind]), (f"{pair.name} {kind}", *scores)))
    return row


def segment_pictures(pair: Pair, pairing: Pairing) -> list[Picture | None]:
    """Return the segments of both photos, each in a colour of `LUAN_PALETTE`."""
    palette = np.array([tuple(bytes.fromhex(color)) for color in LUAN_PALETTE], np.float32) / 255
    server_rank = {server: rank for rank, server in enumerate(dict.fromkeys(pairing.style_index))}
    content = np.array([server_rank[server] for server in pairing.style_index])
    style = np.array([server_rank.get(j, -1) for j in range(pairing.style_labels.max() + 1)])
    pictures = (palette[content[pairing.content_labels]], palette[style[pairing.style_labels]])
    names = ("content segments", "style segments")
    return [
        Picture(thumbnail(picture), (f"{pair.name} {name}",))
        for picture, name in zip(pictures, names, strict=True)
    ]


def _cell(values: np.ndarray) -> str:
    return " / ".join(map(_number, values))


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:#.3g}"


if __name__ == "__main__":
    main()
