"""The examples, executed on small images."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import dpst
from dpst import images
from examples.feed_forward.train import train
from examples.new_extractor import GaborExtractor
from examples.new_loss import SlicedWassersteinLoss, recolor

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def random_images(batch: int = 2, side: int = 24, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((batch, side, side, 3), np.float32)


@pytest.mark.parametrize("name", ["new_loss.py", "new_extractor.py"])
def test_extension_takes_less_than_forty_lines(name: str) -> None:
    assert len((EXAMPLES / name).read_text(encoding="utf-8").splitlines()) < 40


def test_new_loss_trains_in_a_model_and_solves_an_image(tmp_path: Path) -> None:
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, keras.layers.Conv2D(3, 1, kernel_initializer="zeros")(inputs))
    model.compile(keras.optimizers.Adam(0.05), loss=SlicedWassersteinLoss())
    content, style = random_images(), random_images(seed=1) ** 3
    before = model.evaluate(content, style, verbose=0)
    model.fit(content, style, epochs=10, verbose=0)
    after = model.evaluate(content, style, verbose=0)
    assert after < before
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.evaluate(content, style, verbose=0) == pytest.approx(after, rel=1e-5)
    recolored = recolor(tf.constant(content[0]), tf.constant(style[0])).numpy()
    distance = np.abs(np.sort(recolored, None) - np.sort(style[0], None)).mean()
    assert distance < 0.2 * np.abs(np.sort(content[0], None) - np.sort(style[0], None)).mean()


def test_new_extractor_serves_a_transfer() -> None:
    extractor = GaborExtractor()
    content, style = random_images(side=32)
    config = dpst.TransferConfig(max_evaluations=2, segmentation="none")
    result = dpst.stylize(content, style, extractor=extractor, config=config)
    assert result.output_image.shape == content.shape
    stripes = np.tile(np.float32([0, 0, 1, 1]), 8)[None, None, :, None] * np.ones((1, 32, 1, 3))
    energies = (extractor(stripes, ["scale0"])["scale0"].numpy() ** 2).mean((0, 1, 2))
    across, along = energies[[0, 8]].sum(), energies[[4, 12]].sum()
    assert across > 10 * along


def test_feed_forward_stylizer_trains_and_is_exported(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    for index, image in enumerate(random_images(3, 40)):
        images.write_image(tmp_path / f"{index}.png", image)
    style_image = random_images(1, 48, seed=5)[0] ** 3
    paths = [str(path) for path in sorted(tmp_path.glob("*.png"))]
    stylizer, losses = train(paths, style_image, 10, 1.0, crop_side=32, batch_size=2)
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
    stylizer.export(tmp_path / "stylizer", verbose=False)
    exported = tf.saved_model.load(tmp_path / "stylizer")
    for height, width in ((33, 40), (50, 37)):  # any size
        photos = np.random.default_rng(0).random((1, height, width, 3), np.float32)
        painted = exported.serve(photos)
        assert painted.shape == photos.shape
        np.testing.assert_allclose(painted, stylizer(photos), atol=1e-5)
