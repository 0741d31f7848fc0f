import numpy as np
import pytest

from dpst.images import ColorSubspace

GREY = np.repeat(np.random.default_rng(0).random((20, 30, 1), np.float32), 3, -1)


def test_photo_in_color_fills_all_of_rgb():
    assert ColorSubspace.of_images([np.random.default_rng(0).random((9, 9, 3), np.float32)]) is None


@pytest.mark.parametrize("noise", [0.0, 0.6 / 255])
def test_greys_stay_exactly_grey(noise):
    rng = np.random.default_rng(1)
    style = (GREY + noise * rng.standard_normal(GREY.shape)).astype(np.float32)
    colors = ColorSubspace.of_images([style])
    image = rng.random((50, 40, 3), np.float32)
    output = colors.project(image)
    np.testing.assert_array_equal(output, output[..., :1].repeat(3, -1))
    np.testing.assert_allclose(output[..., 0], image.mean(-1), atol=1e-5)


@pytest.mark.parametrize(
    ("origin", "directions"),
    [((0.2, 0.1, 0.5), [(1, 1, 1)]), ((0.1, 0.3, 0.2), [(1, 1, 1), (1, -0.5, 0)])],
    ids=["duotone", "plane"],
)
def test_projection_is_the_nearest_point_by_least_squares(origin, directions):
    rng = np.random.default_rng(2)
    directions = np.array(directions, np.float64)
    style = origin + 0.2 * rng.random((40, 40, len(directions))) @ directions
    image = rng.random((5, 7, 3))
    steps = np.linalg.lstsq(directions.T, (image - origin).reshape(-1, 3).T, rcond=None)[0]
    expected = origin + (steps.T @ directions).reshape(image.shape)
    colors = ColorSubspace.of_images([style.astype(np.float32)])
    np.testing.assert_allclose(colors.project(image), expected, atol=1e-4)


def test_single_color_leaves_room_for_light_and_shade():
    colors = ColorSubspace.of_images([np.full((8, 8, 3), (0.8, 0.1, 0.2), np.float32)])
    brighter = np.array([0.9, 0.2, 0.3], np.float32)
    np.testing.assert_allclose(colors.project(brighter), brighter, atol=1e-5)
    np.testing.assert_allclose(colors.project(brighter + (0.1, -0.1, 0)), brighter, atol=1e-5)


def test_several_images_span_what_they_hold_together():
    red, grey = (np.full((8, 8, 3), color, np.float32) for color in ((0.9, 0, 0), (0.2, 0.2, 0.2)))
    colors = ColorSubspace.of_images([red, grey])
    for color in ((0.9, 0, 0), (0.2, 0.2, 0.2), (0.5, 0.5, 0.5)):
        np.testing.assert_allclose(colors.project(np.array(color, np.float32)), color, atol=1e-5)
    assert ColorSubspace.of_images([red, grey, red[..., ::-1]]) is None
