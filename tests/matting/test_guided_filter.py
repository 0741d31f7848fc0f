"""The symmetric guided-filter operator, against the dense matrix of its formula."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from matting import GuidedFilter
from matting.guided_filter import tent_weights
from tests.oracles.local_fits import guided_filter_matrix, tent_windows


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


def dense(operator: GuidedFilter) -> np.ndarray:
    """The operator as a matrix, [pixels, pixels]: its action on all unit images at once."""
    height, width, _ = operator.image.shape
    units = np.eye(height * width, dtype=np.float32).reshape(height, width, -1)
    return operator(tf.constant(units)).numpy().reshape(height * width, -1).astype(np.float64)


@pytest.mark.parametrize("epsilon", [1e-5, 1e-3, 1e-1])
@pytest.mark.parametrize(
    ("size", "spacing"),
    [((2, 2), 12.0), ((2, 9), 3.0), ((7, 6), 2.0), ((9, 8), 3.5), ((8, 5), 100.0), ((4, 5), 1.0)],
)
def test_operator_equals_its_formula(size: tuple[int, int], spacing: float, epsilon: float) -> None:
    image = photo(*size)
    expected = guided_filter_matrix(image, tent_windows(*size, spacing), epsilon)
    result = dense(GuidedFilter.from_image(image, [spacing], epsilon=epsilon))
    # A window of few pixels has directions without contrast, where the ridge alone divides.
    np.testing.assert_allclose(result, expected, atol=4e-6 + 2e-9 / epsilon)


@pytest.mark.parametrize("make", [photo, lambda h, w: np.full((h, w, 3), 0.4, np.float32)])
def test_operator_is_symmetric_with_eigenvalues_from_0_to_1(make) -> None:
    matrix = dense(GuidedFilter.from_image(make(8, 7), [3.0]))
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-5)
    eigenvalues = np.linalg.eigvalsh(matrix)
    assert eigenvalues.min() > -1e-5
    assert eigenvalues.max() < 1 + 1e-5


def test_constants_are_kept() -> None:
    constant = tf.fill([20, 17, 3], 0.7)
    result = GuidedFilter.from_image(photo(20, 17), [4.0])(constant)
    np.testing.assert_allclose(result, constant, atol=1e-5)


def test_affine_images_of_the_guide_are_nearly_kept() -> None:
    image = photo(20, 17)
    recoloured = image @ np.float32([[0.5, 0.2, 0], [0, 0.8, 0.1], [0.3, 0, 0.6]]) + 0.1
    operator = GuidedFilter.from_image(image, [6.0], epsilon=1e-4)
    np.testing.assert_allclose(operator(tf.constant(recoloured)), recoloured, atol=2e-3)


def test_noise_unlike_the_guide_is_smoothed_away() -> None:
    noise = photo(40, 40, seed=1) - 0.5
    result = GuidedFilter.from_image(photo(40, 40), [20.0])(tf.constant(noise))
    assert np.std(result) < 0.2 * np.std(noise)


def test_scales_are_added_with_their_weights() -> None:
    image, p = photo(13, 12), tf.constant(photo(13, 12, seed=1))
    coarse, fine = (GuidedFilter.from_image(image, [spacing], epsilon=1e-3) for spacing in (6, 3))
    both = GuidedFilter.from_image(image, [6, 3], [1, 0.25], 1e-3, identity=0.1)
    np.testing.assert_allclose(both(p), coarse(p) + 0.25 * fine(p) + 0.1 * p, atol=2e-6)


def test_noise_on_a_flat_guide_stays_small_in_float32() -> None:
    image = np.full((40, 30, 3), 0.9, np.float32) + np.float32(1e-4) * (photo(40, 30) - 0.5)
    operator = GuidedFilter.from_image(image, [8.0], epsilon=1e-6)
    np.testing.assert_allclose(operator(tf.ones([40, 30, 3])), 1, atol=1e-4)


def test_identity_is_added() -> None:
    image, p = photo(9, 8), tf.constant(photo(9, 8, seed=1))
    plain = GuidedFilter.from_image(image, [3.0])
    with_identity = GuidedFilter.from_image(image, [3.0], identity=0.25)
    np.testing.assert_allclose(with_identity(p), plain(p) + 0.25 * p, rtol=1e-6)


def test_any_number_of_channels() -> None:
    operator, p = GuidedFilter.from_image(photo(9, 8), [3.0]), photo(9, 8, seed=1)
    together = operator(tf.constant(p))
    for c in range(3):
        alone = operator(tf.constant(p[..., c : c + 1]))
        np.testing.assert_allclose(alone[..., 0], together[..., c], atol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_guides_of_one_size_share_a_trace(jit_compile: bool) -> None:
    traces = []

    @tf.function(jit_compile=jit_compile)
    def smooth(operator: GuidedFilter, p: tf.Tensor) -> tf.Tensor:
        traces.append(p.shape)
        return operator(p)

    p = tf.constant(photo(9, 8, seed=5))
    for seed in (0, 1):
        operator = GuidedFilter.from_image(photo(9, 8, seed), [3.0], identity=0.1 * seed)
        np.testing.assert_allclose(smooth(operator, p), operator(p), atol=1e-5)
    assert len(traces) == 1


@pytest.mark.parametrize("size", [2, 3, 10, 37])
@pytest.mark.parametrize("spacing", [0.1, 0.5, 0.9, 1.0, 1.5, 3.0, 12.0, 1000.0])
def test_tents_cover_every_pixel_with_weight_1(size: int, spacing: float) -> None:
    weights = tent_weights(size, spacing)
    assert len(weights) >= 2
    assert (weights.sum(1) > 0).all()  # no window without a pixel
    np.testing.assert_allclose(weights.sum(0), 1, atol=1e-12)


def test_spacing_below_a_pixel_is_finite() -> None:
    image = photo(5, 4)
    result = GuidedFilter.from_image(image, [0.3])(tf.constant(image))
    np.testing.assert_allclose(result, image, atol=5e-4)


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (np.zeros((4, 4)), {}, r"shape \(4, 4\).*convert it to RGB"),
        (np.zeros((4, 4, 1)), {}, r"shape \(4, 4, 1\).*convert it to RGB"),
        (np.zeros((1, 4, 3)), {}, "at least 2x2"),
        (np.zeros((4, 4, 3)), {"spacings": [0.0]}, "spacings = \\[0.0\\]"),
        (np.zeros((4, 4, 3)), {"spacings": []}, "at least one"),
        (np.zeros((4, 4, 3)), {"weights": [1.0, 0.5]}, "as many of both"),
        (np.zeros((4, 4, 3)), {"weights": [0.0]}, "must be above 0"),
        (np.zeros((4, 4, 3)), {"epsilon": 0.0}, "epsilon = 0.0"),
        (np.zeros((4, 4, 3)), {"identity": -1.0}, "identity = -1.0"),
    ],
)
def test_wrong_argument_is_an_error(image: np.ndarray, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GuidedFilter.from_image(image, **options)
