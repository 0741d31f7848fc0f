import numpy as np
import pytest

from dpst.segmentation import segment_by_scene
from dpst.segmentation.parsing.groups import GROUP_COLORS, GROUPS

SIZE = (60, 80)


def picture(*bands: str) -> np.ndarray:
    """A photo of horizontal bands of equal height, each in a grey of its own."""
    greys = (1 + np.array([GROUPS.index(name) for name in bands], np.float32)) / 20
    rows = greys[np.arange(SIZE[0]) * len(bands) // SIZE[0]]
    return np.tile(rows[:, None, None], (1, SIZE[1], 3))


def parse(image: np.ndarray) -> np.ndarray:
    """What a parser would say of such a photo, sure of it, and next best the group before."""
    index = np.rint(20 * image[::2, ::2, 0]).astype(int) - 1
    scores = 0.9 * np.eye(len(GROUPS))[index] + 0.1 * np.eye(len(GROUPS))[index - 1]
    return scores.astype(np.float32)


def names_by_band(label_map, num_bands: int) -> list[str]:
    rows = (np.arange(num_bands) * 2 + 1) * SIZE[0] // (2 * num_bands)
    return [label_map.names[label_map.labels[row, 40]] for row in rows]


def test_shared_groups_find_their_like_and_the_rest_its_own():
    content, style = picture("sky", "building", "water"), picture("floor", "sky", "sky", "water")
    maps = segment_by_scene(content, style, parse)
    assert maps[0].names == maps[1].names == ("sky", "water", "other")
    assert names_by_band(maps[0], 3) == ["sky", "other", "water"]
    assert names_by_band(maps[1], 4) == ["other", "sky", "sky", "water"]
    for label_map in maps:
        assert label_map.colors == tuple(bytes(GROUP_COLORS[n]).hex() for n in label_map.names)
        assert label_map.labels.shape == SIZE and label_map.labels.dtype == np.int32


def test_group_that_one_photo_lacks_goes_to_what_it_resembles_where_there_is_no_rest():
    content, style = picture("sky", "water", "vegetation"), picture("sky", "water")
    maps = segment_by_scene(content, style, parse)
    assert maps[0].names == ("sky", "water")
    assert names_by_band(maps[0], 3) == ["sky", "water", "water"]  # vegetation's next best


@pytest.mark.parametrize("style", [("floor", "wall"), ("sky",)])
def test_photos_with_nothing_in_common_are_one_segment(style):
    maps = segment_by_scene(picture("water", "ground"), picture(*style), parse)
    assert maps[0].names == ("other",)
    assert not any(label_map.labels.any() for label_map in maps)


def test_speck_of_a_group_is_no_segment():
    content, style = picture("sky", "water"), picture("sky", "water")
    content[:2, :4] = picture("skin")[0, 0]
    style[:30, :40] = picture("skin")[0, 0]
    names = segment_by_scene(content, style, parse)[0].names
    assert "skin" not in names


def test_there_are_at_most_as_many_segments_as_can_be_drawn():
    photo = picture(*GROUPS[:12])
    maps = segment_by_scene(photo, photo, parse)
    assert len(maps[0].names) == 9 and maps[0].names[-1] == "other"


@pytest.mark.parametrize("unsure", [0, 1])
def test_group_that_the_parser_is_unsure_of_in_one_photo_is_no_segment(unsure):
    photos = [picture("sky", "wall"), picture("wall", "sky", "sky")]
    photos[unsure][0, 0] = 0.99  # tells the unsure parser which photo it is

    def unsure_parse(image):
        scores = parse(np.where(image == np.float32(0.99), image[-1, -1], image))
        if image[0, 0, 0] != np.float32(0.99):
            return scores
        is_wall = scores.argmax(-1) == GROUPS.index("wall")
        return np.where(is_wall[..., None], 0.45 * scores + 0.55 / len(GROUPS), scores)

    assert segment_by_scene(*photos, unsure_parse)[0].names == ("sky", "other")
