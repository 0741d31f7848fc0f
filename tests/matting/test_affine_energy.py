"""The Laplacian's energy without the Laplacian."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

import matting
from matting import PUBLISHED_EPSILON, MattingLaplacian, local_affine_energy
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
    with tf.GradientTape() as tape:
        tape.watch(images)
        result = local_affine_energy(contents, images, 1e-5)
    laplacians = [MattingLaplacian.from_image(content, 1e-5) for content in contents]
    pairs = list(zip(laplacians, images, strict=True))
    expected = [float(laplacian.quadratic_form(image)) for laplacian, image in pairs]
    np.testing.assert_allclose(result, expected, rtol=1e-4)
    slopes = [2 * laplacian.matvec(image) for laplacian, image in pairs]
    np.testing.assert_allclose(tape.gradient(result, images), slopes, atol=1e-4)


def test_local_recolouring_is_nearly_free() -> None:
    contents = random_images((1, 8, 9, 3))
    recoloured = 1 - 0.7 * contents[..., ::-1]
    energy = float(local_affine_energy(contents, recoloured, PUBLISHED_EPSILON)[0])
    assert 0 <= energy < 1e-3


def test_content_images_get_no_gradient() -> None:
    contents, images = (tf.constant(random_images((1, 6, 6, 3), seed)) for seed in (0, 1))
    with tf.GradientTape() as tape:
        tape.watch(contents)
        value = local_affine_energy(contents, images)
    assert tape.gradient(value, contents, unconnected_gradients="zero").numpy().max() == 0


def test_sizes_that_differ_share_a_trace() -> None:
    signature = [tf.TensorSpec([None, None, None, 3], tf.float32)] * 2
    traced = tf.function(local_affine_energy, input_signature=signature)
    for shape in ((1, 5, 6, 3), (2, 9, 4, 3)):
        contents, images = random_images(shape), random_images(shape, 1)
        expected = local_affine_energy(contents, images)
        np.testing.assert_allclose(traced(contents, images), expected, rtol=1e-6)


def test_former_name_is_the_same_function() -> None:
    assert matting.local_affine_residual is local_affine_energy
