"""Train the embedded extractor to imitate SqueezeNet and an encoder distilled from VGG19.

python -m examples.embedded_extractor.train --images=FOLDER --squeezenet=FILE --encoder=FILE
    --output=dpst/extractors/embedded.npz

README.md beside this file says where the images and the two weight files come from.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import keras
import numpy as np

from dpst.extractors import SqueezeNetExtractor
from dpst.extractors.embedded import embedded_network, set_weights, weight_arrays
from examples.embedded_extractor.crops import Pyramid, random_batches, read_photos
from examples.embedded_extractor.modules import train_modules
from examples.embedded_extractor.tiles import module_tiles
from examples.embedded_extractor.trunk import train_trunk, trunk_examples

_TILE_CROP_SIDE = 224


def main() -> None:
    """Read the flags, train, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True, help="folder of training photos")
    parser.add_argument("--squeezenet", type=Path, required=True, help="weights of SqueezeNet")
    parser.add_argument("--encoder", type=Path, required=True, help="weights of the encoder, .npz")
    parser.add_argument("--output", type=Path, required=True, help="the .npz file to write")
    parser.add_argument("--trunk_steps", type=int, default=9000)
    parser.add_argument("--module_steps", type=int, default=1000, help="steps for each module")
    parser.add_argument("--module_crops", type=int, default=3200, help="crops to cut tiles from")
    parser.add_argument("--batch_size", type=int, default=8, help="crops at a time")
    parser.add_argument("--crop_side", type=int, default=160, help="pixels, divisible by 8")
    parser.add_argument("--margin", type=int, default=24, help="pixels, divisible by 8")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    squeezenet = SqueezeNetExtractor(arguments.squeezenet)
    encoder = dict(np.load(arguments.encoder, allow_pickle=False))
    photos = read_photos(arguments.images)
    print(f"{len(photos)} photos", flush=True)

    keras.utils.set_random_seed(arguments.seed)
    network = embedded_network("he_normal", "mixed_bfloat16")
    tile_batches = islice(
        _batches(photos, _TILE_CROP_SIDE, arguments),
        arguments.module_crops // arguments.batch_size,
    )
    tiles = module_tiles(tile_batches, squeezenet, arguments.seed)
    modules = train_modules(tiles, arguments.module_steps)
    set_weights(network, weight_arrays(network) | modules)
    side = arguments.crop_side + 2 * arguments.margin
    examples = trunk_examples(_batches(photos, side, arguments), arguments.margin, encoder)
    train_trunk(network, examples, arguments.trunk_steps)
    np.savez_compressed(arguments.output, **weight_arrays(network))


def _batches(
    photos: list[Pyramid], side: int, arguments: argparse.Namespace
) -> Iterator[np.ndarray]:
    return random_batches(photos, arguments.batch_size, side, arguments.seed)


if __name__ == "__main__":
    main()
