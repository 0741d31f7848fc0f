"""The plan of the artistic method: which style image serves which part of the content image."""

import numpy as np
import pytest

from dpst.config import TransferConfig
from dpst.methods.artistic.plan import plan
from dpst.methods.plan import Inputs
from dpst.segmentation import KEPT, decode_label_maps

SIZE = (40, 60)


@pytest.fixture(scope="module")
def images():
    """(content image, two style images) of different sizes."""
    generator = np.random.default_rng(0)
    return [generator.random((*size, 3), np.float32) for size in (SIZE, (36, 48), (50, 32))]


def halves(size=SIZE):
    """Labels 0 at the left and 1 at the right."""
    labels = np.zeros(size, np.int32)
    labels[:, size[1] // 2 :] = 1
    return labels


def all_of(label, size):
    return np.full(size, label, np.int32)


def nothing_is_looked_for():
    pytest.fail("no segments are to be found")


def make_plan(images, num_styles=1, labels=None, style_labels=None, find=None, **settings):
    config = TransferConfig(method="artistic", **settings)
    inputs = Inputs(images[0], images[1 : 1 + num_styles], labels, style_labels)
    return plan(inputs, config, find or nothing_is_looked_for)


def test_one_style_without_labels_serves_all_of_the_photo(images):
    planned = make_plan(images)
    (region,) = planned.regions
    assert region.style == 0 and region.weight == 1 and region.style_mask is None
    assert region.mask.shape == SIZE and region.mask.min() == 1
    assert [row.action for row in planned.segments] == ["takes style image 1 to 100%"]
    assert planned.has_content and planned.pairing is None
    assert planned.preview(*images[:2]) is None


def test_styles_without_labels_mix_everywhere_by_their_shares(images):
    planned = make_plan(images, 2, style_blend="3,1")
    assert [(r.style, r.weight) for r in planned.regions] == [(0, 0.75), (1, 0.25)]
    assert all(region.mask.min() == 1 for region in planned.regions)
    assert [region.weight for region in make_plan(images, 2).regions] == [0.5, 0.5]


def test_labels_take_the_styles_in_order_or_as_the_segment_map_says(images):
    for segment_map, styles in (("", [0, 1]), ("0=2,1=1", [1, 0]), ("0=2", [1, 0])):
        planned = make_plan(images, 2, halves(), segment_map=segment_map)
        assert [region.style for region in planned.regions] == styles
        np.testing.assert_array_equal(planned.regions[1].mask, halves())
        assert [region.weight for region in planned.regions] == [0.5, 0.5]
        assert all(region.style_mask is None for region in planned.regions)


def test_labels_of_the_styles_say_which_one_serves_which_label(images):
    first, second = (image.shape[:2] for image in images[1:])
    style_labels = [1 - halves(first), all_of(1, second)]
    planned = make_plan(images, 2, halves(), style_labels, segment_map="1=2")
    left, right = planned.regions
    assert (left.style, right.style) == (0, 1)
    np.testing.assert_array_equal(left.style_mask, halves(first))


def test_one_style_with_labels_is_paired_segment_by_segment(images):
    size = images[1].shape[:2]
    labels = halves()
    labels[:, :4] = 2
    planned = make_plan(images, 1, labels, [1 - halves(size)])
    assert [region.style for region in planned.regions] == [0, 0, 0]
    np.testing.assert_array_equal(planned.regions[0].style_mask, halves(size))
    assert [row.finding for row in planned.segments] == ["", "", "orphan"]
    assert any("2" in note for note in planned.notes)
    merged = make_plan(images, 1, labels, [halves(size)], orphan_policy="merge")
    assert "joins segment" in merged.segments[2].action


def test_kept_label_has_no_style(images):
    size = images[1].shape[:2]
    for style_labels in (None, [halves(size)]):
        planned = make_plan(images, 1, halves(), style_labels, segment_map="1=none")
        assert [region.style for region in planned.regions] == [0, KEPT]
        assert planned.segments[1].action.startswith("is kept as photographed")


def test_blend_mixes_everywhere_but_where_the_photo_is_kept(images):
    labels = halves()
    labels[:, :20] = 2
    planned = make_plan(
        images, 2, labels, multi_style="blend", style_blend="1,3", segment_map="1=none,0=2"
    )
    everywhere, kept = planned.regions[:2], planned.regions[2]
    assert [(region.style, region.weight) for region in everywhere] == [(0, 0.25), (1, 0.75)]
    assert all(region.mask.min() == 1 for region in everywhere)
    assert kept.style == KEPT and kept.weight == 0
    np.testing.assert_array_equal(kept.mask, labels == 1)
    assert len(planned.segments) == 3


def test_segments_are_found_where_the_settings_ask_for_it(images):
    calls = []

    def find():
        calls.append(None)
        size = images[1].shape[:2]
        return decode_label_maps(halves(), halves(size), SIZE, size)

    planned = make_plan(images, find=find, segmentation="auto")
    assert len(calls) == 1
    assert [row.label for row in planned.segments] == ["0", "1"]
    make_plan(images, find=find, segmentation_model="net.keras")
    assert len(calls) == 2
    with pytest.raises(ValueError, match="2 style images and segmentation is 'auto'"):
        make_plan(images, 2, find=find, segmentation="auto")
    assert len(calls) == 2


def test_labels_are_left_aside_where_there_are_to_be_no_segments(images):
    planned = make_plan(images, 1, halves(), segmentation="none")
    assert [region.name for region in planned.regions] == ["all"]


@pytest.mark.parametrize(
    ("num_styles", "labels", "settings", "message"),
    [
        (2, None, {"multi_style": "localized"}, "'localized' and there are no content_labels"),
        (2, None, {"segment_map": "0=1"}, "segment_map is '0=1' and there are no content_labels"),
        (2, None, {"style_blend": "1"}, "1 numbers, it must have 2"),
        (2, None, {"style_blend": "0,0"}, "with a sum above 0"),
        (2, halves(), {"style_blend": "1,2"}, "'1,2' and there are content_labels"),
        (1, halves(), {"segment_map": "0=2"}, "names the style image '2', .* from 1 to 1"),
    ],
)
def test_what_does_not_fit_is_a_clear_error(images, num_styles, labels, settings, message):
    with pytest.raises(ValueError, match=message):
        make_plan(images, num_styles, labels, **settings)


def test_numbers_of_labels_and_styles_must_fit(images):
    size = images[1].shape[:2]
    labels = halves()
    labels[:, :4] = 2
    with pytest.raises(ValueError, match="3 content labels .* 2 style images"):
        make_plan(images, 2, labels)
    with pytest.raises(ValueError, match="1 style_labels and 2 style images"):
        make_plan(images, 2, halves(), [halves(size)])
    with pytest.raises(ValueError, match="content_labels is missing"):
        make_plan(images, 1, None, [halves(size)])
    with pytest.raises(ValueError, match="content_image is missing and method is 'artistic'"):
        make_plan([None, *images[1:]])
