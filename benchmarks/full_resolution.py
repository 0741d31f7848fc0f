"""Full resolution: what large photos cost beyond their solve, and what solving smaller loses.

python -m benchmarks.full_resolution --megapixels=12,48
python -m benchmarks.full_resolution --pairs=../shared/pairs --output_dir=full_resolution 04 12

Without pairs: whole runs of `run.py` on the sample as JPEG files, first at 700 px, then at so many
megapixels; the seconds beyond the first run and the peak memory of each process. With pairs: each
is solved at 350 and at 700 px and both are applied to the content photo, NN_350.png and NN_700.png
in the output folder; a pair that has both files there is only measured.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.quality import chosen
from benchmarks.runs import measure
from benchmarks.timing import print_table
from benchmarks.workload import SAMPLE, Pair, pair_folders, read_pair, scaled_size
from dpst import TransferConfig, images
from dpst.extractors import Extractor, load_extractor
from dpst.methods.photo.plan import PhotoPlan
from dpst.methods.photo.transfer import transfer
from dpst.methods.work import Work
from dpst.metrics import color_distance, edge_ssim

SMALL, LARGE = 350, 700


def main() -> None:
    """Print one of the two tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megapixels", default="12,48", help="sizes of the photo")
    parser.add_argument("--pairs", type=Path, help="folder of the pairs' folders")
    parser.add_argument("--output_dir", type=Path, default=Path("output_full_resolution"))
    parser.add_argument("ids", nargs="*", help="names of the pairs' folders; all if there are none")
    arguments = parser.parse_args()
    if arguments.pairs is None:
        print_cost([float(size) for size in arguments.megapixels.split(",")])
        return
    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    extractor = load_extractor(TransferConfig.extractor)
    rows = {}
    for folder in chosen(pair_folders(arguments.pairs), arguments.ids):
        pair = read_pair(folder)
        rows[pair.name] = [
            value
            for size in (SMALL, LARGE)
            for value in scores(pair, solved(pair, size, extractor, arguments.output_dir))
        ]
    print_loss(rows)


def print_cost(megapixels: list[float]) -> None:
    """Run the sample at 700 px and at each size; print seconds and memory."""
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = images.read_image(SAMPLE / "content.jpg")
        height, width = content.shape[:2]
        longer_sides = [
            LARGE,
            *((1e6 * m / (height * width)) ** 0.5 * max(height, width) for m in megapixels),
        ]
        files = {
            "content_image": folder / "content.jpg",
            "style_image": SAMPLE / "style.jpg",
            "content_labels": SAMPLE / "content_labels.png",
            "style_labels": SAMPLE / "style_labels.png",
            "output_image": folder / "output.jpg",
        }
        for longer_side in longer_sides:
            size = scaled_size((height, width), longer_side)
            images.write_image(files["content_image"], images.resize(content, size))
            evaluations, status, wall, user, peak = measure("embedded", None, files)
            extra = float(wall) - float(rows[0][3]) if rows else 0.0
            title = f"{size[1]}x{size[0]}, {size[0] * size[1] / 1e6:.1f} MP"
            rows.append([title, evaluations, status, wall, f"{extra:.1f}", user, peak])
    print_table(
        ("photo", "evaluations", "exit status", "wall s", "s beyond 700 px", "user s", "peak GB"),
        rows,
    )


def solved(pair: Pair, solve_size: int, extractor: Extractor, output_dir: Path) -> np.ndarray:
    """Return the pair's result at the content photo's size, as an 8-bit file holds it."""
    path = output_dir / f"{pair.name}_{solve_size}.png"
    if not path.exists():
        config = TransferConfig(solve_size=solve_size)
        photos = pair.content_image, pair.style_image
        plan = PhotoPlan.from_pairing(pair.pairing)
        result = transfer(plan, photos[0], [photos[1]], Work(extractor, config))
        images.write_image(path, result.output_image)
        print(f"wrote {path}", file=sys.stderr, flush=True)
    return images.read_image(path)


def scores(pair: Pair, output_image: np.ndarray) -> tuple[float, float]:
    """Return how well edges are kept, and the distance of the colours from the style's."""
    pairing = pair.pairing
    labels = pairing.content_labels, pairing.style_labels, pairing.style_index
    return (
        edge_ssim(output_image, pair.content_image),
        color_distance(output_image, pair.style_image, *labels),
    )


def print_loss(rows: dict[str, list[float]]) -> None:
    """Print a row for each pair, and their means with what solving at the smaller size loses."""
    means = np.nanmean(list(rows.values()), 0)
    body = [
        [name, *(f"{value:#.3g}" for value in values)]
        for name, values in (*rows.items(), (f"mean of {len(rows)}", means))
    ]
    print_table(
        (
            "pair",
            *(
                f"{name} from {size} px"
                for size in (SMALL, LARGE)
                for name in ("edge_ssim", "color_distance")
            ),
        ),
        body,
    )
    print(f"edge_ssim lost: {means[2] - means[0]:.4f}")
    print(f"color_distance lost: {100 * (means[1] / means[3] - 1):.1f} %")


if __name__ == "__main__":
    main()
