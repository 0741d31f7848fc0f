"""The patch loss, against the sum over pairs of patches."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.losses import (
    PatchLoss,
    feature_length,
    patch_bank,
    patch_loss,
    patch_target,
    with_semantic_map,
)
from tests.oracles import patches as oracle


@pytest.fixture
def features() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(6, 8, 4)).astype(np.float32)


@pytest.fixture
def style() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(7, 5, 4)).astype(np.float32) + 1


@pytest.mark.parametrize("patch_size", [1, 2, 3, 5])
def test_loss_is_the_sum_over_patches(features, style, patch_size: int) -> None:
    bank = patch_bank([tf.constant(style)], patch_size)
    num_patches = (7 - patch_size) * (9 - patch_size)
    indices = np.random.default_rng(2).integers(0, bank.corners.shape[0], num_patches)
    target = patch_target(bank, tf.constant(indices, tf.int32), (6, 8), patch_size)
    expected = oracle.patch_loss(style, features, indices, patch_size)
    assert patch_loss(target, tf.constant(features[None])).numpy() == pytest.approx(
        [expected], rel=1e-5
    )


def test_gradient_is_that_of_the_sum_over_patches(features, style) -> None:
    bank = patch_bank([tf.constant(style)], 3)
    indices = np.random.default_rng(2).integers(0, 15, 24)
    target = patch_target(bank, tf.constant(indices, tf.int32), (6, 8), 3)
    x = tf.constant(features[None])
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = patch_loss(target, x)
    gradient = tape.gradient(value, x).numpy()[0]
    for place in ((0, 0, 0), (3, 4, 1), (5, 7, 3), (0, 5, 2)):
        step = np.zeros_like(features)
        step[place] = 1e-2
        ends = (oracle.patch_loss(style, features + s, indices, 3) for s in (step, -step))
        numerical = np.subtract(*ends) / 2e-2
        assert gradient[place] == pytest.approx(numerical, rel=1e-3, abs=1e-6)


def test_style_image_itself_has_no_loss(style) -> None:
    value = PatchLoss()(style[None], style[None]).numpy()
    np.testing.assert_allclose(value, [0], atol=1e-6)


def test_keras_loss_takes_the_nearest_patches_of_each_image(features, style) -> None:
    batch, styles = np.stack([features, features[::-1]]), np.stack([style, -style])
    value = PatchLoss(patch_size=2)(styles, batch).numpy()
    for number in range(2):
        table = oracle.correlations(
            oracle.patches(batch[number], 2), oracle.patches(styles[number], 2)
        )
        expected = oracle.patch_loss(styles[number], batch[number], table.argmax(1), 2)
        assert value[number] == pytest.approx(expected, rel=1e-5)


def test_maps_take_part_in_the_choice_and_not_in_the_loss(features, style) -> None:
    maps = [np.zeros((1, *each.shape[:2], 1), np.float32) for each in (style, features)]
    maps[0][:, 3:] = 1  # the last two rows of style patches lie wholly in it
    maps[1][:] = 1
    joint = PatchLoss(semantic_weight=1000.0)
    value = joint((style[None], maps[0]), (features[None], maps[1])).numpy()
    length = np.sqrt((style**2).sum(-1).mean())
    joined = (
        np.concatenate([each / length, 40 * map_[0]], -1)
        for each, map_ in zip((features, style), maps[::-1], strict=True)
    )
    nearest = oracle.correlations(*(oracle.patches(each, 3) for each in joined)).argmax(1)
    assert nearest.min() >= 9
    expected = oracle.patch_loss(style, features, nearest, 3)
    assert value == pytest.approx([expected], rel=1e-4)
    without = PatchLoss()(style[None], features[None]).numpy()
    weightless = PatchLoss(semantic_weight=0.0)(
        (style[None], maps[0]), (features[None], maps[1])
    ).numpy()
    np.testing.assert_allclose(weightless, without, rtol=1e-6)
    assert abs(without - value) > 1e-3  # without them others are chosen


def test_with_weight_25_a_channel_of_the_map_counts_as_all_features(style) -> None:
    ones = np.ones((7, 5, 1), np.float32)
    joint = with_semantic_map(style, ones, feature_length(style), 25.0).numpy()
    energies = (joint**2).sum(-1, keepdims=True)
    assert (joint[..., :4] ** 2).sum(-1).mean() == pytest.approx(1, rel=1e-5)
    np.testing.assert_allclose(joint[..., 4:], 1)
    assert energies.mean() == pytest.approx(2, rel=1e-5)


def test_flat_features_give_a_finite_loss_and_gradient() -> None:
    flat = tf.zeros([1, 5, 5, 2])
    with tf.GradientTape() as tape:
        tape.watch(flat)
        value = PatchLoss()(flat, flat)
    assert value.numpy() == [0] and np.isfinite(tape.gradient(value, flat)).all()


def test_defaults_are_those_of_the_semantic_method() -> None:
    loss, config = PatchLoss(), TransferConfig(method="semantic")
    options = (loss.patch_size, loss.semantic_weight, loss.variety, loss.memory)
    assert options == (
        config.patch_size,
        config.semantic_weight,
        config.variety,
        config.matching_memory,
    )


def test_patch_size_below_1_is_an_error() -> None:
    with pytest.raises(ValueError, match="patch_size is 0, must be at least 1"):
        PatchLoss(patch_size=0)
