"""Soft masks of segments and of ranges of lightness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dpst.segmentation import lightness_masks, soft_segment_masks


@pytest.fixture
def scene():
    """A dark shape on a light ground, with labels drawn two pixels too low."""
    image = np.full((30, 40, 3), 0.8, np.float32)
    image[12:20, 10:30] = 0.1
    image += np.random.default_rng(0).normal(0, 0.01, image.shape).astype(np.float32)
    labels = np.zeros((30, 40), np.int32)
    labels[14:22, 10:30] = 1
    return np.clip(image, 0, 1), labels


def test_border_moves_to_the_edge_of_the_image(scene) -> None:
    image, labels = scene
    _, shape = soft_segment_masks(image, labels, 2)
    assert shape[13, 15:25].mean() > 2 * shape[11, 15:25].mean()
    assert shape[20, 15:25].mean() < 0.7 * shape[19, 15:25].mean()


@pytest.mark.parametrize("num_segments", [1, 2, 3, 4, 7])
def test_masks_sum_to_one(scene, num_segments) -> None:
    image, labels = scene
    masks = soft_segment_masks(image, labels * (num_segments > 1), num_segments)
    assert masks.shape == (num_segments, 30, 40) and masks.dtype == np.float32
    assert masks.min() >= 0 and masks.max() <= 1 + 1e-6
    np.testing.assert_allclose(masks.sum(0), 1, atol=1e-5)
    if num_segments > 2:
        assert not masks[2:].any()


def test_labels_out_of_range_are_named(scene) -> None:
    with pytest.raises(ValueError, match="range"):
        soft_segment_masks(scene[0], scene[1], 1)


@given(
    arrays.arrays(np.float32, (5, 6, 3), elements=st.floats(0, 1, width=32)),
    st.integers(2, 9),
)
def test_ranges_of_lightness_sum_to_one(image, num_ranges) -> None:
    masks = lightness_masks(image, num_ranges)
    assert masks.shape == (num_ranges, 5, 6) and masks.dtype == np.float32
    assert masks.min() >= 0
    np.testing.assert_allclose(masks.sum(0), 1, atol=1e-5)
    assert ((masks > 0).sum(0) <= 2).all()


def test_ranges_go_from_dark_to_light() -> None:
    ramp = np.linspace(0.2, 0.7, 101, dtype=np.float32)[None, :, None].repeat(3, 2)
    masks = lightness_masks(ramp, 3)[:, 0]
    assert masks.argmax(1).tolist() == sorted(masks.argmax(1).tolist())
    np.testing.assert_allclose(masks[:, 50], [0, 1, 0], atol=0.01)
    np.testing.assert_allclose(masks[:, 25], [0.5, 0.5, 0], atol=0.01)
