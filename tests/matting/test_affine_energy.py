"""The Laplacian's energy without the Laplacian."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

import matting
from matting import (
    DEFAULT_EPSILON,
    PUBLISHED_EPSILON,
    MattingLaplacian,
    local_affine_energy,
)
from tests.oracles.exact_laplacian import affine_residual


def random_images(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape).astype(np.float32)


@pytest.mark.parametrize(("radius", "epsilon"), [(1, 1e-7), (1, 1e-3), (2, 1e-5)])
def test_value_is_the_residual_of_each_window(radius: int, epsilon: float) -> None:
    contents, images = random_images((2, 6, 7, 3)), random_images((2, 6, 7, 2), 1)
    expected = [
        affine_residual(c, i, epsilon, radius) for c, i in zip(contents, images, strict=True)
    ]
    result = local_affine_energy(contents, images, epsilon, radius)
    np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_value_and_gradient_are_those_of_the_laplacian() -> None:
    contents = random_images((2, 12, 9, 3))
    contents[1, :, :5] = 0.5  # flat, where epsilon alone bounds the slopes
    images = tf.constant(random_images((2, 12, 9, 3), 1))

    @tf.function(jit_compile=True)
    def value_and_gradients(contents: tf.Tensor, images: tf.Tensor) -> tuple:
        with tf.GradientTape() as tape:
            tape.watch([contents, images])
            value = local_affine_energy(contents, images, 1e-5)
        return value, tape.gradient(value, [contents, images], unconnected_gradients="zero")

    result, gradients = value_and_gradients(tf.constant(contents), images)
    assert not gradients[0].numpy().any()  # contents get none
    laplacians = [MattingLaplacian.from_image(content, 1e-5) for content in contents]
    pairs = list(zip(laplacians, images, strict=True))
    expected = [float(laplacian.quadratic_form(image)) for laplacian, image in pairs]
    np.testing.assert_allclose(result, expected, rtol=1e-4)
    slopes = [2 * laplacian.matvec(image) for laplacian, image in pairs]
    np.testing.assert_allclose(gradients[1], slopes, atol=1e-4)


def test_local_recolouring_is_nearly_free() -> None:
    contents = random_images((2, 6, 7, 3))
    recoloured = 1 - 0.7 * contents[..., :0:-1]
    energies = local_affine_energy(contents, recoloured, PUBLISHED_EPSILON).numpy()
    assert (energies >= 0).all() and (energies < 1e-3).all()


def test_sizes_that_differ_share_a_trace() -> None:
    signature = [tf.TensorSpec([None, None, None, 3], tf.float32)] * 2
    traced = tf.function(local_affine_energy, input_signature=signature)
    for shape in ((1, 5, 6, 3), (2, 9, 4, 3)):
        contents, images = random_images(shape), random_images(shape, 1)
        expected = [
            affine_residual(c, i, DEFAULT_EPSILON) for c, i in zip(contents, images, strict=True)
        ]
        np.testing.assert_allclose(traced(contents, images), expected, rtol=1e-5)


def test_former_name_is_the_same_function() -> None:
    assert matting.local_affine_residual is local_affine_energy
