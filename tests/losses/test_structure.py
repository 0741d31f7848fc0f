"""Structure loss."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.losses import StructureLoss, structure_loss, structure_target
from dpst.losses.structure import (
    CHROMA_WEIGHT,
    SMOOTHING,
    SPACING,
    STABILIZERS,
    edge_magnitude,
)
from tests.oracles import edges as oracle
from tests.oracles.finite_differences import finite_differences


def random_image(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


def loss_between(content: np.ndarray, output: np.ndarray) -> float:
    return float(structure_loss(structure_target(tf.constant(content)), tf.constant(output)))


@pytest.mark.parametrize("size", [(4, 4), (9, 12), (17, 6)])
def test_value_is_that_of_window_by_window(size: tuple[int, int]) -> None:
    content, output = random_image(*size), random_image(*size, 1)
    a, b = (oracle.edge_magnitude(x, CHROMA_WEIGHT, SMOOTHING) for x in (content, output))
    a /= a.max()
    similarity = oracle.mean_similarity(a, b * a.mean() / b.mean(), SPACING, *STABILIZERS)
    assert loss_between(content, output) == pytest.approx(1 - similarity, abs=1e-5)


def test_the_content_image_and_its_contrast_are_free() -> None:
    content = random_image(20, 30)
    assert loss_between(content, content) == pytest.approx(0, abs=1e-5)
    assert loss_between(content, 0.6 * content + 0.3) < 0.01
    assert loss_between(content, 1 - content) < 0.01  # edges have no sign


@pytest.mark.parametrize("fault", ["noise", "color noise", "edge lost", "edge invented"])
def test_faults_cost(fault: str) -> None:
    content = np.full((40, 40, 3), 0.2, np.float32)
    content[:, 20:] = 0.8
    output = content.copy()
    noise = 0.1 * (random_image(40, 40) - 0.5)
    if fault == "noise":
        output += noise.mean(-1, keepdims=True)
    elif fault == "color noise":
        output += noise - noise @ np.float32([0.299, 0.587, 0.114])[:, None]
    elif fault == "edge lost":
        output[:20] = 0.5
    else:
        output[:, 8] = 1.0
    assert loss_between(content, output) > 0.02


def test_flat_images_give_finite_values_and_gradients() -> None:
    flat = np.full((8, 9, 3), 0.5, np.float32)
    for content, output in ((flat, random_image(8, 9)), (random_image(8, 9), flat), (flat, flat)):
        x = tf.constant(output)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = structure_loss(structure_target(tf.constant(content)), x)
        assert np.isfinite(value)
        assert np.isfinite(tape.gradient(value, x)).all()


def test_gradient_equals_finite_differences() -> None:
    content, output = random_image(5, 6), random_image(5, 6, 1)
    target, x = structure_target(tf.constant(content)), tf.constant(output)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = structure_loss(target, x)
    traced = tf.function(structure_loss)
    expected = finite_differences(
        lambda i: float(traced(target, tf.constant(i))), output, step=1e-3
    )
    np.testing.assert_allclose(tape.gradient(value, x), expected, atol=2e-3)


def test_edges_are_those_inside_the_border() -> None:
    image = random_image(6, 8)
    expected = oracle.edge_magnitude(image, CHROMA_WEIGHT, SMOOTHING)
    np.testing.assert_allclose(edge_magnitude(tf.constant(image)), expected, atol=1e-5)


def test_keras_loss_is_the_function_for_each_image() -> None:
    contents = np.stack([random_image(7, 8, seed) for seed in range(3)])
    outputs = np.stack([random_image(7, 8, seed) for seed in range(3, 6)])
    expected = [loss_between(c, o) for c, o in zip(contents, outputs, strict=True)]
    for call in (StructureLoss(), tf.function(StructureLoss())):
        np.testing.assert_allclose(call(contents, outputs), expected, rtol=1e-5)
