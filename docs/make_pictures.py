"""Makes the pictures of docs/settings.md and docs/gallery.md from the sample in data/.

    python docs/make_pictures.py

It takes about two minutes on two cores. Each picture is a row of results, one for each value of a
setting, all others at their defaults.
"""

from pathlib import Path

import cv2
import numpy as np

import dpst
from dpst import images
from dpst.segmentation import read_labels

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "images"
SOLVE_SIZE = 320
QUALITY = 82  # of JPEG
SWEEPS = {
    "style_weight": (0.03, 0.3, 3.0),
    "content_weight": (0.0, 0.1, 3.0),
    "photorealism_weight": (2.5, 250.0, 25000.0),
    "structure_weight": (0.0, 0.5, 5.0),
    "tv_weight": (0.0, 0.1, 3.0),
    "max_evaluations": (5, 20, 80),
    "segmentation": ("none", "auto", "labels"),
}
PAINTINGS = {
    "painting_content_weight": {"content_weight": (0.05, 0.5, 5.0)},
    "painting_style_scale": {"style_scale": (0.5, 1.0, 2.0)},
    "painting_preserve_color": {"preserve_color": ("none", "luminance", "matched")},
}


def write_row(name: str, pictures: list[np.ndarray]) -> None:
    """Write pictures of one size side by side as a JPEG."""
    gap = np.ones((pictures[0].shape[0], 6, 3), np.float32)
    row = np.concatenate([part for picture in pictures for part in (picture, gap)][:-1], 1)
    pixels = np.rint(255 * np.clip(row, 0, 1)).astype(np.uint8)
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    cv2.imwrite(str(FOLDER / f"{name}.jpg"), pixels[..., ::-1], options)
    print(f"{name}.jpg", flush=True)


def main() -> None:
    """Makes all pictures."""
    content_image, style_image, painting = (
        images.read_image(ROOT / "data" / f"{name}.jpg") for name in ("content", "style", "autumn")
    )
    labels = [read_labels(ROOT / "data" / f"{name}_labels.png") for name in ("content", "style")]
    extractor = dpst.extractors.EmbeddedExtractor()

    def results(setting: str, values: tuple, **settings: object) -> list[np.ndarray]:
        configs = [
            dpst.TransferConfig(
                **{"solve_size": SOLVE_SIZE, "full_resolution": False, **settings, setting: value}
            )
            for value in values
        ]
        return [
            dpst.Stylizer(config, extractor)(
                content_image,
                *((style_image, *labels) if config.method == "photo" else (painting,)),
            ).output_image
            for config in configs
        ]

    small = [images.resize(image, (214, 320)) for image in (content_image, style_image)]
    colors = [images.resize(np.float32(x) / 255, (214, 320)) for x in labels]
    write_row("labels", small + colors)
    for setting, values in SWEEPS.items():
        write_row(setting, results(setting, values))
    for name, sweep in PAINTINGS.items():
        ((setting, values),) = sweep.items()
        write_row(name, results(setting, values, method="artistic"))


if __name__ == "__main__":
    main()
