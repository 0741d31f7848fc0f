"""Gram matrices and the style loss on whole images."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.losses import GramLoss, gram_loss, gram_matrix
from tests.oracles import losses as oracle
from tests.oracles.finite_differences import finite_differences


def random_features(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 3, 5, 4), (1, 7, 2, 6)])
def test_gram_matrix_is_the_mean_outer_product(shape: tuple[int, ...]) -> None:
    features = random_features(shape)
    expected = [oracle.gram(f) for f in features]
    np.testing.assert_allclose(gram_matrix(features), expected, rtol=1e-12, atol=1e-14)


def test_tiled_image_has_the_same_gram_matrix() -> None:
    features = random_features((1, 3, 4, 5))
    tiled = np.tile(features, (1, 2, 3, 1))
    np.testing.assert_allclose(gram_matrix(tiled), gram_matrix(features), rtol=1e-12)


def test_relative_loss_equals_its_formula() -> None:
    target, gram = (gram_matrix(random_features((2, 4, 4, 3), seed)).numpy() for seed in (0, 1))
    expected = ((gram - target) ** 2).sum((1, 2)) / (target**2).sum((1, 2))
    np.testing.assert_allclose(gram_loss(target, gram), expected, rtol=1e-12)


def test_gatys_loss_is_that_of_the_paper() -> None:
    """Gatys et al. 2016, eq. 4, with Gram matrices that are sums over M positions."""
    style, features = random_features((1, 4, 5, 3)), random_features((1, 4, 5, 3), 1)
    num_channels, num_positions = 3, 20
    sums = [num_positions * oracle.gram(f[0]) for f in (style, features)]
    expected = ((sums[0] - sums[1]) ** 2).sum() / (4 * num_channels**2 * num_positions**2)
    loss = gram_loss(gram_matrix(style), gram_matrix(features), "gatys")
    np.testing.assert_allclose(loss, [expected], rtol=1e-12)


@pytest.mark.parametrize("normalization", ["relative", "gatys"])
def test_gradient_equals_finite_differences(normalization: str) -> None:
    style, features = random_features((1, 3, 3, 2)), random_features((1, 2, 4, 2), 1)

    def loss(f: tf.Tensor) -> tf.Tensor:
        return gram_loss(gram_matrix(style), gram_matrix(f), normalization)[0]

    x = tf.constant(features)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(x)
    expected = finite_differences(lambda f: float(loss(f)), features)
    np.testing.assert_allclose(tape.gradient(value, x), expected, rtol=1e-6, atol=1e-9)


def test_style_of_zeros_gives_zero_not_nan() -> None:
    x = tf.constant(random_features((1, 3, 3, 2)))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = gram_loss(tf.zeros([1, 2, 2], tf.float64), gram_matrix(x))
    assert value.numpy() == [0]
    assert not tape.gradient(value, x).numpy().any()


def test_keras_loss_takes_images_of_different_sizes() -> None:
    style = random_features((3, 4, 6, 2)).astype(np.float32)
    features = random_features((3, 5, 3, 2), 1).astype(np.float32)
    expected = gram_loss(gram_matrix(style), gram_matrix(features), "gatys")
    for call in (GramLoss("gatys"), tf.function(GramLoss("gatys"))):
        result = call(style, features)
        assert result.shape == (3,)
        np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_unknown_normalization_is_an_error() -> None:
    with pytest.raises(ValueError, match="'luan', must be one of relative, gatys"):
        GramLoss("luan")
    with pytest.raises(ValueError, match="'none', must be one of relative, gatys"):
        gram_loss(tf.zeros([1, 2, 2]), tf.zeros([1, 2, 2]), "none")
