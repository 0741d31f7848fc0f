"""The matting Laplacian as an operator: its forms, its energy and its gradient."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from matting import PUBLISHED_EPSILON, MattingLaplacian
from tests.matting.pictures import flat, grey, noise, photo
from tests.oracles.exact_laplacian import affine_residual

EPSILON = PUBLISHED_EPSILON


@pytest.mark.parametrize("make", [photo, grey, flat])
def test_matrix_is_symmetric_and_semi_definite_with_rows_that_sum_to_zero(make) -> None:
    matrix = MattingLaplacian.from_image(make(9, 10)).to_scipy().toarray()
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_allclose(matrix.sum(1), 0, atol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > -1e-5


@pytest.mark.parametrize(("size", "radius"), [((3, 3), 1), ((8, 5), 1), ((9, 6), 2)])
def test_three_forms_are_one_matrix(size: tuple[int, int], radius: int) -> None:
    laplacian = MattingLaplacian.from_image(photo(*size), EPSILON, radius)
    x = noise(*size, channels=2)
    flat_x = x.reshape(-1, 2)
    expected = laplacian.to_scipy() @ flat_x.astype(np.float64)
    sparse = laplacian.to_sparse_tensor()
    np.testing.assert_array_equal(tf.sparse.reorder(sparse).indices, sparse.indices)
    np.testing.assert_allclose(
        tf.sparse.to_dense(sparse), laplacian.to_scipy().toarray(), atol=1e-6
    )
    np.testing.assert_allclose(tf.sparse.sparse_dense_matmul(sparse, flat_x), expected, atol=1e-5)
    np.testing.assert_allclose(
        tf.reshape(laplacian.matvec(tf.constant(x)), [-1, 2]), expected, atol=1e-5
    )


@pytest.mark.parametrize("epsilon", [1e-7, 1e-3])
@pytest.mark.parametrize(("size", "radius"), [((6, 7), 1), ((6, 7), 2)])
def test_quadratic_form_is_the_residual_of_the_best_local_affine_fit(
    size: tuple[int, int], radius: int, epsilon: float
) -> None:
    image, x = photo(*size), noise(*size)
    expected = affine_residual(image, x, epsilon, radius)
    result = MattingLaplacian.from_image(image, epsilon, radius).quadratic_form(tf.constant(x))
    # float32: a trace for one size rounds differently from one for all sizes.
    np.testing.assert_allclose(result, expected, rtol=1e-4)


def test_affine_recolouring_costs_nothing() -> None:
    image = photo(12, 9)
    recoloured = image @ np.float32([[0.5, 0.1, 0], [0.2, 0.9, 0.1], [0, -0.3, 0.4]]) + 0.1
    energy = MattingLaplacian.from_image(image, EPSILON).quadratic_form
    largest = 1e-5 * float(energy(tf.constant(noise(12, 9))))
    assert abs(float(energy(tf.constant(recoloured)))) < largest


def test_constant_image_costs_exactly_nothing() -> None:
    laplacian = MattingLaplacian.from_image(photo(7, 9))
    assert not np.any(laplacian.matvec(tf.fill([7, 9, 3], 0.7)))


def test_gradient_equals_finite_differences() -> None:
    laplacian = MattingLaplacian.from_image(photo(4, 5), 1e-2)
    x = tf.constant(noise(4, 5, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = 3 * laplacian.quadratic_form(x)
    gradient = tape.gradient(value, x).numpy().ravel()
    energy = tf.function(laplacian.quadratic_form)
    # Central differences of a quadratic function are exact at any step.
    for i, direction in enumerate(np.eye(x.shape.num_elements(), dtype=np.float32)):
        move = direction.reshape(x.shape)
        rise = energy(x + move) - energy(x - move)
        np.testing.assert_allclose(gradient[i], 3 * rise / 2, atol=2e-4)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_images_of_one_size_share_a_trace(jit_compile: bool) -> None:
    traces = []

    @tf.function(jit_compile=jit_compile)
    def value_and_gradient(
        laplacian: MattingLaplacian, x: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        traces.append(laplacian.size)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = laplacian.quadratic_form(x)
        return value, tape.gradient(value, x)

    x = tf.constant(noise(6, 5))
    for seed in (0, 1):
        laplacian = MattingLaplacian.from_image(photo(6, 5, seed))
        value, gradient = value_and_gradient(laplacian, x)
        np.testing.assert_allclose(value, laplacian.quadratic_form(x), rtol=1e-5)
        np.testing.assert_allclose(gradient, 2 * laplacian.matvec(x), rtol=1e-5, atol=1e-6)
    assert traces == [(6, 5)]


@pytest.mark.parametrize("shape", [(5, 4, 3), (4, 5), (1, 4, 5, 3)])
def test_operand_of_another_size_is_an_error(shape: tuple[int, ...]) -> None:
    laplacian = MattingLaplacian.from_image(photo(4, 5))
    with pytest.raises(ValueError, match=r"\(height, width\) = \(4, 5\)"):
        laplacian.matvec(tf.zeros(shape))
