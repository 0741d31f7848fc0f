"""The guided filter by masks, against the dense matrix of its formula."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from matting import MaskedGuidedFilter
from tests.oracles.local_fits import guided_filter_matrix


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


def soft_masks(num: int, height: int, width: int) -> np.ndarray:
    masks = np.random.default_rng(2).random((num, height, width)) ** 4
    return (masks / masks.sum(0)).astype(np.float32)


def dense(operator: MaskedGuidedFilter, height: int, width: int) -> np.ndarray:
    units = np.eye(height * width, dtype=np.float32).reshape(height, width, -1)
    return operator(tf.constant(units)).numpy().reshape(height * width, -1).astype(np.float64)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-1])
@pytest.mark.parametrize(("num", "size"), [(1, (5, 4)), (3, (7, 6)), (8, (4, 9))])
def test_operator_equals_its_formula(num: int, size: tuple[int, int], epsilon: float) -> None:
    image, masks = photo(*size), soft_masks(num, *size)
    expected = guided_filter_matrix(image, list(masks.astype(np.float64)), epsilon)
    result = dense(MaskedGuidedFilter.from_masks(image, masks, epsilon), *size)
    np.testing.assert_allclose(result, expected, atol=1e-5)


@pytest.mark.parametrize("make", [photo, lambda h, w: np.full((h, w, 3), 0.4, np.float32)])
def test_operator_is_symmetric_with_eigenvalues_from_0_to_1(make) -> None:
    matrix = dense(MaskedGuidedFilter.from_masks(make(8, 7), soft_masks(4, 8, 7)), 8, 7)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-5)
    eigenvalues = np.linalg.eigvalsh(matrix)
    assert eigenvalues.min() > -1e-5
    assert eigenvalues.max() < 1 + 1e-5


def test_map_of_colours_by_mask_is_kept_and_a_wash_is_not() -> None:
    image, halves = photo(20, 18), np.zeros((2, 20, 18), np.float32)
    halves[0, :, :9] = halves[1, :, 9:] = 1
    recoloured = np.where(halves[0][..., None] > 0, 0.3 * image + 0.2, image[..., ::-1])
    operator = MaskedGuidedFilter.from_masks(image, halves, 1e-5)
    np.testing.assert_allclose(operator(tf.constant(recoloured)), recoloured, atol=1e-3)
    wash = np.repeat(np.linspace(-1, 1, 20)[:, None, None], 18, 1).repeat(3, 2)
    assert np.std(operator(tf.constant(wash, tf.float32))) < 0.3 * np.std(wash)


def test_empty_masks_change_nothing() -> None:
    image, masks, p = photo(6, 5), soft_masks(2, 6, 5), tf.constant(photo(6, 5, 1))
    more = np.concatenate([masks, np.zeros((1, 6, 5), np.float32)])
    results = [MaskedGuidedFilter.from_masks(image, each)(p) for each in (masks, more)]
    np.testing.assert_array_equal(*results)


def test_one_trace_serves_all_sizes_and_numbers_of_masks() -> None:
    traces = []

    @tf.function(reduce_retracing=True)
    def apply(operator, p):
        traces.append(None)
        return operator(p)

    for num, size in ((2, (6, 5)), (3, (7, 4)), (4, (9, 8)), (5, (5, 9))):
        operator = MaskedGuidedFilter.from_masks(photo(*size), soft_masks(num, *size))
        expected = operator(tf.ones([*size, 3]))
        np.testing.assert_allclose(apply(operator, tf.ones([*size, 3])), expected, atol=1e-6)
    assert len(traces) <= 2


@pytest.mark.parametrize(
    ("image", "masks", "epsilon", "message"),
    [
        (photo(4, 5), np.ones((1, 5, 4)), 1e-2, "resize the masks"),
        (photo(4, 5)[..., :2], np.ones((1, 4, 5)), 1e-2, "image has shape"),
        (photo(4, 5), np.ones((1, 4, 5)), 0, "epsilon is 0"),
        (photo(4, 5), np.ones((2, 4, 5)), 1e-2, "at most 1"),
        (photo(4, 5), -np.ones((1, 4, 5)), 1e-2, "at least 0"),
        (photo(4, 5), np.zeros((2, 4, 5)), 1e-2, "all empty"),
    ],
)
def test_wrong_arguments_are_named(image, masks, epsilon, message) -> None:
    with pytest.raises(ValueError, match=message):
        MaskedGuidedFilter.from_masks(image, masks, epsilon)
