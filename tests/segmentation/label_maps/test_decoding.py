"""Colour-coded label maps, clean and messy, read as integers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dpst.segmentation import (
    LUAN_PALETTE,
    LabelMap,
    decode_label_maps,
    read_label_maps,
)
from dpst.segmentation.label_maps.palette import MAXIMUM_LABELS

PublishedMaps = dict[str, tuple[list[tuple[int, int]], tuple[LabelMap, LabelMap]]]

LUAN_COLORS = [tuple(bytes.fromhex(color)) for color in LUAN_PALETTE]
BLACK, WHITE, GREY, RED, BLUE, YELLOW = (
    tuple(bytes.fromhex(color))
    for color in ("000000", "ffffff", "808080", "ff0000", "0000ff", "ffff00")
)


def disc_labels(size: int = 96) -> np.ndarray:
    """Labels 0 (left), 1 (right) and 2 (a disc across both)."""
    rows, columns = np.mgrid[:size, :size]
    labels = (columns >= size // 2).astype(np.int32)
    labels[(rows - size / 2) ** 2 + (columns - size / 2) ** 2 < (size / 4) ** 2] = 2
    return labels


def colored(labels: np.ndarray, *colors: tuple[int, ...]) -> np.ndarray:
    return np.array(colors, np.uint8)[labels]


def soft_edged(colors: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(colors, (3, 3), 0.6)


def jpeg(colors: np.ndarray, quality: int = 85) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(colors).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def decode_one(colors: np.ndarray, size: tuple[int, int] | None = None) -> LabelMap:
    return decode_label_maps(colors, colors, size, size)[0]


def hex_map(label_map: LabelMap) -> np.ndarray:
    return np.array(label_map.names)[label_map.labels]


def save(path: Path, values: np.ndarray | Image.Image) -> Path:
    (Image.fromarray(values) if isinstance(values, np.ndarray) else values).save(path)
    return path


def read_one(path: Path, size: tuple[int, int] = (96, 96)) -> LabelMap:
    return read_label_maps(path, path, size, size)[0]


# Clean maps.


@pytest.mark.parametrize(
    "colors",
    [
        (BLACK, WHITE, RED),
        ((12, 200, 30), (99, 98, 97), (250, 120, 0)),
        ((0, 0, 0), (64, 64, 64), (128, 128, 128)),
        ((0, 0, 0), (1, 1, 1), (2, 2, 2)),
    ],
    ids=["luan", "any colours", "grey levels", "small numbers"],
)
def test_clean_map_comes_back_exactly(colors: tuple[tuple[int, ...], ...]) -> None:
    labels = disc_labels()
    result = decode_one(colored(labels, *colors))
    expected = np.array([bytes(color).hex() for color in colors])[labels]
    np.testing.assert_array_equal(hex_map(result), expected)
    assert result.labels.dtype == np.int32
    assert result.off_palette_pixels == 0


def test_thin_lines_of_a_clean_map_stay() -> None:
    labels = np.zeros((64, 64), np.int32)
    labels[:, 32:] = 1
    labels[:, 32] = labels[20, :] = 2
    labels[0:6, 0:6] = 2
    result = hex_map(decode_one(colored(labels, BLACK, WHITE, GREY)))
    np.testing.assert_array_equal(result == "808080", labels == 2)


def test_labels_mean_the_same_in_both_maps() -> None:
    content = colored(disc_labels(), BLACK, WHITE, RED)
    style = colored(disc_labels()[::-1, :64], RED, BLUE, BLUE)
    content_map, style_map = decode_label_maps(content, style)
    assert content_map.names == style_map.names == ("000000", "0000ff", "ff0000", "ffffff")
    assert set(np.unique(hex_map(style_map))) == {"0000ff", "ff0000"}


def test_integer_maps_keep_their_numbers_as_names() -> None:
    content = np.array([[3, 3], [7, 255]])
    style = np.array([[7, -1]], np.int8)
    content_map, style_map = decode_label_maps(content, style)
    assert content_map.names == ("-1", "3", "7", "255")
    np.testing.assert_array_equal(content_map.labels, [[1, 1], [2, 3]])
    np.testing.assert_array_equal(style_map.labels, [[2, 0]])


# Messy maps.


@pytest.mark.parametrize("colors", [(BLACK, WHITE, RED), ((20, 180, 60), (200, 90, 40), (70,) * 3)])
@pytest.mark.parametrize("mess", [soft_edged, jpeg, lambda colors: jpeg(soft_edged(colors), 60)])
def test_soft_edges_and_jpeg_noise_leave_no_pixel_unlabelled(
    colors: tuple[tuple[int, ...], ...], mess: Callable[[np.ndarray], np.ndarray]
) -> None:
    labels = disc_labels()
    result = decode_one(mess(colored(labels, *colors)))
    assert len(result.names) == 3
    assert result.off_palette_pixels > 0
    palette = np.array([list(bytes.fromhex(color)) for color in result.names])
    true_colors = np.array(colors)[labels]
    errors = np.abs(palette[result.labels] - true_colors).max(axis=-1)
    # Wrong only on the edges themselves, which are soft.
    assert (errors > 24).mean() < 0.02


def test_off_palette_pixel_takes_the_nearest_label() -> None:
    colors = colored(disc_labels(), BLACK, WHITE, RED)
    colors[::6, 1:24:6] = (60, 10, 10)
    result = decode_one(colors)
    assert result.off_palette_pixels == 16 * 4
    assert set(hex_map(result)[:, :24].ravel()) == {"000000"}


def test_colours_a_little_off_are_within_tolerance() -> None:
    labels = disc_labels()
    noise = np.random.default_rng(0).integers(0, 9, (96, 96, 3))
    colors = (colored(labels, BLACK, (240, 240, 240), (240, 0, 0)) + noise).astype(np.uint8)
    result = decode_one(colors)
    assert result.names == ("000000", "ffffff", "ff0000")
    assert result.off_palette_pixels == 0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (((0, 0, 250), (3, 3, 3)), (BLUE, BLACK), ("000000", "0000ff")),
        (((90, 10, 10), (10, 90, 10)), ((90, 20, 10), (10, 90, 10)), ("0a5a0a", "5a0a0a")),
    ],
)
def test_label_in_two_shades_is_one_label(
    one: tuple[tuple[int, ...], ...],
    other: tuple[tuple[int, ...], ...],
    expected: tuple[str, ...],
) -> None:
    labels = np.minimum(disc_labels(), 1)
    content_map, style_map = decode_label_maps(colored(labels, *one), colored(labels, *other))
    assert content_map.names == expected
    np.testing.assert_array_equal(content_map.labels, style_map.labels)
    assert content_map.off_palette_pixels == style_map.off_palette_pixels == 0
    assert content_map.shades != style_map.shades


def test_close_colours_of_one_map_stay_apart_whatever_the_other_holds() -> None:
    grey = colored(disc_labels(), (0,) * 3, (1,) * 3, (2,) * 3)
    content_map, _ = decode_label_maps(grey, np.full_like(grey, 3))
    assert content_map.names == ("000000", "010101", "020202", "030303")


def test_soft_edge_between_black_and_white_carries_no_ribbon_of_grey() -> None:
    labels = disc_labels()
    colors = colored(labels, BLACK, WHITE, WHITE)
    colors[70:, :20] = GREY
    result = hex_map(decode_one(soft_edged(colors)))
    is_grey = result == "808080"
    assert is_grey[72:, :18].all()
    assert not is_grey[:66].any()
    assert not is_grey[:, 24:].any()


def test_mixture_of_two_labels_takes_one_of_them_not_a_third() -> None:
    # Half way from red to blue is closer to grey than to either.
    colors = colored(disc_labels(), RED, BLUE, RED)
    colors[:10, :20] = GREY
    result = hex_map(decode_one(soft_edged(colors)))
    assert set(result[24:].ravel()) == {"ff0000", "0000ff"}


# Files.


def test_file_formats_agree(tmp_path: Path) -> None:
    rgb = Image.fromarray(colored(disc_labels(), BLACK, WHITE, GREY))
    expected = hex_map(read_one(save(tmp_path / "rgb.png", rgb)))
    for mode in ("L", "P", "RGBA", "LA"):
        converted = rgb.convert("P", palette=Image.Palette.ADAPTIVE) if mode == "P" else None
        path = save(tmp_path / f"{mode}.png", converted or rgb.convert(mode))
        np.testing.assert_array_equal(hex_map(read_one(path)), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_file_of_small_numbers_keeps_them_apart(tmp_path: Path, dtype: type) -> None:
    path = save(tmp_path / "numbers.png", disc_labels().astype(dtype))
    np.testing.assert_array_equal(read_one(path).labels, disc_labels())


def test_label_map_may_be_smaller_than_any_photo(tmp_path: Path) -> None:
    path = save(tmp_path / "small.png", np.eye(8, dtype=np.uint8) * 255)
    assert read_one(path).labels.shape == (96, 96)


def test_message_names_flag_and_file(tmp_path: Path) -> None:
    path = save(tmp_path / "map.png", disc_labels().astype(np.uint8))
    with pytest.raises(FileNotFoundError, match=r"style_labels '.*missing\.png' does not exist"):
        read_label_maps(path, tmp_path / "missing.png", (96, 96), (96, 96))
    with pytest.raises(ValueError, match=r"style_labels '.*map\.png' is 96x96"):
        read_label_maps(path, path, (96, 96), (96, 50))


# What is no label map.


def test_photo_is_an_error() -> None:
    noise = np.random.default_rng(0).random((96, 96, 3))
    smooth = cv2.GaussianBlur(noise, (0, 0), 5)
    photo = (255 * (smooth - smooth.min()) / np.ptp(smooth)).astype(np.uint8)
    with pytest.raises(ValueError, match="photo"):
        decode_one(photo)


def test_noise_is_an_error() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match="photo"):
        decode_one(noise)


def test_too_many_labels_are_an_error() -> None:
    numbers = np.arange(MAXIMUM_LABELS + 1).repeat(100).reshape(-1, 100)
    with pytest.raises(ValueError, match=f"{MAXIMUM_LABELS + 1} labels"):
        decode_one(numbers)
    blocks = numbers.astype(np.uint8).repeat(4, axis=0)
    with pytest.raises(ValueError, match=f"{MAXIMUM_LABELS + 1} labels"):
        decode_one(np.repeat(blocks[..., np.newaxis], 3, axis=-1))


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((4, 4)),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.int32),
        np.zeros((0, 4), np.int32),
        np.zeros((), np.int32),
    ],
)
def test_array_of_another_kind_is_an_error(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="label map must be uint8"):
        decode_label_maps(values, np.zeros((4, 4), np.int32))


def test_maps_of_two_kinds_are_an_error() -> None:
    with pytest.raises(ValueError, match="one kind"):
        decode_label_maps(np.zeros((4, 4), np.int32), np.zeros((4, 4, 3), np.uint8))


# Properties.


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=9, unique=True),
    st.tuples(st.integers(4, 70), st.integers(4, 70)),
    st.integers(1, 24),
    st.sampled_from([0, 0, 3, 12, 60, 255]),
    st.booleans(),
    st.tuples(st.integers(32, 80), st.integers(32, 80)),
    st.integers(0, 2**31),
)
def test_any_map_is_labelled_completely_or_refused(
    palette: list[tuple[int, int, int]],
    map_size: tuple[int, int],
    block: int,
    noise: int,
    is_jpeg: bool,
    size: tuple[int, int],
    seed: int,
) -> None:
    generator = np.random.default_rng(seed)
    cells = generator.integers(0, len(palette), [-(-side // block) for side in map_size])
    labels = cells.repeat(block, 0).repeat(block, 1)[: map_size[0], : map_size[1]]
    colors = colored(labels, *palette)
    colors = np.clip(colors + generator.integers(-noise, noise + 1, colors.shape), 0, 255)
    colors = colors.astype(np.uint8)
    if is_jpeg:
        colors = jpeg(colors)
    try:
        result = decode_one(colors, size)
    except ValueError:
        return
    assert result.labels.shape == size
    assert 1 <= len(result.names) <= MAXIMUM_LABELS
    assert result.labels.min() >= 0
    assert result.labels.max() < len(result.names)
    assert 0 <= result.off_palette_pixels <= result.labels.size


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(LUAN_COLORS), min_size=1, max_size=9, unique=True),
    st.integers(1, 20),
    st.integers(0, 2**31),
)
def test_any_clean_map_in_luans_colours_comes_back_exactly(
    palette: list[tuple[int, ...]], block: int, seed: int
) -> None:
    cells = np.random.default_rng(seed).integers(0, len(palette), (4, 5))
    labels = cells.repeat(block, 0).repeat(block, 1)
    expected = np.array([bytes(color).hex() for color in palette])[labels]
    np.testing.assert_array_equal(hex_map(decode_one(colored(labels, *palette))), expected)


# The published maps of Luan et al. 2017.


@pytest.mark.shared
def test_published_maps_decode_to_luans_colours(published_maps: PublishedMaps) -> None:
    for name, (sizes, maps) in published_maps.items():
        for label_map, size in zip(maps, sizes, strict=True):
            assert set(label_map.names) <= set(LUAN_PALETTE)
            assert label_map.labels.shape == size
            assert label_map.off_palette_pixels <= 0.05 * label_map.labels.size
            # Ribbons of grey along soft edges would show as a sliver of grey.
            grey_share = (hex_map(label_map) == "808080").mean()
            assert grey_share == 0.0 or grey_share > 0.05, name
