"""The gamut loss."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from dpst.losses import GamutLoss, gamut_loss
from tests.oracles import losses as oracle
from tests.oracles.finite_differences import finite_differences


def random_images(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 1.5, shape)


def test_value_equals_a_loop_over_pixels() -> None:
    images = random_images((2, 4, 7, 3))
    np.testing.assert_allclose(gamut_loss(images), [oracle.gamut(x) for x in images], rtol=1e-12)


def test_colours_that_can_be_shown_cost_nothing() -> None:
    images = np.array([0.0, 0.3, 1.0])[None, None, None] * np.ones((1, 2, 2, 1))
    assert gamut_loss(images).numpy() == [0]


def test_gradient_equals_finite_differences() -> None:
    images = random_images((1, 3, 4, 3))
    x = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = gamut_loss(x)
    expected = finite_differences(lambda i: float(gamut_loss(i)[0]), images)
    np.testing.assert_allclose(tape.gradient(value, x), expected, rtol=1e-6, atol=1e-9)


def test_keras_loss_looks_at_the_prediction_only() -> None:
    images = random_images((3, 4, 5, 3)).astype(np.float32)
    expected = gamut_loss(images)
    for call in (GamutLoss(), tf.function(GamutLoss())):
        np.testing.assert_allclose(call(np.ones_like(images), images), expected, rtol=1e-6)
