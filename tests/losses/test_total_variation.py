"""Total variation."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import tensorflow as tf

from dpst import losses
from dpst.losses import TotalVariationLoss, total_variation_loss
from tests.oracles import losses as oracle
from tests.oracles.finite_differences import finite_differences


def random_images(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape)


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (1, 1, 6, 3), (1, 5, 1, 3), (2, 4, 7, 2)])
def test_value_equals_a_loop_over_pixels(shape: tuple[int, ...]) -> None:
    images = random_images(shape)
    expected = [oracle.total_variation(image) for image in images]
    np.testing.assert_allclose(total_variation_loss(images), expected, rtol=1e-12)


def test_former_name_is_the_function_and_not_the_module() -> None:
    importlib.import_module("dpst.losses.total_variation")
    assert losses.total_variation is total_variation_loss


def test_constant_image_has_none() -> None:
    assert total_variation_loss(tf.fill([1, 5, 4, 3], 0.7)).numpy() == [0]


def test_gradient_equals_finite_differences() -> None:
    images = random_images((1, 3, 4, 2))
    x = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = total_variation_loss(x)
    expected = finite_differences(lambda i: float(total_variation_loss(i)[0]), images)
    np.testing.assert_allclose(tape.gradient(value, x), expected, rtol=1e-7, atol=1e-9)


def test_keras_loss_looks_at_the_prediction_only() -> None:
    images = random_images((3, 4, 5, 3)).astype(np.float32)
    expected = total_variation_loss(images)
    for call in (TotalVariationLoss(), tf.function(TotalVariationLoss())):
        np.testing.assert_allclose(call(np.ones_like(images), images), expected, rtol=1e-6)
