"""Contact sheets of the artistic method: the figures of its papers.

python -m benchmarks.paintings --output_dir=paintings
python -m benchmarks.paintings --paintings=../shared/paintings --output_dir=paintings figure_2

The sheets: `figure_2` (Gatys et al. 2016: one photo in several styles, beside the published results
of neural-style where there are any), `weights` (their sweep of alpha / beta, figure 4), `layers`
(style layers from the first alone to all, figure 3), `approaches` (two styles on two segments, four
ways, with a number for the spill-over). All are made if none is named, of the samples in `data/` or
of the folder of the evaluation data.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

import dpst
from benchmarks.contact_sheet import Picture, draw_sheet
from benchmarks.timing import print_table
from benchmarks.workload import SAMPLE, find_squeezenet_weights
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
SAMPLE_STYLES = {"autumn": "autumn.jpg", "elephants": "elephants.jpg"}
SIZE = 512  # longer side of the photo, in pixels
RATIOS = (1e-5, 1e-4, 1e-3, 1e-2)  # alpha / beta, of the content and the style weight
_SKY_EXCESS = 0.12  # of blue over red
_SAMPLE_SKY = (0, 0, 255)  # of its label map

Row = list[Picture | None]


@dataclass(frozen=True, eq=False)
class Subject:
    """What is painted, and how.

    Attributes:
        photo: float32 [height, width, 3], RGB in [0, 1].
        labels: int32 [height, width], 1 where its sky is and 0 elsewhere.
        styles: paintings by their names, each as `photo`; at least two.
        references: published results by the names of their styles.
    """

    photo: np.ndarray
    labels: np.ndarray
    styles: Mapping[str, np.ndarray]
    references: Mapping[str, np.ndarray] = field(default_factory=dict)


def main() -> None:
    """Make the sheets that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--paintings", type=Path, help="their folder; else the samples in data/")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--extractor", default="embedded", help="as of run.py")
    parser.add_argument("--weights", type=Path, help="SqueezeNet's weight file; else found")
    parser.add_argument("sheets", nargs="*", choices=[[], *SHEETS], help="all if there are none")
    arguments = parser.parse_args()
    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    is_squeezenet = arguments.extractor == "squeezenet"
    weights = find_squeezenet_weights(arguments.weights) if is_squeezenet else None
    extractor = load_extractor(arguments.extractor, weights)
    subject = evaluation(arguments.paintings) if arguments.paintings else sample()
    for name in arguments.sheets or SHEETS:
        path = arguments.output_dir / f"{name}.png"
        images.write_image(path, draw_sheet(SHEETS[name](subject, extractor)))
        print(f"wrote {path}", file=sys.stderr, flush=True)


def sample() -> Subject:
    """Return the photo and the paintings of the project's samples."""
    label_map = images.read_image(SAMPLE / "content_labels.png")
    photo = _read(SAMPLE / "content.jpg")
    is_sky = (label_map == np.float32(_SAMPLE_SKY) / 255).all(-1).astype(np.int32)
    return Subject(
        photo,
        cv2.resize(is_sky, photo.shape[1::-1], interpolation=cv2.INTER_NEAREST),
        {name: _read(SAMPLE / file_name) for name, file_name in SAMPLE_STYLES.items()},
    )


def evaluation(folder: Path) -> Subject:
    """Return the photo, the paintings and the published results of the evaluation data."""
    photo = _read(folder / PHOTO)
    published = {name: folder / f"reference_tubingen_{name}.png" for name in STYLES}
    return Subject(
        photo,
        town_and_sky(photo),
        {name: _read(folder / file_name) for name, file_name in STYLES.items()},
        {name: _read(path) for name, path in published.items() if path.exists()},
    )


def figure_2(subject: Subject, extractor: Extractor) -> list[Row]:
    """Paint the photo in each style, beside the style and the published result."""
    rows = []
    for name, style in subject.styles.items():
        ours = _painted(subject.photo, style, extractor, name)
        row: Row = [Picture(subject.photo, ("photo",)), Picture(style, (name,)), ours]
        if name in subject.references:
            row.append(Picture(subject.references[name], ("neural-style, VGG19",)))
        rows.append(row)
    return rows


def weights(subject: Subject, extractor: Extractor) -> list[Row]:
    """Paint in one style with the paper's weights, with more and more of the content."""
    style = next(iter(subject.styles.values()))
    return [
        [
            _painted(
                subject.photo,
                style,
                extractor,
                f"alpha / beta {ratio:g}",
                normalization="gatys",
                content_weight=ratio,
            )
            for ratio in RATIOS
        ]
    ]


def layers(subject: Subject, extractor: Extractor) -> list[Row]:
    """Paint in one style by more and more of its layers."""
    style = next(iter(subject.styles.values()))
    names = extractor.style_layers
    chosen = [",".join(names[: count + 1]) for count in range(0, len(names), 2)]
    return [
        [
            _painted(subject.photo, style, extractor, layers, style_layers=layers)
            for layers in chosen
        ]
    ]


def approaches(subject: Subject, extractor: Extractor) -> list[Row]:
    """Paint sky and rest in two styles, four ways; print how near each is to either style."""
    (of_sky, sky_style), (of_rest, rest_style), *_ = subject.styles.items()
    header = ["approach", "to its own style ↓", "to the other style ↑"]
    row: Row = [Picture(subject.photo, (f"sky: {of_sky}, the rest: {of_rest}",))]
    table = []
    for approach in MULTI_STYLES:
        # Label 0, the rest, takes the first style image.
        styles = [rest_style, sky_style]
        picture = _painted(
            subject.photo, styles, extractor, approach, subject.labels, multi_style=approach
        )
        distances = segment_distances(picture.image, subject.labels, styles, extractor)
        own, other = np.mean(np.diag(distances)), np.mean(np.diag(distances[:, ::-1]))
        table.append([approach, f"{own:.3f}", f"{other:.3f}"])
        row.append(picture)
    print_table(header, table)
    return [row]


def town_and_sky(photo: np.ndarray) -> np.ndarray:
    """Return the labels of a photo under a blue sky, int32 [height, width], 1 where the sky is."""
    is_blue = (photo[..., 2] - photo[..., 0] > _SKY_EXCESS).astype(np.uint8)
    _, regions = cv2.connectedComponents(is_blue)
    is_sky = regions == np.bincount(regions[0][is_blue[0] > 0]).argmax()
    return is_sky.astype(np.int32)


def segment_distances(
    image: np.ndarray, labels: np.ndarray, styles: list[np.ndarray], extractor: Extractor
) -> np.ndarray:
    """Return each segment's distance from each style's statistics, float64 [segments, styles]."""
    layers = extractor.style_layers
    features = extractor.arrays(image, layers)
    distances = np.zeros((labels.max() + 1, len(styles)))
    for column, style in enumerate(styles):
        resized = images.resize(style, images.fit_size(style.shape[:2], SIZE))
        style_features = extractor.arrays(resized, layers)
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


SHEETS: Mapping[str, Callable[[Subject, Extractor], list[Row]]] = {
    "figure_2": figure_2,
    "weights": weights,
    "layers": layers,
    "approaches": approaches,
}


if __name__ == "__main__":
    main()
