"""Train a feed-forward stylizer on a folder of photos, and export it as a SavedModel."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from dpst import images
from dpst.extractors import EmbeddedExtractor
from dpst.losses import ContentLoss, GramLoss
from examples.feed_forward.network import stylizer_network

STYLE_LAYERS = ("relu1_1", "conv1", "fire3", "fire5")
CONTENT_LAYER = "relu4_1"
STYLE_WEIGHT = 1.0  # against 1 for the content
TV_WEIGHT = 2.0
MEAN = "sum_over_batch_size"
BATCH_SIZE = 4
CROP_SIDE = 128  # pixels
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png")


def crops(paths: Sequence[str], side: int, batch_size: int) -> tf.data.Dataset:
    """Return endless random crops of photos, float32 [batch_size, side, side, 3] in [0, 1]."""

    def crop(path: tf.Tensor) -> tf.Tensor:
        photo = tf.io.decode_image(tf.io.read_file(path), 3, tf.float32, expand_animations=False)
        # Photos that are too small are enlarged.
        scale = tf.maximum(1.0, side / tf.cast(tf.reduce_min(tf.shape(photo)[:2]), tf.float32))
        size = tf.cast(tf.math.ceil(scale * tf.cast(tf.shape(photo)[:2], tf.float32)), tf.int32)
        return tf.image.random_crop(tf.image.resize(photo, size), [side, side, 3])

    paths = tf.data.Dataset.from_tensor_slices(list(paths)).shuffle(len(paths), seed=0).repeat()
    return paths.map(crop, tf.data.AUTOTUNE).batch(batch_size).prefetch(2)


def train(
    paths: Sequence[str],
    style_image: np.ndarray,
    steps: int,
    photorealism_weight: float = 0.0,
    crop_side: int = CROP_SIDE,
    batch_size: int = BATCH_SIZE,
) -> tuple[keras.Model, list[float]]:
    """Train a stylizer.

    Args:
        paths: photos, JPEG or PNG.
        style_image: float32 [height, width, 3], RGB in [0, 1].
        steps: batches to train on.
        photorealism_weight: above 0 the result stays a recolouring of the photo.
        crop_side: side of the training images in pixels.
        batch_size: images in a batch.

    Returns:
        The stylizer, and the loss in each tenth of the training.
    """
    extractor = EmbeddedExtractor()
    style = extractor.as_model(STYLE_LAYERS)(style_image[None])
    read = extractor.as_model([*STYLE_LAYERS, CONTENT_LAYER])
    read_content = extractor.as_model([CONTENT_LAYER])

    def with_targets(photos: tf.Tensor) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        targets = {name: tf.repeat(layer, batch_size, 0) for name, layer in style.items()}
        return photos, {**targets, **read_content(photos)}

    stylizer = stylizer_network(TV_WEIGHT, photorealism_weight)
    training = keras.Model(stylizer.input, read(stylizer.output))
    training.compile(
        keras.optimizers.Adam(3e-3),
        loss={name: GramLoss(reduction=MEAN) for name in STYLE_LAYERS}
        | {CONTENT_LAYER: ContentLoss(reduction=MEAN)},
        loss_weights={name: STYLE_WEIGHT / len(STYLE_LAYERS) for name in STYLE_LAYERS}
        | {CONTENT_LAYER: 1.0},
    )
    data = crops(paths, crop_side, batch_size).map(with_targets)
    epochs = min(10, steps)
    history = training.fit(
        data, epochs=epochs, steps_per_epoch=max(steps // epochs, 1), shuffle=False, verbose=0
    )
    return stylizer, history.history["loss"]


def main() -> None:
    """Read the flags, train, and write the SavedModel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", required=True, help="Folder of photos to train on.")
    parser.add_argument("--style_image", required=True, help="Painting or photo.")
    parser.add_argument("--export_dir", required=True, help="Folder of the SavedModel.")
    parser.add_argument("--steps", type=int, default=300, help="Batches to train on.")
    parser.add_argument("--photorealism_weight", type=float, default=0.0)
    arguments = parser.parse_args()
    photos = sorted(
        os.fspath(path)
        for path in Path(arguments.photos).iterdir()
        if path.suffix.lower() in PHOTO_SUFFIXES
    )
    if not photos:
        parser.error(f"--photos '{arguments.photos}' holds no {', '.join(PHOTO_SUFFIXES)}.")
    style_image = images.read_image(arguments.style_image, "style_image")
    stylizer, losses = train(photos, style_image, arguments.steps, arguments.photorealism_weight)
    stylizer.export(arguments.export_dir, verbose=False)
    print("loss in each tenth of the training:", " ".join(f"{loss:.3f}" for loss in losses))


if __name__ == "__main__":
    main()
