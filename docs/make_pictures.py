"""The pictures of docs/settings.md and docs/gallery.md, made from the samples in data/.

    python docs/make_pictures.py [NAME ...]

It takes some minutes on two cores. Each picture is a row of results, one for each value of a
setting, all others at their defaults but for the size and the evaluations below.
"""

import functools
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import dpst
from dpst import images
from dpst.segmentation import read_labels

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "images"
SOLVE_SIZE = 256
MAX_EVALUATIONS = 20  # of the photos; paintings need the default
QUALITY = 85  # of JPEG
SWEEPS: dict[str, tuple[dict[str, Any], ...]] = {
    "style_weight": tuple({"style_weight": value} for value in (0.03, 0.3, 3.0)),
    "content_weight": tuple({"content_weight": value} for value in (0.001, 0.1, 5.0)),
    "photorealism_weight": tuple({"photorealism_weight": value} for value in (4.0, 400.0, 40000.0)),
    "structure_weight": tuple({"structure_weight": value} for value in (0.001, 0.5, 5.0)),
    "tv_weight": tuple({"tv_weight": value} for value in (0.0, 3.0, 100.0)),
    "semantic_weight": tuple(
        {"method": "semantic", "semantic_weight": value} for value in (0.0, 5.0, 50.0)
    ),
    "statistics_weight": tuple(
        {"method": "semantic", "statistics_weight": value} for value in (0.0, 1.0)
    ),
    "max_evaluations": tuple({"max_evaluations": value} for value in (5, 20, 60)),
    "segmentation": tuple({"segmentation": value} for value in ("none", "auto", "labels")),
    "painting_content_weight": tuple(
        {"method": "artistic", "content_weight": value} for value in (0.02, 0.5, 100.0)
    ),
    "painting_style_layers": tuple(
        {"method": "artistic", "style_layers": value}
        for value in ("relu1_1", "relu1_1,relu2_1,conv1,relu3_1", "")
    ),
    "painting_multi_style": tuple(
        {
            "method": "artistic",
            "segment_map": "0000ff=2,00ff00=1,ff0000=1",
            "multi_style": value,
        }
        for value in ("composite", "blend", "locality", "localized")
    ),
    "painting_preserve_color": tuple(
        {"method": "artistic", "preserve_color": value}
        for value in ("none", "luminance", "matched")
    ),
}


@functools.cache
def extractor() -> dpst.extractors.Extractor:
    """Return the one extractor of all pictures, so that they share traces."""
    return dpst.extractors.EmbeddedExtractor()


@functools.cache
def sample(name: str) -> np.ndarray:
    """Return a photo, painting or label map of data/."""
    if name.endswith("_labels") or name == "doodle":
        return read_labels(ROOT / "data" / f"{name}.png")
    return images.read_image(ROOT / "data" / f"{name}.jpg")


@functools.cache
def result(config: dpst.TransferConfig) -> np.ndarray:
    """Return the sample's output; methods that paint take the painting as their style."""
    names = ("style", "content_labels", "style_labels") if config.method == "photo" else ("autumn",)
    stylizer = dpst.Stylizer(config, extractor())
    if config.method == "semantic":
        maps = sample("doodle"), sample("autumn_labels")
        return stylizer(None, sample("autumn"), *maps).output_image
    if config.segment_map:
        paintings = [sample("autumn"), sample("elephants")]
        return stylizer(sample("content"), paintings, sample("content_labels")).output_image
    return stylizer(sample("content"), *map(sample, names)).output_image


def aspect(image: np.ndarray) -> float:
    """Return an image's width over its height."""
    return image.shape[1] / image.shape[0]


def pictures(name: str) -> list[np.ndarray]:
    """Return the pictures of a row, float32 [height, width, 3]."""
    if name == "labels":
        photos = [sample("content"), sample("style")]
        photos += [np.float32(sample(f"{x}_labels")) / 255 for x in ("content", "style")]
        return [images.resize(photo, (171, round(171 * aspect(photo)))) for photo in photos]
    common = {"solve_size": SOLVE_SIZE, "full_resolution": False}
    if SWEEPS[name][0].get("method", "photo") == "photo":
        common["max_evaluations"] = MAX_EVALUATIONS
    return [result(dpst.TransferConfig(**{**common, **settings})) for settings in SWEEPS[name]]


def main() -> None:
    """Make the pictures that are named, or all."""
    for name in sys.argv[1:] or ["labels", *SWEEPS]:
        row = pictures(name)
        gap = np.ones((row[0].shape[0], 6, 3), np.float32)
        joined = np.concatenate([part for picture in row for part in (picture, gap)][:-1], 1)
        pixels = np.rint(255 * np.clip(joined, 0, 1)).astype(np.uint8)
        options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        cv2.imwrite(str(FOLDER / f"{name}.jpg"), pixels[..., ::-1], options)
        print(f"{name}.jpg", flush=True)


if __name__ == "__main__":
    main()
