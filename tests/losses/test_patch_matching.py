"""Nearest patches, against a comparison of all pairs."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dpst.losses import nearest_patches, patch_bank
from dpst.losses.patch_matching import BYTES_PER_MEGABYTE, gather_patches, tile_sizes
from tests.oracles.patches import correlations, patches


def _features(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(height, width, channels)).astype(np.float32)


def _bank(*maps: np.ndarray, patch_size: int = 3, valid: list | None = None):
    return patch_bank([tf.constant(each) for each in maps], patch_size, valid)


@pytest.mark.parametrize("patch_size", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [(5, 5), (7, 11)])
def test_nearest_patches_are_those_of_brute_force(patch_size: int, size: tuple[int, int]) -> None:
    output, style = _features(*size), _features(9, 6, seed=1)
    banks = (_bank(each, patch_size=patch_size) for each in (output, style))
    indices, scores = nearest_patches(*banks, patch_size)
    expected = correlations(patches(output, patch_size), patches(style, patch_size))
    np.testing.assert_array_equal(indices, expected.argmax(1))
    np.testing.assert_allclose(scores, expected.max(1), atol=1e-6)


# 1 kB holds less than two pairs of patches, 3 kB a few.
@pytest.mark.parametrize("memory", [1e-3, 3e-3, 1e-2, 1.0])
@pytest.mark.parametrize("variety", [0.0, 0.5])
def test_memory_does_not_change_the_result(memory: float, variety: float) -> None:
    output, style = _bank(_features(12, 13)), _bank(_features(10, 17, seed=1))
    found = nearest_patches(output, style, 3, variety, memory)
    whole = nearest_patches(output, style, 3, variety, 100)
    np.testing.assert_array_equal(found[0], whole[0])
    np.testing.assert_allclose(found[1], whole[1], atol=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    num_output=st.integers(1, 10**6),
    num_style=st.integers(1, 10**7),
    length=st.integers(1, 20_000),
    memory=st.integers(1, 4000),
)
def test_tiles_fit_in_the_memory(num_output, num_style, length, memory) -> None:
    rows, columns = tile_sizes(num_output, num_style, length, memory)
    assert 1 <= rows <= num_output and 1 <= columns <= num_style
    taken = 4 * (2 * rows * columns + 3 * length * (rows + columns))
    assert taken <= memory * BYTES_PER_MEGABYTE or (rows == 1 or columns == 1)


def test_tiles_do_not_grow_with_the_number_of_style_patches() -> None:
    assert tile_sizes(10**4, 10**6, 549, 64) == tile_sizes(10**4, 10**9, 549, 64)


def test_patches_of_several_maps_are_counted_map_by_map() -> None:
    maps = [_features(4, 5), _features(6, 3, seed=1)]
    output = _features(5, 6, seed=2)
    offered = np.concatenate([patches(each, 3) for each in maps])
    bank = _bank(*maps)
    np.testing.assert_array_equal(gather_patches(bank, bank.corners, bank.widths, 3), offered)
    indices, _ = nearest_patches(_bank(output), bank, 3)
    np.testing.assert_array_equal(indices, correlations(patches(output, 3), offered).argmax(1))


def test_patches_that_touch_what_is_not_valid_are_left_out() -> None:
    style = _features(6, 7)
    valid = np.ones((6, 7), bool)
    valid[0, 3] = False
    bank = _bank(style, valid=[valid])
    kept = [i for i, (y, x) in enumerate(np.ndindex(4, 5)) if not (y == 0 and 1 <= x <= 3)]
    chosen = gather_patches(bank, bank.corners, bank.widths, 3)
    np.testing.assert_array_equal(chosen, patches(style, 3)[kept])


def test_patch_of_zeros_does_not_give_nan() -> None:
    style = _features(4, 4)
    style[:3, :3] = 0
    indices, scores = nearest_patches(_bank(np.zeros((3, 3, 3), np.float32)), _bank(style), 3)
    assert indices.numpy() == [0] and scores.numpy() == [0]
    _, scores = nearest_patches(_bank(_features(5, 5, seed=2)), _bank(style), 3)
    assert np.isfinite(scores).all()


def test_variety_spreads_the_choice_and_is_what_it_says() -> None:
    # Output patches near one style patch and, less so, near others.
    style = np.abs(_features(12, 12, 4))
    output = np.abs(_features(12, 12, 4, seed=1)) + 2 * style[5, 5]
    banks = _bank(output), _bank(style)
    table = correlations(patches(output, 3), patches(style, 3))
    used = []
    for variety in (0.0, 0.3, 0.6):
        indices, scores = nearest_patches(*banks, 3, variety)
        expected = (table - variety * table.max(0)).argmax(1)
        assert (indices.numpy() == expected).mean() > 0.98  # ties to within rounding
        np.testing.assert_allclose(scores, table[range(len(table)), indices], atol=1e-6)
        used.append(len(np.unique(indices)))
    assert used[0] < used[1] < used[2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: _bank(_features(2, 9)), "2 x 9 positions"),
        (lambda: _bank(_features(4, 4), _features(4, 4, 2)), "3 and 2 channels"),
        (lambda: _bank(_features(4, 4), valid=[np.zeros((4, 4), bool)]), "no patch is valid"),
        (
            lambda: nearest_patches(_bank(_features(4, 4)), _bank(_features(4, 4, 2)), 3),
            "3 channels and style patches 2",
        ),
        (
            lambda: nearest_patches(_bank(_features(4, 4)), _bank(_features(4, 4)), 3, 1.0),
            "variety must be",
        ),
        (
            lambda: nearest_patches(_bank(_features(4, 4)), _bank(_features(4, 4)), 3, memory=0),
            "memory above 0",
        ),
    ],
)
def test_what_does_not_fit_is_an_error(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
