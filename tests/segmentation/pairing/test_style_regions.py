"""Which style image serves which content label."""

import numpy as np
import pytest

from dpst.segmentation import (
    KEPT,
    assigned_regions,
    blended_regions,
    decode_label_maps,
    pair_segments,
    paired_regions,
    region_rows,
)

COLORS = {"blue": (0, 0, 255), "green": (0, 255, 0), "red": (255, 0, 0)}


def _stripes(*names, size=(40, 60)):
    """A label map of vertical stripes in some colours."""
    edges = np.linspace(0, size[1], len(names) + 1).astype(int)
    picture = np.zeros((*size, 3), np.uint8)
    for name, left, right in zip(names, edges, edges[1:], strict=False):
        picture[:, left:right] = COLORS[name]
    return picture


def _maps(content, *styles):
    pairs = [decode_label_maps(content, style) for style in styles or (content,)]
    return pairs[0][0], [style_map for _, style_map in pairs]


def test_blend_gives_every_style_the_whole_image():
    first, second = blended_regions((20, 30), (3.0, 1.0))
    assert (first.style, second.style) == (0, 1)
    assert (first.weight, second.weight) == (0.75, 0.25)
    assert first.mask.shape == (20, 30) and first.mask.min() == 1


def test_style_without_a_share_has_no_region():
    assert [region.style for region in blended_regions((20, 30), (0.0, 1.0))] == [1]


def test_labels_take_the_styles_in_order():
    content_map, _ = _maps(_stripes("blue", "red"))
    regions = assigned_regions(content_map, 2)
    assert [(region.name, region.style) for region in regions] == [("0000ff", 0), ("ff0000", 1)]
    np.testing.assert_array_equal(sum(region.mask for region in regions), 1)
    assert sum(region.weight for region in regions) == pytest.approx(1)
    assert all(region.style_mask is None for region in regions)


def test_one_style_serves_all_labels():
    content_map, _ = _maps(_stripes("blue", "green", "red"))
    assert [region.style for region in assigned_regions(content_map, 1)] == [0, 0, 0]


def test_segment_map_assigns_by_number():
    content_map, _ = _maps(_stripes("blue", "green", "red"))
    regions = assigned_regions(content_map, 2, "blue=2,#00ff00=none")
    assert [region.style for region in regions] == [1, KEPT, 0]


def test_labels_find_the_style_image_that_holds_them():
    content_map, style_maps = _maps(
        _stripes("blue", "red"), _stripes("green", "red"), _stripes("blue", "green")
    )
    blue, red = assigned_regions(content_map, style_maps)
    assert (blue.style, red.style) == (1, 0)
    assert blue.style_mask[:, :29].min() == 1 and blue.style_mask[:, 31:].max() == 0
    assert red.style_mask[:, :29].max() == 0 and red.style_mask[:, 31:].min() == 1


@pytest.mark.parametrize(
    ("names", "num_styles", "segment_map", "message"),
    [
        (("blue", "red"), 3, "", r"2 content labels \(0000ff, ff0000\).* and 3 style images"),
        (("blue", "green", "red"), 2, "", "3 content labels .* and 2 style images"),
        (("blue", "red"), 2, "blue=2,red=2", "style image 1 of 2 serves no content label"),
        (("blue", "red"), 1, "blue=none,red=none", "style image 1 of 1 serves no content label"),
        (("blue", "red"), 2, "blue=3", "names the style image '3', .* from 1 to 2"),
        (("blue", "red"), 2, "blue=0", "names the style image '0'"),
        (("blue", "red"), 2, "blue=left", "names the style image 'left'"),
        (("blue", "red"), 2, "green=1", "names the content label 'green'; it must be one that"),
    ],
)
def test_assignments_that_do_not_work_out_are_clear_errors(names, num_styles, segment_map, message):
    content_map, _ = _maps(_stripes(*names))
    with pytest.raises(ValueError, match=message):
        assigned_regions(content_map, num_styles, segment_map)


def test_label_in_no_style_map_is_an_error():
    maps = _maps(_stripes("blue", "red"), _stripes("green", "red"), _stripes("red", "green"))
    with pytest.raises(ValueError, match="'0000ff' is in no label map of the 2 style images"):
        assigned_regions(*maps)


def test_pairing_becomes_regions():
    generator = np.random.default_rng(0)
    content, style = generator.random((2, 40, 60, 3), np.float32)
    maps = decode_label_maps(_stripes("blue", "red"), _stripes("red", "blue"))
    pairing = pair_segments(*maps, content, style, segment_map="red=none")
    blue, red = paired_regions(pairing)
    assert (blue.style, red.style) == (0, KEPT)
    assert blue.style_mask[:, 31:].min() == 1 and blue.style_mask[:, :29].max() == 0
    assert red.style_mask is None


def test_rows_say_what_is_done():
    content_map, _ = _maps(_stripes("blue", "red"))
    rows = region_rows(assigned_regions(content_map, 1, "red=none"))
    assert [row.action for row in rows] == ["takes style image 1", "is kept as photographed"]
    assert [row.color for row in rows] == ["0000ff", "ff0000"]
    assert [row.content_share for row in rows] == [0.5, 0.5]
    rows = region_rows(blended_regions((20, 30), (0.7, 0.3)))
    assert [row.action for row in rows] == [
        "takes style image 1 to 70%",
        "takes style image 2 to 30%",
    ]
