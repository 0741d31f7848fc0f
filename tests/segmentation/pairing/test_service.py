"""What becomes of labels without a style label of their own, and what the user says by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dpst.segmentation import KEPT, Pairing, pair_segments
from tests.segmentation.pairing.striped_maps import BLUE, BRIGHT, DARK, GREEN, RED, photo, stripes


def orphaned(policy: str, **options: str) -> Pairing:
    """Red lies between blue and green, more of it beside green; the style map lacks it."""
    content_map, style_map = stripes(BLUE, RED, GREEN), stripes(BLUE, GREEN)
    content_map.labels[:5, 40:45] = RED
    return pair_segments(
        content_map,
        style_map,
        photo(content_map, {BLUE: DARK, GREEN: BRIGHT, RED: 0.2}),
        photo(style_map, {BLUE: DARK, GREEN: BRIGHT}),
        orphan_policy=policy,
        **options,
    )


def test_policy_nearest_is_the_default() -> None:
    assert orphaned("nearest").style_index == (0, 1, 0)


def test_policy_merge_joins_the_neighbour_with_the_longest_border() -> None:
    pairing = orphaned("merge")
    assert pairing.names == ("0000ff", "00ff00")
    assert pairing.style_index == (0, 1)
    np.testing.assert_array_equal(np.unique(pairing.content_labels[:, 20:]), [1])
    assert "it joins segment 00ff00, its neighbour" in pairing.notes[0]


def test_policy_content_keeps_the_orphan_as_photographed() -> None:
    pairing = orphaned("content")
    assert pairing.style_index == (0, 1, KEPT)
    assert "it is kept as photographed" in pairing.notes[0]


def test_policy_error_names_the_orphans() -> None:
    with pytest.raises(ValueError, match="content labels ff0000 are missing.*another policy"):
        orphaned("error")
    assert orphaned("error", segment_map="ff0000=0000ff").style_index == (0, 1, 0)


def test_merge_with_no_neighbour_that_is_served_takes_the_closest_in_colour() -> None:
    content_map, style_map = stripes(BLUE), stripes(RED)
    pairing = pair_segments(
        content_map, style_map, photo(content_map, {}), photo(style_map, {}), "merge"
    )
    assert pairing.style_index == (0,)


def test_unknown_policy_is_an_error() -> None:
    with pytest.raises(ValueError, match="orphan_policy is 'drop', must be one of nearest"):
        orphaned("drop")


def test_segment_map_says_who_serves_whom() -> None:
    pairing = orphaned("nearest", segment_map="0000ff=00ff00,ff0000=00ff00,00ff00=none")
    assert pairing.style_index == (1, KEPT, 1)
    assert pairing.notes == (
        "label 0000ff (50 % of the style image) serves no segment of the content image",
    )


def test_speck_that_the_segment_map_names_stays_a_segment() -> None:
    content_map = stripes(BLUE, RED)
    content_map.labels[0, 0] = GREEN
    style_map = stripes(BLUE, RED)
    photos = photo(content_map, {}), photo(style_map, {})
    pairing = pair_segments(content_map, style_map, *photos, segment_map="00ff00=none")
    assert pairing.names == ("0000ff", "00ff00", "ff0000")
    assert pairing.style_index == (0, KEPT, 1)


@pytest.mark.parametrize(
    "options",
    [{"segment_map": "0000ff=none,00ff00=none,ff0000=none"}],
)
def test_nothing_left_to_style_is_an_error(options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="at least one must be styled"):
        orphaned("nearest", **options)
