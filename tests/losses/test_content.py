"""Content loss."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from dpst.losses import ContentLoss, content_loss
from tests.oracles.finite_differences import finite_differences


def random_features(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def test_value_is_the_distance_relative_to_the_targets_energy() -> None:
    target, features = random_features((2, 3, 4, 5)), random_features((2, 3, 4, 5), 1)
    expected = [((f - t) ** 2).sum() / (t**2).sum() for t, f in zip(target, features, strict=True)]
    np.testing.assert_allclose(content_loss(target, features), expected, rtol=1e-12)


def test_value_does_not_depend_on_scale_or_size() -> None:
    target, features = random_features((1, 3, 4, 5)), random_features((1, 3, 4, 5), 1)
    expected = content_loss(target, features)
    np.testing.assert_allclose(content_loss(7 * target, 7 * features), expected, rtol=1e-12)
    tiled = np.tile(target, (1, 2, 3, 1)), np.tile(features, (1, 2, 3, 1))
    np.testing.assert_allclose(content_loss(*tiled), expected, rtol=1e-12)


def test_gradient_equals_finite_differences() -> None:
    target, features = random_features((1, 2, 3, 2)), random_features((1, 2, 3, 2), 1)
    x = tf.constant(features)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = content_loss(tf.constant(target), x)
    expected = finite_differences(lambda f: float(content_loss(target, f)[0]), features)
    np.testing.assert_allclose(tape.gradient(value, x), expected, rtol=1e-7, atol=1e-9)


def test_target_of_zeros_gives_zero_not_nan() -> None:
    x = tf.zeros([1, 3, 3, 2])
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = content_loss(tf.zeros_like(x), x)
    assert value.numpy() == [0]
    assert not tape.gradient(value, x).numpy().any()


def test_keras_loss_gives_one_value_an_image() -> None:
    target = random_features((3, 4, 4, 2)).astype(np.float32)
    features = random_features((3, 4, 4, 2), 1).astype(np.float32)
    expected = content_loss(target, features)
    for call in (ContentLoss(), tf.function(ContentLoss())):
        result = call(target, features)
        assert result.shape == (3,)
        np.testing.assert_allclose(result, expected, rtol=1e-6)
