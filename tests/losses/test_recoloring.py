"""Recolouring losses, against dense matrices and what they are for."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.losses import (
    HeldTarget,
    RecoloringTarget,
    chroma_departure_loss,
    chroma_lengths,
    held_chroma_loss,
    recoloring_loss,
    tint_loss,
)
from matting import GuidedFilter, MaskedGuidedFilter
from tests.oracles.finite_differences import finite_differences
from tests.oracles.local_fits import guided_filter_matrix, tent_windows

SIZE = 8, 7
CHROMA_COST = 10.0


def photo(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((*SIZE, 3)).astype(np.float32)


def target_of(anchor: np.ndarray, smoother) -> RecoloringTarget:
    return RecoloringTarget(tf.constant(anchor), smoother, tf.constant(CHROMA_COST))


def halves() -> np.ndarray:
    masks = np.zeros((2, *SIZE), np.float32)
    masks[0, :4] = masks[1, 4:] = 1
    return masks


@pytest.fixture(params=["place", "mask"])
def smoother(request):
    """A smoother of the content image `photo(0)`, and its windows."""
    if request.param == "place":
        return GuidedFilter.from_image(photo(0), (4.0,), epsilon=1e-2), tent_windows(*SIZE, 4.0)
    return MaskedGuidedFilter.from_masks(photo(0), halves(), 1e-2), list(halves().astype(float))


def test_value_is_the_quadratic_form_of_the_residual(smoother) -> None:
    operator, windows = smoother
    anchor, image = photo(1), photo(2)
    residual = np.eye(56) - guided_filter_matrix(photo(0), windows, 1e-2)
    change = (image - anchor).reshape(-1, 3).astype(np.float64)
    light = change @ np.outer([0.299, 0.587, 0.114], np.ones(3))
    weighed = light + np.sqrt(CHROMA_COST) * (change - light)
    expected = sum(weighed[:, c] @ residual @ weighed[:, c] for c in range(3)) / 56
    value = recoloring_loss(target_of(anchor, operator), tf.constant(image))
    np.testing.assert_allclose(value, expected, rtol=1e-4)


def test_gradient_equals_finite_differences(smoother) -> None:
    target = target_of(photo(1), smoother[0])
    image = tf.constant(photo(2))
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = recoloring_loss(target, image)
    # For a quadratic form, differences are exact at any step.
    expected = finite_differences(
        lambda x: recoloring_loss(target, tf.constant(x)), photo(2), step=0.1
    )
    np.testing.assert_allclose(tape.gradient(value, image), expected, atol=1e-5)


def test_anchor_is_free_and_a_map_of_colours_nearly(smoother) -> None:
    anchor = photo(1)
    target = target_of(anchor, smoother[0])
    assert recoloring_loss(target, tf.constant(anchor)) == 0
    mapped = anchor + 0.2 * photo(0) - 0.1
    other = anchor + 0.2 * photo(3) - 0.1
    values = [float(recoloring_loss(target, tf.constant(each))) for each in (mapped, other)]
    assert values[0] < 0.2 * values[1]


def test_light_costs_less_than_chroma(smoother) -> None:
    anchor, pattern = photo(1), photo(2)[..., :1] - 0.5
    target = target_of(anchor, smoother[0])
    light, tint = (pattern * np.float32(way) for way in ([1, 1, 1], [1, -0.299 / 0.587, 0]))
    values = [float(recoloring_loss(target, tf.constant(anchor + c))) for c in (light, tint)]
    squares = [np.sum(np.square(c)) for c in (light, tint)]
    assert values[1] / squares[1] == pytest.approx(CHROMA_COST * values[0] / squares[0], rel=0.01)


def test_departure_is_the_fourth_power_of_the_change_of_chroma() -> None:
    anchor, image = photo(1).astype(np.float64), photo(2).astype(np.float64)
    total = 0.0
    for before, after in zip(anchor.reshape(-1, 3), image.reshape(-1, 3), strict=True):
        change = after - before
        chroma = change - change @ [0.299, 0.587, 0.114]
        total += np.sum(chroma**2) ** 2 / 0.1**2
    value = chroma_departure_loss(tf.constant(photo(1)), tf.constant(photo(2)))
    np.testing.assert_allclose(value, total / 56, rtol=1e-5)


def test_lightness_does_not_depart() -> None:
    anchor = tf.constant(photo(1))
    assert chroma_departure_loss(anchor, anchor + 0.2) < 1e-10
    assert chroma_departure_loss(anchor, anchor * [0.5, 1, 1]) > 1e-3


def test_tint_is_the_square_of_the_chroma_beyond_what_may_be() -> None:
    image, most = photo(1).astype(np.float64), photo(2)[..., 0] * 0.5
    total = 0.0
    for color, bound in zip(image.reshape(-1, 3), most.ravel(), strict=True):
        chroma = color - color @ [0.299, 0.587, 0.114]
        total += max(np.linalg.norm(chroma) - bound, 0) ** 2
    value = tint_loss(tf.constant(most), tf.constant(photo(1)))
    assert total > 0
    np.testing.assert_allclose(value, total / 56, rtol=1e-4)


def test_no_tint_and_a_gradient_where_all_is_grey() -> None:
    grey = tf.constant(np.repeat(photo(1)[..., :1], 3, -1))
    with tf.GradientTape() as tape:
        tape.watch(grey)
        value = tint_loss(tf.zeros(grey.shape[:2]), grey)
    assert value < 1e-5
    assert np.isfinite(tape.gradient(value, grey)).all()
    assert tint_loss(chroma_lengths(grey) + 0.01, grey) == 0


def test_held_chroma_is_the_square_of_its_change_where_the_mask_is() -> None:
    anchor, image, mask = (photo(number).astype(np.float64) for number in (1, 2, 3))
    mask = mask[..., 0]
    chroma = (image - anchor) - ((image - anchor) @ [0.299, 0.587, 0.114])[..., None]
    target = HeldTarget(tf.constant(photo(1)), tf.constant(photo(3)[..., 0]))
    value = held_chroma_loss(target, tf.constant(photo(2)))
    np.testing.assert_allclose(value, np.mean(mask * np.sum(chroma**2, -1)), rtol=1e-5)
    assert held_chroma_loss(target, tf.constant(photo(1)) + 0.2) < 1e-10
