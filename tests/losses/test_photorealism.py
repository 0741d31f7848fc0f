"""Photorealism loss."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst import TransferConfig
from dpst.losses import PhotorealismLoss, photorealism_loss
from dpst.methods.image_terms import image_terms
from matting import PUBLISHED_EPSILON, MattingLaplacian
from tests.oracles.exact_laplacian import affine_residual
from tests.oracles.finite_differences import finite_differences


def random_images(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def test_value_is_the_residual_of_the_best_local_affine_fit_by_pixel() -> None:
    content, output = random_images((5, 6, 3)), random_images((5, 6, 3), 1)
    for epsilon in (1e-7, 3e-5):
        laplacian = MattingLaplacian.from_image(content, epsilon)
        result = photorealism_loss(laplacian, tf.constant(output))
        expected = affine_residual(content, output, epsilon) / 30
        np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_default_is_the_loss_that_photos_are_solved_with() -> None:
    # Faint, since epsilon matters where there is little contrast.
    contents, outputs = 0.02 * random_images((1, 5, 6, 3)), random_images((1, 5, 6, 3), 1)
    term, *_ = image_terms(contents[0], TransferConfig(photorealism_weight=1.0))
    expected = float(term.function(term.target, tf.constant(outputs[0])))
    assert PhotorealismLoss()(contents, outputs).numpy() == pytest.approx([expected], rel=1e-5)
    published = PhotorealismLoss(PUBLISHED_EPSILON)(contents, outputs).numpy()
    assert published < 0.99 * expected


def test_local_recolouring_is_free_and_noise_is_not() -> None:
    content = random_images((8, 9, 3))
    laplacian = MattingLaplacian.from_image(content, PUBLISHED_EPSILON)
    recoloured = 1 - 0.7 * content[..., ::-1]
    assert abs(float(photorealism_loss(laplacian, tf.constant(recoloured)))) < 1e-5
    noisy = content + 0.1 * random_images((8, 9, 3), 1)
    assert float(photorealism_loss(laplacian, tf.constant(noisy))) > 1e-3


def test_gradient_equals_finite_differences() -> None:
    content, output = random_images((4, 4, 3)), random_images((4, 4, 3), 1)
    laplacian, x = MattingLaplacian.from_image(content, 1e-3), tf.constant(output)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = photorealism_loss(laplacian, x)
    traced = tf.function(photorealism_loss)
    # Central differences of a quadratic function are exact at any step.
    expected = finite_differences(
        lambda i: float(traced(laplacian, tf.constant(i))), output, step=0.5
    )
    np.testing.assert_allclose(tape.gradient(value, x), expected, atol=1e-5)


def test_keras_loss_builds_the_laplacian_of_each_content_image() -> None:
    contents, outputs = random_images((3, 5, 4, 3)), random_images((3, 5, 4, 3), 1)
    laplacians = [MattingLaplacian.from_image(content, 1e-4) for content in contents]
    pairs = [(la, tf.constant(o)) for la, o in zip(laplacians, outputs, strict=True)]
    expected = [float(photorealism_loss(*pair)) for pair in pairs]
    slopes = [2 * la.matvec(o) / 20 for la, o in pairs]
    loss = PhotorealismLoss(epsilon=1e-4)

    @tf.function(jit_compile=True)
    def value_and_gradient(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(contents, x)
        return value, tape.gradient(value, x)

    value, gradient = value_and_gradient(tf.constant(outputs))
    assert value.shape == (3,)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(gradient, slopes, atol=1e-6)
