"""Train the embedded extractor to imitate SqueezeNet and an encoder distilled from VGG19.

python -m examples.embedded_extractor.train --images=FOLDER --squeezenet=FILE --encoder=FILE
    --output=dpst/extractors/embedded.npz

README.md beside this file says where the images and the two weight files come from.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import keras
import numpy as np

from dpst.extractors import SqueezeNetExtractor
from dpst.extractors.embedded import embedded_network, set_weights, weight_arrays
from examples.embedded_extractor.crops import random_batches, read_photos
from examples.embedded_extractor.modules import train_modules
from examples.embedded_extractor.teachers import encoder_activations, squeezenet_activations
from examples.embedded_extractor.tiles import module_tiles

_CROP_SIDE = 224  # pixels
_CROPS_AT_A_TIME = 8


def main() -> None:
    """Read the flags, train, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True, help="folder of training photos")
    parser.add_argument("--squeezenet", type=Path, required=True, help="weights of SqueezeNet")
    parser.add_argument("--encoder", type=Path, required=True, help="weights of the encoder, .npz")
    parser.add_argument("--output", type=Path, required=True, help="the .npz file to write")
    parser.add_argument("--steps", type=int, default=1000, help="steps for each module")
    parser.add_argument("--crops", type=int, default=3200, help="crops to cut tiles from")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    squeezenet = SqueezeNetExtractor(arguments.squeezenet)
    encoder = dict(np.load(arguments.encoder, allow_pickle=False))
    photos = read_photos(arguments.images)
    print(f"{len(photos)} photos", flush=True)

    arrays: dict[str, np.ndarray] = {}
    for activations in (
        lambda images: squeezenet_activations(images, squeezenet),
        lambda images: encoder_activations(images, encoder),
    ):
        keras.utils.set_random_seed(arguments.seed)
        crops = random_batches(photos, _CROPS_AT_A_TIME, _CROP_SIDE, arguments.seed)
        batches = islice(crops, arguments.crops // _CROPS_AT_A_TIME)
        tiles = module_tiles(batches, activations, arguments.seed)
        arrays |= train_modules(tiles, arguments.steps)
    network = embedded_network()
    set_weights(network, arrays)
    np.savez_compressed(arguments.output, **weight_arrays(network))


if __name__ == "__main__":
    main()
