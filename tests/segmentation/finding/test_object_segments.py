import cv2
import numpy as np
import pytest

from dpst.segmentation.finding.object_segments import find_object, segment_objects

SIZE = (180, 240)


def photo(ground: tuple[float, float], thing: tuple, radius: int = 50, noise: float = 0.005):
    """A disc of one colour before a ground that goes from one grey to another."""
    rng = np.random.default_rng(0)
    left, right = ground
    pixels = np.tile(np.linspace(left, right, SIZE[1])[None, :, None], (SIZE[0], 1, 3))
    pixels[disc(radius)] = thing
    pixels += noise * rng.normal(size=pixels.shape)
    return pixels.clip(0, 1).astype(np.float32)


def disc(radius: int = 50) -> np.ndarray:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    return (y - 90) ** 2 + (x - 120) ** 2 < radius**2


def overlap(found: np.ndarray, expected: np.ndarray) -> float:
    found = cv2.resize(found.astype(np.uint8), expected.shape[::-1]) > 0
    return (found & expected).sum() / (found | expected).sum()


@pytest.mark.parametrize("ground", [(1, 1), (0, 0), (0.9, 0.6), (0.1, 0.35)])
@pytest.mark.parametrize("thing", [(0.8, 0.1, 0.1), (0.1, 0.2, 0.8), (0.5, 0.5, 0.1)])
def test_object_before_a_plain_ground_is_found(ground, thing):
    found = find_object(photo(ground, thing))
    assert found is not None
    assert overlap(found, disc()) > 0.95


def test_object_that_reaches_the_frame_is_found_whole():
    pixels = photo((1, 1), (0.2, 0.5, 0.2))
    pixels[90:, 105:135] = 0.2, 0.5, 0.2
    expected = disc()
    expected[90:, 105:135] = True
    assert overlap(find_object(pixels), expected) > 0.93


@pytest.mark.parametrize(
    "pixels",
    [
        photo((0.5, 0.5), (0.8, 0.1, 0.1), noise=0.2),
        photo((0.5, 0.5), (0.5, 0.5, 0.5)),
        photo((1, 1), (0.8, 0.1, 0.1), radius=20),
        np.concatenate([photo((0.6, 0.8), (0.7, 0.7, 0.8))[:90], np.full((90, 240, 3), 0.2)]),
    ],
    ids=["rough", "empty", "speck", "horizon"],
)
def test_what_is_no_object_on_a_plain_ground(pixels):
    assert find_object(np.asarray(pixels, np.float32)) is None


def test_two_objects_serve_each_other_and_borders_are_sharp():
    content, style = photo((1, 1), (0.8, 0.1, 0.1)), photo((0, 0.1), (0.9, 0.8, 0.2), radius=70)
    maps = segment_objects(content, style)
    assert [each.names for each in maps] == 2 * [("object", "backdrop")]
    for label_map, radius in zip(maps, (50, 70), strict=True):
        assert label_map.labels.shape == SIZE
        assert overlap(label_map.labels == 0, disc(radius)) > 0.97


def test_one_photo_without_an_object_finds_nothing():
    scene = photo((0.5, 0.5), (0.8, 0.1, 0.1), noise=0.2)
    plain = photo((1, 1), (0.8, 0.1, 0.1))
    assert segment_objects(plain, scene) is None
    assert segment_objects(scene, plain) is None


def test_the_object_is_the_same_every_time():
    pixels = photo((0.9, 0.6), (0.8, 0.1, 0.1), noise=0.03)
    np.testing.assert_array_equal(find_object(pixels), find_object(pixels))
