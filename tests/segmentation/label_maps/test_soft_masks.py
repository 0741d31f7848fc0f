"""One soft mask a segment, read as labels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dpst.segmentation import (
    LabelMap,
    decode_label_maps,
    pair_segments,
    read_label_maps,
    segment_table,
)
from dpst.segmentation.label_maps.soft_masks import is_mask_list, masks_to_labels, parse_mask_paths

SIZE = (40, 60)


def halves() -> dict[str, np.ndarray]:
    """A soft edge between left and right, whose masks sum to one."""
    left = np.clip((32.2 - np.arange(60)) / 5, 0, 1) * np.ones((40, 1))
    return {"sky": left, "rocks": 1 - left}


def save(folder: Path, masks: dict[str, np.ndarray]) -> str:
    for name, mask in masks.items():
        Image.fromarray(np.rint(255 * mask).astype(np.uint8)).save(folder / f"{name}.png")
    return ",".join(f"{name}={folder}/{name}.png" for name in masks)


def test_each_pixel_takes_the_largest_mask() -> None:
    labels, is_doubtful, names = masks_to_labels(halves(), SIZE, "content_labels")
    assert names == ("sky", "rocks")
    np.testing.assert_array_equal(labels, (np.arange(60) >= 30) * np.ones((40, 1)))
    assert labels.dtype == np.int32
    assert not is_doubtful[:, :28].any()


def test_masks_in_files_agree_with_arrays(tmp_path: Path) -> None:
    text = save(tmp_path, halves())
    assert is_mask_list(text)
    from_files = read_label_maps(text, text, SIZE, SIZE)
    from_arrays = decode_label_maps(halves(), halves())
    for one, other in zip(from_files, from_arrays, strict=True):
        assert one.names == other.names == ("sky", "rocks")
        assert one.map_size == SIZE
        assert (one.labels != other.labels).mean() <= 0.02


def test_white_on_transparent_is_a_mask_too(tmp_path: Path) -> None:
    for name, mask in halves().items():
        pixels = np.full((*SIZE, 4), 255, np.uint8)
        pixels[..., 3] = np.rint(255 * mask)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    text = f"sky={tmp_path}/sky.png,rocks={tmp_path}/rocks.png"
    label_map = read_label_maps(text, text, SIZE, SIZE)[0]
    assert (label_map.labels[:, :28] == 0).all() and (label_map.labels[:, 33:] == 1).all()


def test_file_whose_name_holds_an_equals_sign_is_a_label_map(tmp_path: Path) -> None:
    path = tmp_path / "a=b.png"
    Image.fromarray(np.zeros((*SIZE, 3), np.uint8)).save(path)
    assert not is_mask_list(str(path))
    assert read_label_maps(str(path), str(path), SIZE, SIZE)[0].names == ("000000",)


def test_what_no_mask_claims_is_a_segment_of_its_own() -> None:
    sky = halves()["sky"]
    maps = decode_label_maps({"sky": sky}, {"sky": sky})
    assert maps[0].names == ("sky", "rest")
    assert (maps[0].labels[:, 33:] == 1).all()


def test_gaps_between_masks_go_to_the_nearest_and_are_counted() -> None:
    masks = {name: mask > 0.5 for name, mask in halves().items()}
    masks["sky"][5, :3] = False
    masks["rocks"][7, :2] = True
    label_map = decode_label_maps(masks, masks)[0]
    assert label_map.names == ("sky", "rocks")
    assert (label_map.labels[:, :20] == 0).all()
    assert label_map.off_palette_counts[0] == 3 + 2


def test_masks_of_other_sizes_are_resized_not_their_labels() -> None:
    masks = {name: cv2.resize(mask, (30, 20)) for name, mask in halves().items()}
    masks["rocks"] = halves()["rocks"]
    labels, _, _ = masks_to_labels(masks, SIZE, "content_labels")
    assert (labels == masks_to_labels(halves(), SIZE, "")[0]).mean() > 0.95


def test_masks_on_one_side_are_named_by_the_colours_of_the_other() -> None:
    colors = np.zeros((*SIZE, 3), np.uint8)
    colors[:, 30:] = (0, 0, 255)
    content_map, style_map = decode_label_maps(
        {"0000ff": halves()["sky"], "trees": halves()["rocks"]}, colors
    )
    assert content_map.names == style_map.names == ("0000ff", "trees", "000000")
    assert style_map.labels[0, 0] == 2 and style_map.labels[0, 59] == 0
    photo = np.zeros((*SIZE, 3), np.float32)
    pairing = pair_segments(content_map, style_map, photo, photo, segment_map="trees=none")
    assert [row.color for row in pairing.segments] == ["0000ff", "", "000000"]
    assert len(list(segment_table(pairing.segments, is_colored=True))) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sky=a.png,b.png", "content_labels has the entry 'b.png', each must be name=path"),
        ("sky=", "entry 'sky='"),
        ("sky=a.png,sky=b.png", "two masks for 'sky'"),
    ],
)
def test_list_that_cannot_be_meant_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_mask_paths(text, "content_labels")


def test_missing_mask_is_an_error_that_names_the_segment(tmp_path: Path) -> None:
    text = save(tmp_path, halves()).replace("rocks.png", "stones.png")
    with pytest.raises(FileNotFoundError, match=r"content_labels rocks '.*stones\.png' does not"):
        read_label_maps(text, text, SIZE, SIZE)


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ({}, "holds 0 masks"),
        ({"sky": np.zeros(SIZE)}, "none has a pixel that is half white"),
        ({"rest": np.ones(SIZE)}, "'rest', which is reserved: rename"),
        ({"none": np.ones(SIZE)}, "'none', which is reserved"),
        ({"sky": np.full(SIZE, 2.0)}, "labels sky ranges from 2.0 to 2.0"),
        ({"sky": np.full(SIZE, np.nan)}, "ranges from nan"),
        ({"sky": np.ones((*SIZE, 3))}, "a mask must be floating, bool or uint8"),
        ({"sky": np.ones(SIZE, int)}, "a mask must be floating, bool or uint8"),
        ({"sky": np.ones((40, 90))}, "labels sky is 90x40 px and its image 60x40"),
    ],
)
def test_masks_that_cannot_be_used_are_an_error(masks: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        masks_to_labels(masks, SIZE, "content_labels")


def test_too_many_masks_are_an_error() -> None:
    masks = {str(k): np.ones((4, 4)) for k in range(65)}
    with pytest.raises(ValueError, match="65 labels, at most 64"):
        decode_label_maps(masks, masks)


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(3, 30), st.integers(3, 30)),
    st.integers(1, 3),
    st.sampled_from([0.0, 0.2, 1.0]),
    st.integers(0, 2**31),
)
def test_any_masks_are_labelled_completely_or_refused(
    nums: tuple[int, int], size: tuple[int, int], scale: int, noise: float, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    sides = []
    for num_masks in nums:
        cells = generator.integers(-1, num_masks, size)
        soft = (cells == np.arange(num_masks)[:, None, None]) * (1 - noise)
        soft = soft + noise * generator.random(soft.shape)
        names = generator.permutation(6)[:num_masks]
        sides.append({f"m{name}": mask for name, mask in zip(names, soft, strict=True)})
    size = (size[0] * scale, size[1] * scale)
    try:
        maps = decode_label_maps(*sides, size, size)
    except ValueError as error:
        assert "must" in str(error)
        return
    for label_map in maps:
        assert isinstance(label_map, LabelMap)
        assert label_map.labels.shape == size
        assert 0 <= label_map.labels.min() and label_map.labels.max() < len(label_map.names)
    assert maps[0].names == maps[1].names
    photo = generator.random((*size, 3), np.float32)
    pairing = pair_segments(*maps, photo, photo)
    assert sum(row.content_pixels for row in pairing.segments) == size[0] * size[1]
