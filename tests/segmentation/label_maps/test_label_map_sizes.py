"""Label maps of another size than their image."""

from __future__ import annotations

import numpy as np
import pytest

from dpst.segmentation import LabelMap, decode_label_maps

BLACK, WHITE, GREY, RED, BLUE, YELLOW = (
    tuple(bytes.fromhex(color))
    for color in ("000000", "ffffff", "808080", "ff0000", "0000ff", "ffff00")
)


def disc_labels() -> np.ndarray:
    """Labels 0 (left), 1 (right) and 2 (a disc across both)."""
    rows, columns = np.mgrid[:96, :96]
    labels = (columns >= 48).astype(np.int32)
    labels[(rows - 48) ** 2 + (columns - 48) ** 2 < 24**2] = 2
    return labels


def colored(labels: np.ndarray, *colors: tuple[int, ...]) -> np.ndarray:
    return np.array(colors, np.uint8)[labels]


def decode_one(colors: np.ndarray, size: tuple[int, int] | None = None) -> LabelMap:
    return decode_label_maps(colors, colors, size, size)[0]


def hex_map(label_map: LabelMap) -> np.ndarray:
    return np.array(label_map.names)[label_map.labels]


def test_labels_are_resized_never_colours() -> None:
    # Interpolated colours between blue and yellow pass through grey, another label.
    colors = colored(disc_labels(), BLUE, YELLOW, BLUE)
    colors[:20, :20] = GREY
    result = decode_one(colors, (67, 67))
    expected = hex_map(decode_one(colors))
    rows = ((np.arange(67) + 0.5) * 96 / 67).astype(int)
    np.testing.assert_array_equal(hex_map(result), expected[np.ix_(rows, rows)])


@pytest.mark.parametrize("factor", [2, 3])
def test_enlarged_map_repeats_each_label(factor: int) -> None:
    labels = disc_labels()
    size = (96 * factor, 96 * factor)
    result = decode_one(colored(labels, BLACK, WHITE, RED), size)
    expected = decode_one(colored(labels, BLACK, WHITE, RED)).labels
    np.testing.assert_array_equal(result.labels, expected.repeat(factor, 0).repeat(factor, 1))


def test_nearest_neighbour_does_not_shift_the_map() -> None:
    labels = np.zeros((99, 99), np.int32)
    labels[33:66, 33:66] = 1
    small = decode_one(colored(labels, BLACK, WHITE), (33, 33)).labels
    np.testing.assert_array_equal(small, small[::-1, ::-1])


@pytest.mark.parametrize(
    ("map_size", "size"),
    [
        ((393, 700), (394, 700)),
        ((34, 60), (35, 60)),
        ((40, 60), (667, 1000)),
        ((33, 100), (998, 3000)),
        ((300, 100), (300, 101)),
    ],
)
def test_map_off_by_a_row_or_by_rounding_is_accepted(
    map_size: tuple[int, int], size: tuple[int, int]
) -> None:
    labels = np.zeros(map_size, np.int32)
    assert decode_label_maps(labels, labels, size, size)[0].labels.shape == size


@pytest.mark.parametrize(
    ("map_size", "size"),
    [((100, 100), (100, 110)), ((525, 700), (700, 525)), ((400, 700), (420, 700))],
)
def test_map_of_another_aspect_ratio_is_an_error_that_names_both_sizes(
    map_size: tuple[int, int], size: tuple[int, int]
) -> None:
    labels = np.zeros(map_size, np.int32)
    with pytest.raises(ValueError, match="aspect ratios") as caught:
        decode_label_maps(labels, np.zeros((4, 4), int), size)
    assert f"{map_size[1]}x{map_size[0]}" in str(caught.value)
    assert f"{size[1]}x{size[0]}" in str(caught.value)
    assert "content_labels" in str(caught.value)
