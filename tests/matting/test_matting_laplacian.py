"""The matting Laplacian, against its definition and against PyMatting."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from pymatting import cf_laplacian

import matting.stencil
from matting import MattingLaplacian, laplacian_stencil, stencil_offsets
from tests.oracles.exact_laplacian import affine_residual, exact_laplacian

EPSILON = 1e-7


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A smooth colour image with noise, 8 bits deep, as float32."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    ramps = np.stack([np.sin(0.3 * y + 0.1 * x), np.cos(0.2 * x), np.sin(0.15 * (x - y))], -1)
    noisy = 0.5 + 0.3 * ramps + generator.normal(0, 0.05, ramps.shape)
    return (np.round(255 * np.clip(noisy, 0, 1)) / 255).astype(np.float32)


def grey(height: int, width: int) -> np.ndarray:
    """Equal channels: each window's covariance has rank 1."""
    return np.repeat(photo(height, width)[..., :1], 3, -1)


def flat(height: int, width: int) -> np.ndarray:
    """One colour: each window's covariance is 0."""
    return np.full((height, width, 3), np.float32(0.3))


def random_positions(height: int, width: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(1).random((height, width, channels)).astype(np.float32)


@pytest.mark.parametrize("size", [(3, 3), (3, 8), (4, 3), (7, 5), (24, 31), (33, 18)])
def test_matrix_equals_pymatting_on_a_photo(size: tuple[int, int]) -> None:
    image = photo(*size)
    expected = cf_laplacian(image.astype(np.float64), epsilon=EPSILON)
    result = MattingLaplacian.from_image(image, EPSILON).to_scipy()
    np.testing.assert_allclose(result.toarray(), expected.toarray(), atol=2e-6)


def test_radius_of_2_equals_pymatting() -> None:
    image = photo(11, 9)
    expected = cf_laplacian(image.astype(np.float64), epsilon=EPSILON, radius=2)
    result = MattingLaplacian.from_image(image, EPSILON, radius=2).to_scipy()
    np.testing.assert_allclose(result.toarray(), expected.toarray(), atol=5e-6)


@pytest.mark.parametrize("make", [photo, grey, flat])
@pytest.mark.parametrize(("size", "radius"), [((3, 3), 1), ((5, 4), 1), ((5, 6), 2)])
def test_matrix_equals_exact_rational_arithmetic(make, size: tuple[int, int], radius: int) -> None:
    image = make(*size)
    expected = exact_laplacian(image, EPSILON, radius)
    result = MattingLaplacian.from_image(image, EPSILON, radius).to_scipy()
    np.testing.assert_allclose(result.toarray(), expected, atol=2e-6)


def test_a_grey_image_of_strong_contrast_is_exact_where_pymatting_is_not() -> None:
    """PyMatting inverts through the adjugate, which cancels on a covariance of rank 1."""
    image = np.repeat(random_positions(6, 6, 1), 3, -1)
    exact = exact_laplacian(image, EPSILON)
    pymatting = cf_laplacian(image.astype(np.float64), epsilon=EPSILON).toarray()
    ours = MattingLaplacian.from_image(image, EPSILON).to_scipy().toarray()
    assert np.abs(ours - exact).max() < 2e-6
    assert np.abs(pymatting - exact).max() > 1e-3


@pytest.mark.parametrize("band_pixels", [1, 40, 111])
@pytest.mark.parametrize("radius", [1, 2])
def test_bands_do_not_change_a_bit(
    band_pixels: int, radius: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = photo(23, 13)
    whole = laplacian_stencil(image, EPSILON, radius)
    monkeypatch.setattr(matting.stencil, "_BAND_PIXELS", band_pixels)
    np.testing.assert_array_equal(laplacian_stencil(image, EPSILON, radius), whole)


@pytest.mark.parametrize("radius", [1, 2])
def test_second_half_of_the_offsets_mirrors_the_first(radius: int) -> None:
    offsets = stencil_offsets(radius)
    assert len(offsets) == len(set(offsets)) == (4 * radius + 1) ** 2 - 1
    assert offsets[::-1] == [(-dy, -dx) for dy, dx in offsets]


@pytest.mark.parametrize("make", [photo, grey, flat])
def test_matrix_is_symmetric_and_semi_definite_with_rows_that_sum_to_zero(make) -> None:
    matrix = MattingLaplacian.from_image(make(9, 10)).to_scipy().toarray()
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_allclose(matrix.sum(1), 0, atol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > -1e-5


@pytest.mark.parametrize(("size", "radius"), [((3, 3), 1), ((8, 5), 1), ((9, 6), 2)])
def test_three_forms_are_one_matrix(size: tuple[int, int], radius: int) -> None:
    laplacian = MattingLaplacian.from_image(photo(*size), EPSILON, radius)
    x = random_positions(*size, channels=2)
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
    image, x = photo(*size), random_positions(*size)
    expected = affine_residual(image, x, epsilon, radius)
    result = MattingLaplacian.from_image(image, epsilon, radius).quadratic_form(tf.constant(x))
    # float32: a trace for one size and one for all sizes round in other orders.
    np.testing.assert_allclose(result, expected, rtol=1e-4)


def test_affine_recolouring_costs_nothing() -> None:
    image = photo(12, 9)
    recoloured = image @ np.float32([[0.5, 0.1, 0], [0.2, 0.9, 0.1], [0, -0.3, 0.4]]) + 0.1
    energy = MattingLaplacian.from_image(image, EPSILON).quadratic_form
    noise = energy(tf.constant(random_positions(12, 9)))
    assert abs(float(energy(tf.constant(recoloured)))) < 1e-5 * float(noise)


def test_constant_image_costs_exactly_nothing() -> None:
    laplacian = MattingLaplacian.from_image(photo(7, 9))
    assert not np.any(laplacian.matvec(tf.fill([7, 9, 3], 0.7)))


def test_gradient_equals_finite_differences() -> None:
    laplacian = MattingLaplacian.from_image(photo(4, 5), 1e-2)
    x = tf.constant(random_positions(4, 5, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = 3 * laplacian.quadratic_form(x)
    gradient = tape.gradient(value, x).numpy().ravel()
    # Of a quadratic function central differences are exact at any step.
    for i, direction in enumerate(np.eye(x.shape.num_elements(), dtype=np.float32)):
        move = direction.reshape(x.shape)
        rise = laplacian.quadratic_form(x + move) - laplacian.quadratic_form(x - move)
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

    x = tf.constant(random_positions(6, 5))
    for seed in (0, 1):
        laplacian = MattingLaplacian.from_image(photo(6, 5, seed))
        value, gradient = value_and_gradient(laplacian, x)
        np.testing.assert_allclose(value, laplacian.quadratic_form(x), rtol=1e-5)
        np.testing.assert_allclose(gradient, 2 * laplacian.matvec(x), rtol=1e-5, atol=1e-6)
    assert traces == [(6, 5)]


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (np.zeros((4, 4)), {}, r"shape \(4, 4\).*convert it to RGB"),
        (np.zeros((4, 4, 4)), {}, r"shape \(4, 4, 4\).*convert it to RGB"),
        (np.zeros((2, 5, 3)), {}, "image is 5x2, must be at least 3x3 for radius 1"),
        (np.zeros((5, 4, 3)), {"radius": 2}, "image is 4x5, must be at least 5x5 for radius 2"),
        (np.full((4, 4, 3), np.nan), {}, "not finite"),
        (np.full((4, 4, 3), np.inf), {}, "not finite"),
        (np.zeros((4, 4, 3)), {"radius": 0}, "radius is 0, must be at least 1"),
        (np.zeros((4, 4, 3)), {"epsilon": 0.0}, "epsilon is 0.0, must be above 0"),
    ],
)
def test_wrong_argument_is_an_error(image: np.ndarray, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MattingLaplacian.from_image(image, **options)


@pytest.mark.parametrize("shape", [(5, 4, 3), (4, 5), (1, 4, 5, 3)])
def test_operand_of_another_size_is_an_error(shape: tuple[int, ...]) -> None:
    laplacian = MattingLaplacian.from_image(photo(4, 5))
    with pytest.raises(ValueError, match=r"\(height, width\) = \(4, 5\)"):
        laplacian.matvec(tf.zeros(shape))


def test_image_is_left_alone() -> None:
    image = photo(4, 5)
    before = image.copy()
    laplacian_stencil(image)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("width", [7, 8, 9, 31])
def test_stencil_begins_where_tensors_do(width: int) -> None:
    stencils = [laplacian_stencil(np.full((6, width, 3), 0.5)) for _ in range(5)]
    assert all(stencil.ctypes.data % 64 == 0 for stencil in stencils)
