"""Segments from the class scores of a model, here a made-up one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dpst import images
from dpst.segmentation import pair_segments, read_label_maps, segment_by_classes
from dpst.segmentation.finding.class_groups import class_names
from dpst.segmentation.finding.class_segments import MINIMUM_SHARE

ADE20K = class_names(150)


def numbered(
    *stripes: str, size: images.Size = (60, 80), names: tuple[str, ...] = ADE20K
) -> np.ndarray:
    """An image whose red is the number of a class, in stripes of equal width."""
    numbers = np.array([names.index(stripe) for stripe in stripes])
    row = numbers[np.arange(size[1]) * len(stripes) // size[1]]
    return np.broadcast_to(row[None, :, None] / 255, (*size, 3)).astype(np.float32)


def score(image: np.ndarray, num_classes: int = 150) -> np.ndarray:
    """What a perfect model gives for such an image: 1 for the class, 0 for the others."""
    return np.eye(num_classes, dtype=np.float32)[np.rint(255 * image[..., 0]).astype(int)]


def names_of(label_map) -> np.ndarray:
    return np.array(label_map.names)[label_map.labels]


def test_classes_are_merged_into_groups_of_one_name() -> None:
    content = numbered("sky", "tree", "grass", "sea")
    style = numbered("lake", "sky", "palm", "house", size=(40, 100))
    maps = segment_by_classes(content, style, score, ADE20K)
    assert maps[0].names == maps[1].names == ("sky", "water", "vegetation", "building")
    expected = ["sky", "vegetation", "vegetation", "water"]
    np.testing.assert_array_equal(names_of(maps[0])[30, 10::20], expected)
    expected = ["water", "sky", "vegetation", "building"]
    np.testing.assert_array_equal(names_of(maps[1])[20, 12::25], expected)
    assert maps[0].labels.dtype == np.int32 and maps[1].labels.shape == (40, 100)


@pytest.mark.parametrize("factor", [0.25, 2.0])
def test_scores_of_any_resolution_give_labels_of_the_images_size(factor: float) -> None:
    content = numbered("sky", "earth", "sea", "road")

    def coarse(image: np.ndarray) -> np.ndarray:
        size = tuple(int(side * factor) for side in image.shape[:2])
        return images.resize(score(image)[..., :50], size)

    found = segment_by_classes(content, content, coarse, ADE20K[:50])[0]
    exact = segment_by_classes(content, content, score, ADE20K)[0]
    assert found.labels.shape == (60, 80)
    # Half-way between two groups a third may lie in reach of rounding, no more.
    assert np.mean(names_of(found) == names_of(exact)) > 0.94


def test_group_below_the_minimum_share_goes_to_its_neighbours() -> None:
    content = np.array(numbered("sky", "earth", size=(100, 100)))
    content[10:14, 10:14] = ADE20K.index("person") / 255
    assert 16 / content[..., 0].size < MINIMUM_SHARE
    found = segment_by_classes(content, content, score, ADE20K)[0]
    assert found.names == ("sky", "ground")
    np.testing.assert_array_equal(names_of(found)[10:14, 10:14], "sky")


def test_large_image_gets_labels_of_its_own_size() -> None:
    names = ADE20K[:20]
    content = numbered("sky", "earth", size=(500, 901))
    labels = segment_by_classes(content, content[:64, :64], lambda x: score(x, 20), names)[0].labels
    assert labels.shape == (500, 901)
    np.testing.assert_allclose(np.flatnonzero(np.diff(labels[250])), [450], atol=2)


def test_water_is_served_by_its_relative_where_the_style_has_none() -> None:
    content, style = numbered("sea", "person", "tree"), numbered("tree", "earth", "earth")
    maps = segment_by_classes(content, style, score, ADE20K)
    pairing = pair_segments(*maps, content, style)
    rows = {row.label: row for row in pairing.segments}
    assert pairing.names == ("water", "vegetation", "person")
    assert rows["water"].action == "takes label ground, its relative"
    assert rows["water"].finding == "orphan"
    assert "its relative" in pairing.notes[0]
    # A person has no relative here, so the policy decides.
    assert rows["person"].action.endswith("the closest in colour")
    for policy, action in (("content", "is kept as photographed"), ("merge", "joins segment")):
        rows = pair_segments(*maps, content, style, policy).segments
        assert {row.label: action in row.action for row in rows}["person"]
        assert "its relative" in rows[0].action
    with pytest.raises(ValueError, match="content labels person are missing"):
        pair_segments(*maps, content, style, "error")


def test_segment_map_comes_before_relatives() -> None:
    content, style = numbered("sea", "tree"), numbered("tree", "earth")
    maps = segment_by_classes(content, style, score, ADE20K)
    rows = pair_segments(*maps, content, style, segment_map="water=vegetation").segments
    assert rows[0].action == "takes label vegetation, by hand"


def test_classes_that_no_table_knows_keep_their_numbers() -> None:
    names = class_names(7)
    content = numbered("class 5", "class 2", names=names)
    maps = segment_by_classes(content, content, lambda image: score(image, 7), names)
    assert maps[0].names == ("class 2", "class 5")
    assert pair_segments(*maps, content, content).style_index == (0, 1)


def test_of_very_many_classes_the_largest_remain() -> None:
    generator = np.random.default_rng(0)
    content = generator.integers(0, 200, (15, 15, 1)) * np.ones(3) / 255
    content = images.resize(content, (15, 15)).repeat(6, 0).repeat(6, 1)
    names = class_names(200)
    maps = segment_by_classes(content, content, lambda image: score(image, 200), names)
    assert 1 <= len(maps[0].names) <= 64
    maps[0].picture()


def test_picture_is_read_back_as_the_same_segments(tmp_path: Path) -> None:
    photos = numbered("sky", "tree", "clock", "sea"), numbered("house", "sky", "sofa")
    maps = segment_by_classes(*photos, score, ADE20K)
    paths = [tmp_path / "content.png", tmp_path / "style.png"]
    for path, label_map in zip(paths, maps, strict=True):
        images.write_image(path, label_map.picture())
    for label_map, again in zip(maps, read_label_maps(*paths, (60, 80), (60, 80)), strict=True):
        colors = np.array(label_map.colors)[label_map.labels]
        np.testing.assert_array_equal(np.array(again.names)[again.labels], colors)


def test_table_shows_the_colors_that_the_picture_has() -> None:
    content = numbered("sky", "sea")
    maps = segment_by_classes(content, content, score, ADE20K)
    rows = pair_segments(*maps, content, content).segments
    assert [(row.label, row.color) for row in rows] == [("sky", "55aaff"), ("water", "0000ff")]
