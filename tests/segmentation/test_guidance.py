"""Masks of the segments at any resolution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dpst.segmentation import layer_guidance, resize_masks, segment_masks
from tests.oracles.area_resize import area_resize


def random_labels(height: int, width: int, num_segments: int, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.integers(0, num_segments, (height, width)).astype(np.int32)


def test_masks_are_one_hot() -> None:
    labels = np.array([[0, 2], [2, 0]], np.int32)
    result = segment_masks(labels, 3)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, [[[1, 0], [0, 1]], [[0, 0], [0, 0]], [[0, 1], [1, 0]]])


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 5), (7, 4), (7, 11), (9, 11), (13, 25)])
def test_resized_masks_equal_exact_area_average(size: tuple[int, int]) -> None:
    labels = random_labels(7, 11, 4)
    expected = [area_resize((labels == k).astype(np.float64), size) for k in range(4)]
    np.testing.assert_allclose(resize_masks(labels, 4, size), expected, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 70),
    st.integers(1, 70),
    st.integers(1, 6),
    st.integers(0, 2**31),
)
def test_resized_masks_sum_to_one_and_keep_each_area(
    height: int, width: int, new_height: int, new_width: int, num_segments: int, seed: int
) -> None:
    labels = random_labels(height, width, num_segments, seed)
    result = resize_masks(labels, num_segments, (new_height, new_width))
    assert result.shape == (num_segments, new_height, new_width)
    assert result.dtype == np.float32
    assert result.min() >= 0.0
    assert result.max() <= 1.0
    np.testing.assert_allclose(result.sum(axis=0), 1.0, atol=1e-5)
    areas = np.bincount(labels.ravel(), minlength=num_segments) / labels.size
    np.testing.assert_allclose(result.mean(axis=(1, 2)), areas, atol=1e-5)


def test_segment_of_one_pixel_keeps_its_share_at_coarse_resolution() -> None:
    labels = np.zeros((437, 700), np.int32)
    labels[300, 500] = 1
    assert resize_masks(labels, 2, (28, 44))[1].sum() == pytest.approx(28 * 44 / labels.size)


def test_segment_that_does_not_occur_has_an_empty_mask() -> None:
    assert not resize_masks(np.zeros((8, 8), np.int32), 2, (3, 3))[1].any()


@pytest.mark.parametrize("label", [-1, 2])
def test_label_out_of_range_is_an_error(label: int) -> None:
    labels = np.zeros((4, 4), np.int32)
    labels[1, 1] = label
    with pytest.raises(ValueError, match="num_segments=2"):
        segment_masks(labels, 2)


@pytest.mark.parametrize(
    "labels", [np.zeros((4, 4)), np.zeros((4, 4, 3), np.int32), np.zeros((0, 4), np.int32)]
)
def test_labels_of_another_kind_are_an_error(labels: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"integer \[height, width\]"):
        segment_masks(labels, 1)


def test_empty_size_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        resize_masks(np.zeros((4, 4), np.int32), 1, (0, 4))


@pytest.mark.parametrize("kind", ["inside", "all"])
@pytest.mark.parametrize("reach", [0.4, 1.0, 2.3, 4.0])
def test_guidance_by_receptive_fields_equals_a_loop_over_positions(kind: str, reach: float) -> None:
    labels = np.kron(random_labels(3, 4, 3), np.ones((6, 5), np.int32))
    height, width = labels.shape
    result = layer_guidance(labels, 3, labels.shape, labels.shape, reach, kind)
    r = round(reach) if reach >= 1 else 0
    for k in range(3):
        expected = np.zeros(labels.shape)
        for y in range(height):
            for x in range(width):
                seen = labels[max(y - r, 0) : y + r + 1, max(x - r, 0) : x + r + 1] == k
                expected[y, x] = seen.all() if kind == "inside" else seen.any()
        if not expected.any():
            expected = labels == k
        np.testing.assert_array_equal(result[k], expected)


def test_inside_keeps_what_surely_sees_one_segment_and_all_what_may_see_it() -> None:
    labels = (np.mgrid[:40, :60][1] >= 30).astype(np.int32)
    inside, simple, everything = (
        layer_guidance(labels, 2, (5, 7), (40, 60), 6.0, kind)
        for kind in ("inside", "simple", "all")
    )
    assert (inside <= simple + 1e-6).all() and (simple <= everything + 1e-6).all()
    assert inside.sum() < simple.sum() < everything.sum()
    np.testing.assert_array_equal(simple, resize_masks(labels, 2, (5, 7)))


def test_segment_without_a_position_inside_keeps_its_simple_mask() -> None:
    labels = np.zeros((20, 20), np.int32)
    labels[9:11, 9:11] = 1
    inside = layer_guidance(labels, 2, (10, 10), (20, 20), 4.0, "inside")
    np.testing.assert_array_equal(inside[1], resize_masks(labels, 2, (10, 10))[1])


def test_guidance_of_large_labels_is_taken_at_the_size_of_the_image() -> None:
    small = np.repeat([[0, 1, 1, 1]], 4, 0).astype(np.int32)
    large = np.kron(small, np.ones((10, 10), np.int32))
    for kind in ("inside", "all"):
        np.testing.assert_array_equal(
            layer_guidance(large, 2, (4, 4), (4, 4), 1.0, kind),
            layer_guidance(small, 2, (4, 4), (4, 4), 1.0, kind),
        )


def test_unknown_guidance_is_an_error() -> None:
    with pytest.raises(
        ValueError, match="guidance is 'outside', must be one of simple, inside, all"
    ):
        layer_guidance(np.zeros((4, 4), np.int32), 1, (2, 2), (4, 4), 1.0, "outside")
