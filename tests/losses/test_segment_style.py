"""Segment-wise style losses."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.losses import (
    GramTarget,
    SegmentStatistics,
    SegmentStyleLoss,
    centred_target,
    segment_centred_loss,
    segment_gram_loss,
    segment_statistics,
)
from tests.oracles import losses as oracle
from tests.oracles.finite_differences import finite_differences

LOSSES = [("centred", "relative"), ("gram", "relative"), ("gram", "luan")]


def random_features(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def random_guidance(height: int, width: int, num_segments: int = 3, seed: int = 0) -> np.ndarray:
    """Soft masks that sum to 1, [height, width, K]."""
    masks = np.random.default_rng(seed).random((height, width, num_segments))
    return masks / masks.sum(-1, keepdims=True)


def loss_of(
    style: np.ndarray, style_masks: np.ndarray, statistic: str, normalization: str = "relative"
):
    """(features, guidance) -> float64 [batch], through the public functions."""
    moments = segment_statistics(style, tf.constant(style_masks))
    whole = segment_statistics(style, tf.ones_like(style[..., :1]))

    def loss(features: tf.Tensor, guidance: np.ndarray) -> tf.Tensor:
        output = segment_statistics(features, tf.constant(guidance))
        shares = tf.reduce_mean(tf.constant(guidance), [1, 2])
        shares = tf.where(style_masks.sum((1, 2)) > 0, shares, 0)
        if statistic == "gram":
            return segment_gram_loss(GramTarget(moments.gram, shares), output, normalization)
        return segment_centred_loss(centred_target(moments, whole, shares), output)

    return loss


def expected_loss(
    style: np.ndarray,
    style_masks: np.ndarray,
    features: np.ndarray,
    masks: np.ndarray,
    statistic: str,
    normalization: str,
) -> float:
    if statistic == "gram":
        return oracle.segment_gram_loss(style, style_masks, features, masks, normalization)
    return oracle.segment_centred_loss(style, style_masks, features, masks)


@pytest.mark.parametrize(("statistic", "normalization"), LOSSES)
def test_value_equals_a_loop_over_segments(statistic: str, normalization: str) -> None:
    style, style_masks = random_features((2, 4, 3, 3)), random_guidance(4, 3)
    features, masks = random_features((2, 3, 5, 3), 1), random_guidance(3, 5, seed=1)
    loss = loss_of(style, np.stack([style_masks] * 2), statistic, normalization)
    expected = [
        expected_loss(style[i], style_masks, features[i], masks, statistic, normalization)
        for i in range(2)
    ]
    result = loss(features, np.stack([masks] * 2))
    np.testing.assert_allclose(result, expected, rtol=1e-10)


@pytest.mark.parametrize(("statistic", "normalization"), LOSSES)
def test_gradient_equals_finite_differences(statistic: str, normalization: str) -> None:
    style, style_masks = random_features((1, 3, 3, 2)), random_guidance(3, 3)[None]
    features, masks = random_features((1, 3, 4, 2), 1), random_guidance(3, 4, seed=1)[None]
    masks[0, ..., 2] = 0  # in the style only
    loss = loss_of(style, style_masks, statistic, normalization)
    x = tf.constant(features)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(x, masks)
    expected = finite_differences(lambda f: float(loss(f, masks)[0]), features)
    np.testing.assert_allclose(tape.gradient(value, x), expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("empty_in", ["style", "output", "both"])
@pytest.mark.parametrize(("statistic", "normalization"), LOSSES)
def test_empty_segment_contributes_exactly_nothing(
    statistic: str, normalization: str, empty_in: str
) -> None:
    style, features = (random_features((1, 4, 4, 3), s).astype(np.float32) for s in (0, 1))
    style_masks, masks = np.zeros((2, 1, 4, 4, 2), np.float32)
    style_masks[..., :2, :, 0] = masks[..., :1, :, 0] = 1
    if empty_in == "output":
        style_masks[..., 2:, :, 1] = 1
    if empty_in == "style":
        masks[..., 1:, :, 1] = 1
    loss = SegmentStyleLoss(statistic, normalization)
    results = []
    for segments in (slice(2), slice(1)):
        x = tf.constant(features)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss((style, style_masks[..., segments]), (x, masks[..., segments]))
        results.append((value.numpy(), tape.gradient(value, x).numpy()))
    (value, gradient), (value_without, gradient_without) = results
    np.testing.assert_allclose(value, value_without, rtol=1e-6)
    np.testing.assert_allclose(gradient, gradient_without, atol=1e-7)
    np.testing.assert_array_equal(gradient[0, 1:], 0)
    assert value > 0


@pytest.mark.parametrize(("statistic", "normalization"), LOSSES)
def test_all_segments_empty_give_zero_in_value_and_gradient(
    statistic: str, normalization: str
) -> None:
    style, x = random_features((1, 4, 4, 3)), tf.constant(random_features((1, 4, 4, 3), 1))
    empty = np.zeros((1, 4, 4, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss_of(style, empty, statistic, normalization)(x, empty)
    assert value.numpy() == [0]
    np.testing.assert_array_equal(tape.gradient(value, x), np.zeros((1, 4, 4, 3)))


@pytest.mark.parametrize(("statistic", "normalization"), LOSSES)
def test_segment_of_one_pixel_is_finite(statistic: str, normalization: str) -> None:
    style, x = random_features((1, 4, 4, 3)), tf.constant(random_features((1, 4, 4, 3), 1))
    masks = np.zeros((1, 4, 4, 1))
    masks[0, 2, 1] = 1
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss_of(style, masks, statistic, normalization)(x, masks)
    expected = expected_loss(style[0], masks[0], x[0].numpy(), masks[0], statistic, normalization)
    np.testing.assert_allclose(value, [expected], rtol=1e-9)
    gradient = tape.gradient(value, x).numpy()
    assert np.isfinite(gradient).all()
    assert np.flatnonzero(gradient.any(-1)).tolist() == [2 * 4 + 1]


@pytest.mark.parametrize(("statistic", "normalization"), LOSSES)
def test_tiled_style_asks_for_the_same(statistic: str, normalization: str) -> None:
    style, style_masks = random_features((1, 4, 3, 3)), random_guidance(4, 3)[None]
    features, masks = random_features((1, 3, 5, 3), 1), random_guidance(3, 5, seed=1)[None]
    once = loss_of(style, style_masks, statistic, normalization)
    tiled = loss_of(
        np.tile(style, (1, 2, 2, 1)), np.tile(style_masks, (1, 2, 2, 1)), statistic, normalization
    )
    np.testing.assert_allclose(tiled(features, masks), once(features, masks), rtol=1e-10)


@pytest.mark.parametrize("value", [0.0, 0.3, 0.7, 100.0])
def test_loss_of_a_style_of_one_colour_is_finite_and_not_negative(value: float) -> None:
    style = np.full((1, 9, 9, 3), value, np.float32)
    features, ones = random_features((1, 9, 9, 3)).astype(np.float32), np.ones((1, 9, 9, 1), "f4")
    loss = SegmentStyleLoss()((style, ones), (features, ones)).numpy()
    assert np.isfinite(loss)
    assert loss >= 0


@pytest.mark.parametrize(("statistic", "normalization"), LOSSES)
def test_keras_loss_takes_batches_and_different_sizes(statistic: str, normalization: str) -> None:
    style = random_features((3, 4, 5, 2)).astype(np.float32)
    style_masks = np.stack([random_guidance(4, 5, seed=s) for s in range(3)]).astype(np.float32)
    features = random_features((3, 3, 4, 2), 1).astype(np.float32)
    masks = np.stack([random_guidance(3, 4, seed=s) for s in range(3, 6)]).astype(np.float32)
    expected = [
        expected_loss(style[i], style_masks[i], features[i], masks[i], statistic, normalization)
        for i in range(3)
    ]
    loss = SegmentStyleLoss(statistic, normalization)
    for call in (loss, tf.function(loss), tf.function(loss, jit_compile=True)):
        result = call((style, style_masks), (features, masks))
        assert result.shape == (3,)
        np.testing.assert_allclose(result, expected, rtol=2e-5)


def test_unknown_option_is_an_error() -> None:
    with pytest.raises(ValueError, match="statistic is 'mean', must be one of centred, gram"):
        SegmentStyleLoss(statistic="mean")
    with pytest.raises(ValueError, match="normalization is 'gatys', must be one of relative"):
        SegmentStyleLoss(normalization="gatys")
    gram = tf.zeros([1, 1, 2, 2])
    with pytest.raises(ValueError, match="normalization is 'x', must be one of relative, luan"):
        segment_gram_loss(
            GramTarget(gram, tf.ones([1, 1])), SegmentStatistics(gram[..., 0], gram), "x"
        )
