"""Moments of segments, dense and sorted."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.losses import SortedGuidance, segment_statistics, sorted_segment_statistics
from tests.oracles import losses as oracle
from tests.oracles.finite_differences import finite_differences


def random_features(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def mixed_masks(height: int, width: int) -> np.ndarray:
    """[5, height, width]: soft and overlapping, hard, one pixel, empty, everything."""
    masks = np.zeros((5, height, width))
    masks[0] = np.random.default_rng(2).random((height, width))
    masks[1, : height // 2] = 1
    masks[2, height - 1, 0] = 0.3
    masks[4] = 1
    return masks


def test_statistics_equal_a_loop_over_positions() -> None:
    features = random_features((2, 4, 5, 3))
    guidance = np.stack([np.moveaxis(mixed_masks(4, 5), 0, -1)] * 2)
    guidance[1] = guidance[1, ::-1]
    result = segment_statistics(features, tf.constant(guidance))
    for i in range(2):
        for k in range(5):
            f, mask = features[i], guidance[i, ..., k]
            np.testing.assert_allclose(result.mean[i, k], oracle.mean(f, mask), atol=1e-12)
            np.testing.assert_allclose(result.gram[i, k], oracle.gram(f, mask), atol=1e-12)
            np.testing.assert_allclose(
                result.covariance[i, k], oracle.covariance(f, mask), atol=1e-12
            )


@pytest.mark.parametrize("size", [(4, 5), (7, 3), (1, 2)])
@pytest.mark.parametrize("segments", [slice(None), slice(1), slice(2, 3), slice(3, 4)])
def test_sorted_statistics_equal_dense_ones_in_value_and_gradient(
    size: tuple[int, int], segments: slice
) -> None:
    masks = mixed_masks(*size)[segments].astype(np.float32)
    features = tf.constant(random_features((1, *size, 3)), tf.float32)
    shape = segment_statistics(features, tf.constant(np.moveaxis(masks, 0, -1)[None]))
    # Two arbitrary linear forms of the moments, not symmetric, to see all of the gradient.
    forms = [tf.constant(random_features(s.shape, 3 + i), tf.float32) for i, s in enumerate(shape)]
    dense = tf.constant(np.moveaxis(masks, 0, -1)[None])
    results = []
    for function, guidance in (
        (segment_statistics, dense),
        (sorted_segment_statistics, SortedGuidance.from_masks(masks)),
    ):
        with tf.GradientTape() as tape:
            tape.watch(features)
            statistics = function(features, guidance)
            value = sum(tf.reduce_sum(form * s) for form, s in zip(forms, statistics, strict=True))
        results.append([*statistics, tape.gradient(value, features)])
    for of_dense, of_sorted in zip(*results, strict=True):
        assert of_dense.shape == of_sorted.shape
        np.testing.assert_allclose(of_sorted, of_dense, atol=2e-6)


@pytest.mark.parametrize("statistic", ["mean", "gram", "covariance"])
@pytest.mark.parametrize("subject", ["features", "guidance"])
def test_gradient_equals_finite_differences(statistic: str, subject: str) -> None:
    guidance = np.stack([np.moveaxis(mixed_masks(3, 4), 0, -1)] * 2)
    if subject == "guidance":  # Where a mask is empty, the moments jump with it.
        guidance = np.random.default_rng(5).uniform(0.1, 1, guidance.shape)
    inputs = {"features": random_features((2, 3, 4, 2)), "guidance": guidance}
    form = random_features(getattr(segment_statistics(**inputs), statistic).shape, 1)

    def value(x: tf.Tensor) -> tf.Tensor:
        statistics = segment_statistics(**{**inputs, subject: x})
        return tf.reduce_sum(form * getattr(statistics, statistic))

    x = tf.constant(inputs[subject])
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = value(x)
    traced = tf.function(value)
    expected = finite_differences(lambda y: float(traced(tf.constant(y))), inputs[subject])
    np.testing.assert_allclose(tape.gradient(result, x), expected, rtol=1e-6, atol=1e-8)


def test_empty_segment_has_zero_statistics_and_gradient() -> None:
    features = tf.constant(random_features((1, 4, 5, 3)), tf.float32)
    empty = np.zeros((2, 4, 5), np.float32)
    for function, guidance in (
        (segment_statistics, tf.constant(np.moveaxis(empty, 0, -1)[None])),
        (sorted_segment_statistics, SortedGuidance.from_masks(empty)),
    ):
        with tf.GradientTape() as tape:
            tape.watch(features)
            mean, gram = function(features, guidance)
            value = tf.reduce_sum(mean) + tf.reduce_sum(gram)
        assert not np.any(mean)
        assert not np.any(gram)
        np.testing.assert_array_equal(tape.gradient(value, features), np.zeros((1, 4, 5, 3)))


def test_statistics_do_not_depend_on_the_segments_area() -> None:
    features, mask = random_features((1, 3, 4, 2)), np.ones((1, 3, 4, 1))
    mask[0, 0, 0] = 0
    once = segment_statistics(features, tf.constant(mask))
    tile = (1, 2, 3, 1)
    tiled = segment_statistics(np.tile(features, tile), tf.constant(np.tile(mask, tile)))
    fainter = segment_statistics(features, tf.constant(0.25 * mask))
    for other in (tiled, fainter):
        np.testing.assert_allclose(other.mean, once.mean, rtol=1e-12)
        np.testing.assert_allclose(other.gram, once.gram, rtol=1e-12)


def test_dense_statistics_compile() -> None:
    features = tf.constant(random_features((1, 4, 5, 3)), tf.float32)
    guidance = tf.constant(np.moveaxis(mixed_masks(4, 5), 0, -1)[None], tf.float32)
    compiled = tf.function(segment_statistics, jit_compile=True)(features, guidance)
    for result, expected in zip(compiled, segment_statistics(features, guidance), strict=True):
        np.testing.assert_allclose(result, expected, atol=1e-6)


def test_sorted_guidance_of_one_size_shares_a_trace() -> None:
    traces = []

    @tf.function
    def gram(features: tf.Tensor, guidance: SortedGuidance) -> tf.Tensor:
        traces.append(features.shape)
        return sorted_segment_statistics(features, guidance).gram

    features = tf.constant(random_features((1, 4, 5, 3)), tf.float32)
    for masks in (mixed_masks(4, 5), 1 - mixed_masks(4, 5)):
        expected = [oracle.gram(features[0].numpy(), mask) for mask in masks]
        result = gram(features, SortedGuidance.from_masks(masks))
        np.testing.assert_allclose(result[0], expected, atol=1e-5)
    assert len(traces) == 1


def test_covariance_of_a_nearly_flat_segment_is_not_rounding_noise() -> None:
    features = (1.5 + 1e-3 * random_features((1, 30, 40, 3))).astype(np.float32)
    masks = np.zeros((2, 30, 40), np.float32)
    masks[0, :20], masks[1, 20:] = 1, 1
    dense = tf.constant(np.moveaxis(masks, 0, -1)[None])
    for result in (
        segment_statistics(tf.constant(features), dense),
        sorted_segment_statistics(tf.constant(features), SortedGuidance.from_masks(masks)),
    ):
        for k, mask in enumerate(masks):
            expected = oracle.covariance(features[0].astype(np.float64), mask)
            np.testing.assert_allclose(result.covariance[0, k], expected, atol=1e-3 * 1e-6)
