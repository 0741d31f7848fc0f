"""Contact sheets of the artistic method: the figures of its papers, on paintings of a folder.

python -m benchmarks.paintings --paintings=../shared/paintings --output_dir=paintings figure_2

The sheets: `figure_2` (Gatys et al. 2016: one photo in four styles, beside the published results of
neural-style), `weights` (their sweep of alpha / beta, figure 4), `layers` (style layers from the
first alone to all, figure 3), `approaches` (several styles on several segments, four ways, with a
number for the spill-over). All are made if none is named. Needs the folder of the evaluation data.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np

import dpst
from benchmarks.contact_sheet import Picture, draw_sheet
from benchmarks.timing import print_table
from benchmarks.workload import find_squeezenet_weights
from dpst import TransferConfig, images
from dpst.config import MULTI_STYLES
from dpst.extractors import Extractor, load_extractor
from dpst.metrics import statistics_distance
from dpst.segmentation import KEPT

PHOTO = "tubingen.jpg"
STYLES = {
    "starry": "starry_night.jpg",
    "scream": "the_scream.jpg",
    "shipwreck": "shipwreck.jpg",
    "seated_nude": "seated-nude.jpg",
}
SIZE = 512  # longer side of the photo, in pixels
RATIOS = (1e-5, 1e-4, 1e-3, 1e-2)  # alpha / beta, of the content and the style weight
_SKY_EXCESS = 0.12  # of blue over red

Row = list[Picture | None]


def main() -> None:
    """Make the sheets that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--paintings", type=Path, required=True, help="their folder")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--extractor", default="embedded", help="as of run.py")
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    parser.add_argument("sheets", nargs="*", choices=[[], *SHEETS], help="all if there are none")
    arguments = parser.parse_args()
    is_squeezenet = arguments.extractor == "squeezenet"
    weights = find_squeezenet_weights(arguments.weights) if is_squeezenet else None
    extractor = load_extractor(arguments.extractor, weights)
    for name in arguments.sheets or SHEETS:
        path = arguments.output_dir / f"{name}.png"
        images.write_image(path, draw_sheet(SHEETS[name](arguments.paintings, extractor)))
        print(f"wrote {path}", file=sys.stderr, flush=True)


def figure_2(folder: Path, extractor: Extractor) -> list[Row]:
    """The photo in each style, beside the style and the published result."""
    photo = _read(folder / PHOTO)
    rows = []
    for name, file_name in STYLES.items():
        style = _read(folder / file_name)
        ours = _painted(photo, style, extractor, name)
        published = folder / f"reference_tubingen_{name}.png"
        reference = None
        if published.exists():
            reference = Picture(_read(published), ("neural-style, VGG19",))
        rows.append([Picture(photo, ("photo",)), Picture(style, (name,)), ours, reference])
    return rows


def weights(folder: Path, extractor: Extractor) -> list[Row]:
    """One style with the paper's weights, more and more of the content."""
    photo, style = _read(folder / PHOTO), _read(folder / STYLES["starry"])
    return [
        [
            _painted(
                photo,
                style,
                extractor,
                f"alpha / beta {ratio:g}",
                normalization="gatys",
                content_weight=ratio,
            )
            for ratio in RATIOS
        ]
    ]


def layers(folder: Path, extractor: Extractor) -> list[Row]:
    """One style by ever more of its layers."""
    photo, style = _read(folder / PHOTO), _read(folder / STYLES["starry"])
    names = extractor.style_layers
    chosen = [",".join(names[: count + 1]) for count in range(0, len(names), 2)]
    return [[_painted(photo, style, extractor, layers, style_layers=layers) for layers in chosen]]


def approaches(folder: Path, extractor: Extractor) -> list[Row]:
    """Two styles for sky and town, four ways; prints how near each segment is to either style."""
    photo = _read(folder / PHOTO)
    styles = [_read(folder / STYLES[name]) for name in ("starry", "scream")]
    labels = town_and_sky(photo)
    header = ["approach", "to its own style ↓", "to the other style ↑"]
    row: Row = [Picture(photo, ("sky: starry, town: scream",))]
    table = []
    for approach in MULTI_STYLES:
        # Label 0, the town, takes the first style image.
        picture = _painted(photo, styles[::-1], extractor, approach, labels, multi_style=approach)
        distances = segment_distances(picture.image, labels, styles[::-1], extractor)
        own, other = np.mean(np.diag(distances)), np.mean(np.diag(distances[:, ::-1]))
        table.append([approach, f"{own:.3f}", f"{other:.3f}"])
        row.append(picture)
    print_table(header, table)
    return [row]


def town_and_sky(photo: np.ndarray) -> np.ndarray:
    """Labels of a photo under a blue sky: int32 [height, width], 1 where the sky is."""
    is_blue = (photo[..., 2] - photo[..., 0] > _SKY_EXCESS).astype(np.uint8)
    _, regions = cv2.connectedComponents(is_blue)
    is_sky = regions == np.bincount(regions[0][is_blue[0] > 0]).argmax()
    return is_sky.astype(np.int32)


def segment_distances(
    image: np.ndarray, labels: np.ndarray, styles: list[np.ndarray], extractor: Extractor
) -> np.ndarray:
    """Distance of each segment's statistics from each style's, float64 [segments, styles]."""

    def extract(picture: np.ndarray) -> dict[str, np.ndarray]:
        names = extractor.style_layers
        return {name: layer.numpy()[0] for name, layer in extractor(picture[None], names).items()}

    features = extract(image)
    distances = np.zeros((labels.max() + 1, len(styles)))
    for column, style in enumerate(styles):
        style_features = extract(images.resize(style, images.fit_size(style.shape[:2], SIZE)))
        style_labels = np.zeros(style.shape[:2], np.int32)
        for segment in range(len(distances)):
            inside = np.where(labels == segment, 0, 1)
            distances[segment, column] = statistics_distance(
                features, style_features, inside, style_labels, (0, KEPT)
            )
    return distances


def _painted(
    photo: np.ndarray,
    style: np.ndarray | list[np.ndarray],
    extractor: Extractor,
    caption: str,
    labels: np.ndarray | None = None,
    **settings: object,
) -> Picture:
    start = time.monotonic()
    config = TransferConfig(method="artistic", solve_size=SIZE, **settings)
    result = dpst.stylize(photo, style, labels, None, extractor, config)
    return Picture(result.output_image, (caption, f"{time.monotonic() - start:.0f} s"))


def _read(path: Path) -> np.ndarray:
    image = images.read_image(path)
    return images.resize(image, images.fit_size(image.shape[:2], SIZE))


SHEETS: Mapping[str, Callable[[Path, Extractor], list[Row]]] = {
    "figure_2": figure_2,
    "weights": weights,
    "layers": layers,
    "approaches": approaches,
}


if __name__ == "__main__":
    main()
