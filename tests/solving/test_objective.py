"""The objective: a weighted sum of terms, and its gradient."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dpst.solving.objective import RGB, FeatureTerm, ImageTerm, Objective
from tests.oracles.finite_differences import finite_differences

SIZE = (4, 5)
KERNELS = {
    name: np.random.default_rng(seed).normal(size=(3, 3, 3, 2))
    for seed, name in enumerate(("near", "far"))
}


class ToyExtractor:
    """Two convolutions with tanh, of any dtype; remembers the layers that it was asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, images: tf.Tensor, layers: tuple[str, ...]) -> dict[str, tf.Tensor]:
        self.calls.append(layers)
        return {
            name: tf.tanh(tf.nn.conv2d(images, tf.cast(KERNELS[name], images.dtype), 1, "SAME"))
            for name in layers
        }


def distance(target: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.square(features - target), [1, 2, 3])


def roughness(target: tuple, image: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.square(image[1:] - image[:-1]))


def random_image(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((*SIZE, 3))


def terms(seed: int = 5, dtype: str = "float64") -> tuple[FeatureTerm | ImageTerm, ...]:
    generator = np.random.default_rng(seed)

    def target(channels: int) -> tf.Tensor:
        return tf.constant(generator.normal(size=(1, *SIZE, channels)), dtype)

    return (
        FeatureTerm("style", "near", distance, target(2), 0.5),
        FeatureTerm("style", "far", distance, target(2), 2.0),
        FeatureTerm("colour", RGB, distance, target(3), 0.1),
        ImageTerm("smooth", roughness, (), 3.0),
    )


def weighted_sum(image: np.ndarray, terms: tuple) -> float:
    """The objective in NumPy, with each convolution as a loop."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    features = {RGB: image}
    for name, kernel in KERNELS.items():
        features[name] = np.empty((*SIZE, 2))
        for y, x in np.ndindex(SIZE):
            patch = padded[y : y + 3, x : x + 3]
            features[name][y, x] = np.tanh(np.einsum("ijc,ijco->o", patch, kernel))
    total = 0.0
    for term in terms:
        if isinstance(term, FeatureTerm):
            total += term.weight * ((features[term.layer_name] - term.target.numpy()[0]) ** 2).sum()
        else:
            total += term.weight * (np.diff(image, axis=0) ** 2).sum()
    return float(total)


def test_value_is_the_weighted_sum_of_all_terms() -> None:
    objective, image = Objective(ToyExtractor(), terms()), random_image()
    expected = weighted_sum(image, terms())
    np.testing.assert_allclose(objective.value(tf.constant(image)), expected, rtol=1e-10)
    np.testing.assert_allclose(objective(tf.constant(image))[0], expected, rtol=1e-10)


def test_gradient_equals_finite_differences() -> None:
    objective, image = Objective(ToyExtractor(), terms()), random_image()
    _, gradient = objective(tf.constant(image))
    expected = finite_differences(lambda i: weighted_sum(i, terms()), image)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


def test_terms_of_one_name_are_summed() -> None:
    image = random_image()
    values = Objective(ToyExtractor(), terms()).term_values(tf.constant(image))
    assert list(values) == ["style", "colour", "smooth"]
    for name, value in values.items():
        expected = weighted_sum(image, tuple(t for t in terms() if t.name == name))
        np.testing.assert_allclose(value, expected, rtol=1e-10)


def test_extractor_is_asked_once_for_the_layers_in_use() -> None:
    extractor, image = ToyExtractor(), tf.constant(random_image())
    Objective(extractor, terms()).value(image)
    assert extractor.calls == [("far", "near")]


def test_extractor_is_not_called_for_colours_alone() -> None:
    extractor, image = ToyExtractor(), tf.constant(random_image())
    Objective(extractor, terms()[2:]).value(image)
    assert extractor.calls == []


def test_with_terms_leaves_the_original_alone() -> None:
    first, *others = terms()
    original = Objective(ToyExtractor(), (first,))
    extended = original.with_terms(*others)
    assert original.terms == (first,)
    assert extended.terms == (first, *others)
    assert extended.extractor is original.extractor


@pytest.mark.parametrize("jit_compile", [False, True])
def test_objectives_of_one_structure_share_a_trace(jit_compile: bool) -> None:
    traces = []

    @tf.function(jit_compile=jit_compile)
    def evaluate(objective: Objective, image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        traces.append(image.shape)
        return objective(image)

    extractor, image = ToyExtractor(), tf.constant(random_image(), tf.float32)
    for seed in (5, 6):
        first, *others = terms(seed, "float32")
        # Neither targets nor weights are part of the structure.
        heavier = FeatureTerm("style", "near", distance, first.target, 0.1 * seed)
        objective = Objective(extractor, (heavier, *others))
        expected = objective(image)
        for result, value in zip(evaluate(objective, image), expected, strict=True):
            np.testing.assert_allclose(result, value, rtol=1e-4, atol=1e-5)
    assert len(traces) == 1


def test_objectives_of_another_structure_do_not_share_a_trace() -> None:
    traces = []

    @tf.function
    def value(objective: Objective, image: tf.Tensor) -> tf.Tensor:
        traces.append(image.shape)
        return objective.value(image)

    extractor, image = ToyExtractor(), tf.constant(random_image(), tf.float32)
    for used in (slice(4), slice(3), slice(1, 4)):
        objective = Objective(extractor, terms(dtype="float32")[used])
        np.testing.assert_allclose(
            value(objective, image), objective.value(image), rtol=1e-4, atol=1e-5
        )
    assert len(traces) == 3
