"""What the benchmarks work on: pairs of photos, SqueezeNet, and the photo objective of a pair."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.random_weights import squeezenet_kernels, write_weights
from dpst import TransferConfig, images
from dpst.extractors import SQUEEZENET_WEIGHTS, Extractor, SqueezeNetExtractor
from dpst.extractors.weight_files import WEIGHTS_VARIABLE, keras_cache
from dpst.methods.photo.objective import photo_objective
from dpst.segmentation import Pairing, pair_segments, read_label_maps
from dpst.solving.objective import Objective

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "data"


@dataclass(frozen=True, eq=False)
class Pair:
    """A content and a style photo.

    Attributes:
        name: name of the folder that it comes from.
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        pairing: their segments.
    """

    name: str
    content_image: np.ndarray
    style_image: np.ndarray
    pairing: Pairing

    def resized(self, longer_side: float) -> "Pair":
        """Return the pair with both photos enlarged or shrunk to a longer side in pixels."""
        content, style = (
            images.resize(image, scaled_size(image.shape[:2], longer_side))
            for image in (self.content_image, self.style_image)
        )
        return Pair(self.name, content, style, self.pairing)


def shared_folder() -> Path:
    """Return the folder of the evaluation data; it need not exist."""
    return Path(os.environ.get("DPST_SHARED", REPOSITORY.parent / "shared"))


def scaled_size(size: images.Size, longer_side: float) -> images.Size:
    """Return (height, width) with the longer side given, enlarged if need be."""
    scale = longer_side / max(size)
    return round(size[0] * scale), round(size[1] * scale)


def read_pair(folder: Path, suffix: str = ".png") -> Pair:
    """Read the photos content and style of a folder, and their label maps."""
    content_image = images.read_image(folder / f"content{suffix}")
    style_image = images.read_image(folder / f"style{suffix}")
    label_maps = read_label_maps(
        folder / "content_labels.png",
        folder / "style_labels.png",
        content_image.shape[:2],
        style_image.shape[:2],
    )
    pairing = pair_segments(*label_maps, content_image, style_image)
    return Pair(folder.name, content_image, style_image, pairing)


def pair_folders(folder: Path) -> list[Path]:
    """Return the subfolders of a folder that hold a pair, sorted; there is at least one."""
    found = sorted(path.parent for path in folder.glob("*/content.png"))
    if not found:
        raise FileNotFoundError(
            f"pairs folder '{folder}' holds no */content.png; pass the folder of the pairs' folders"
        )
    return found


def read_pairs(folder: Path | None, num_pairs: int) -> list[Pair]:
    """Read pairs, evenly spread over the sorted subfolders of a folder.

    Args:
        folder: folder of folders, one for each pair; None takes the sample of the project.
        num_pairs: how many to read at most, at least 1.

    Returns:
        The pairs.

    Raises:
        FileNotFoundError: the folder holds no pairs.
    """
    if folder is None:
        return [read_pair(SAMPLE, ".jpg")]
    found = pair_folders(folder)
    places = np.linspace(0, len(found) - 1, min(num_pairs, len(found))).round().astype(int)
    return [read_pair(found[place]) for place in places]


def find_squeezenet_weights(path: Path | None = None) -> Path | None:
    """Find SqueezeNet's published weights without downloading them.

    Args:
        path: the file, if it is known.

    Returns:
        Its path: the given one, or one of `$DPST_WEIGHTS`, Keras's cache and the evaluation data.
        None if it is nowhere.
    """
    if path is not None:
        return path
    variable = os.environ.get(WEIGHTS_VARIABLE)
    places = [Path(variable)] if variable else []
    for place in [*places, keras_cache(), shared_folder() / "weights"]:
        for candidate in (place, *(place / name for name in SQUEEZENET_WEIGHTS.filenames)):
            if candidate.is_file():
                return candidate
    return None


def load_squeezenet(path: Path | None = None) -> tuple[SqueezeNetExtractor, str]:
    """Build SqueezeNet with its published weights or, good enough for timing, with random ones.

    Args:
        path: the weight file, if it is known.

    Returns:
        The extractor, and its name for a table.
    """
    found = find_squeezenet_weights(path)
    if found is not None:
        return SqueezeNetExtractor(found), "SqueezeNet"
    with tempfile.TemporaryDirectory() as folder:
        random = write_weights(Path(folder) / "squeezenet.h5", squeezenet_kernels())
        return SqueezeNetExtractor(random, verify_hash=False), "SqueezeNet (random weights)"


def pair_objective(pair: Pair, extractor: Extractor, config: TransferConfig) -> Objective:
    """Return the photo objective of a pair at the size of its content photo."""
    return photo_objective(extractor, pair.content_image, pair.style_image, pair.pairing, config)
