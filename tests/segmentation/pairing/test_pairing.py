"""Which style segment serves which content segment."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dpst.config import ORPHAN_POLICIES
from dpst.segmentation import KEPT, LabelMap, Pairing, pair_segments, single_segment
from tests.segmentation.pairing.striped_maps import (
    BLUE,
    BRIGHT,
    COLORS,
    DARK,
    GREEN,
    MIDDLE,
    RED,
    WHITE,
    photo,
    stripes,
)


def pair(content_map: LabelMap, style_map: LabelMap) -> Pairing:
    return pair_segments(content_map, style_map, photo(content_map, {}), photo(style_map, {}))


def test_same_labels_serve_each_other_wherever_they_lie() -> None:
    pairing = pair(stripes(RED, BLUE), stripes(BLUE, RED, BLUE))
    assert pairing.names == ("0000ff", "ff0000")
    assert pairing.style_index == (0, 1)
    assert pairing.notes == ()
    np.testing.assert_array_equal(np.unique(pairing.content_labels[:, :20]), [1])


def test_orphan_label_takes_closest_remaining_style_label() -> None:
    content_map, style_map = stripes(BLUE, GREEN, RED), stripes(BLUE, RED)
    pairing = pair_segments(
        content_map,
        style_map,
        photo(content_map, {BLUE: DARK, GREEN: 0.8, RED: MIDDLE}),
        photo(style_map, {BLUE: DARK, RED: BRIGHT}),
    )
    assert pairing.names == ("0000ff", "00ff00", "ff0000")
    assert pairing.style_index == (0, 1, 1)
    assert pairing.notes == (
        "label 00ff00 (33 % of the content image) is missing from the style labels: it takes "
        "label ff0000, the closest in colour",
    )


def test_orphan_is_matched_by_the_colour_of_the_photos_not_of_the_labels() -> None:
    content_map, style_map = stripes(GREEN), stripes(BLUE, RED)
    for blue, red, expected in [(DARK, BRIGHT, 0), (BRIGHT, DARK, 1)]:
        pairing = pair_segments(
            content_map,
            style_map,
            photo(content_map, {GREEN: 0.2}),
            photo(style_map, {BLUE: blue, RED: red}),
        )
        assert pairing.style_index == (expected,)


def test_label_too_small_in_style_map_is_an_orphan_that_keeps_its_pixels() -> None:
    style_map = stripes(BLUE, RED)
    style_map.labels[0, 0] = GREEN
    content_map = stripes(GREEN, BLUE)
    pairing = pair_segments(
        content_map,
        style_map,
        photo(content_map, {GREEN: BRIGHT, BLUE: DARK}),
        photo(style_map, {GREEN: BRIGHT, BLUE: DARK, RED: 0.8}),
    )
    assert pairing.style_index == (0, 2)
    assert np.count_nonzero(pairing.style_labels == 1) == 1
    assert "covers only 1 px in the style labels: it takes label ff0000" in pairing.notes[0]


def test_speck_of_content_map_joins_the_segment_nearest_in_space() -> None:
    content_map = stripes(BLUE, RED)
    content_map.labels[5:8, 2:5] = GREEN
    content_map.labels[5:8, 35:38] = WHITE
    pairing = pair(content_map, stripes(BLUE, GREEN, RED))
    assert pairing.names == ("0000ff", "ff0000")
    np.testing.assert_array_equal(pairing.content_labels, stripes(0, 1).labels)
    assert len(pairing.notes) == 3
    assert "00ff00 (0.56 % of the content image, 9 px) is too small" in pairing.notes[0]
    assert "ffffff" in pairing.notes[1]


def test_minimum_area_grows_with_the_image() -> None:
    content_map = stripes(BLUE, RED, height=400, width=200)
    content_map.labels[:8, :8] = GREEN
    assert pair(content_map, stripes(BLUE, GREEN, RED)).names == ("0000ff", "ff0000")
    content_map.labels[:10, :10] = GREEN
    assert pair(content_map, stripes(BLUE, GREEN, RED)).names == ("0000ff", "00ff00", "ff0000")


def test_style_label_without_content_is_left_unused() -> None:
    pairing = pair(stripes(BLUE), stripes(BLUE, BLUE, BLUE, WHITE))
    assert pairing.style_index == (0,)
    assert pairing.notes == (
        "label ffffff (25 % of the style image) serves no segment of the content image",
    )


def test_no_label_in_common_still_pairs_everything() -> None:
    pairing = pair(stripes(BLUE, GREEN), stripes(RED, WHITE))
    assert len(pairing.style_index) == 2
    assert set(pairing.style_index) <= {0, 1}


def test_callers_arrays_are_left_alone() -> None:
    content_map, style_map = stripes(BLUE, RED), stripes(RED)
    content_map.labels[0, 0] = GREEN
    before = content_map.labels.copy(), style_map.labels.copy()
    pair(content_map, style_map)
    np.testing.assert_array_equal(content_map.labels, before[0])
    np.testing.assert_array_equal(style_map.labels, before[1])


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.sampled_from(ORPHAN_POLICIES),
    st.integers(0, 2**31),
)
def test_any_label_maps_pair_completely(
    content_size: tuple[int, int], style_size: tuple[int, int], policy: str, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    maps, photos = [], []
    for size in (content_size, style_size):
        choices = generator.choice(4, generator.integers(1, 5), replace=False)
        maps.append(LabelMap(generator.choice(choices, size).astype(np.int32), COLORS))
        photos.append(generator.random((*size, 3), np.float32))
    try:
        pairing = pair_segments(maps[0], maps[1], photos[0], photos[1], policy)
    except ValueError as error:
        assert policy in ("content", "error")
        assert "must" in str(error)
        return
    num_segments, num_style_segments = len(pairing.names), pairing.style_labels.max() + 1
    assert pairing.content_labels.dtype == pairing.style_labels.dtype == np.int32
    assert pairing.content_labels.shape == content_size
    assert pairing.style_labels.shape == style_size
    np.testing.assert_array_equal(np.unique(pairing.content_labels), np.arange(num_segments))
    np.testing.assert_array_equal(np.unique(pairing.style_labels), np.arange(num_style_segments))
    assert len(pairing.style_index) == num_segments
    assert all(KEPT <= j < num_style_segments for j in pairing.style_index)
    assert KEPT not in pairing.style_index or policy == "content"


def test_single_segment_covers_both_images() -> None:
    pairing = single_segment((3, 4), (5, 6))
    assert pairing.content_labels.shape == (3, 4)
    assert pairing.style_labels.shape == (5, 6)
    assert not pairing.content_labels.any()
    assert not pairing.style_labels.any()
    assert pairing.style_index == (0,)
    assert len(pairing.names) == 1


def test_segment_map_without_label_maps_is_an_error() -> None:
    with pytest.raises(ValueError, match="there are no label maps"):
        single_segment((3, 4), (5, 6), "0000ff=none")


def test_label_maps_decoded_apart_are_an_error() -> None:
    other = LabelMap(np.zeros((40, 20), np.int32), ("ff00ff",))
    with pytest.raises(ValueError, match="decode the two together"):
        pair_segments(
            stripes(BLUE), other, np.zeros((40, 20, 3), np.float32), np.zeros((40, 20, 3))
        )


def test_photo_of_another_size_is_an_error() -> None:
    content_map, style_map = stripes(BLUE), stripes(BLUE)
    with pytest.raises(ValueError, match=r"content image has the shape \[39, 20, 3\]"):
        pair_segments(
            content_map, style_map, np.zeros((39, 20, 3), np.float32), photo(style_map, {})
        )
