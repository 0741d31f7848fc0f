import numpy as np
import pytest
from skimage.exposure import match_histograms

from dpst.images.luma import LUMA
from dpst.looks.tone_curve import MAX_SLOPE, MIN_SLOPE, match_tones


def greys(lightness: np.ndarray) -> np.ndarray:
    return np.repeat(lightness[:, None], 3, 1)


def test_tones_are_those_of_matched_histograms():
    rng = np.random.default_rng(0)
    colors, reference = rng.beta(2, 2, (4000, 3)), greys(rng.beta(2, 3, 5000))
    matched = match_tones(colors, reference) @ LUMA
    expected = match_histograms(colors @ LUMA, reference @ LUMA)
    slopes = np.diff(np.quantile(expected, [0.1, 0.9])) / np.diff(
        np.quantile(colors @ LUMA, [0.1, 0.9])
    )
    assert MIN_SLOPE < slopes < MAX_SLOPE  # so that the bounds do not act
    middle = slice(400, 3600)
    order = np.argsort(expected)[middle]
    np.testing.assert_allclose(matched[order], expected[order], atol=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_lightness_keeps_its_order_with_bounded_slopes(seed):
    rng = np.random.default_rng(seed)
    lightness = np.sort(rng.random(300) ** rng.uniform(0.3, 3))
    reference = rng.choice([0.1, 0.15, 0.9], size=(400, 3))  # two tones and nothing between
    matched = match_tones(greys(lightness), reference) @ LUMA
    rise = np.diff(lightness)
    assert np.all(np.diff(matched) >= MIN_SLOPE * rise - 1e-9)
    assert np.all(np.diff(matched) <= MAX_SLOPE * rise + 1e-9)
    np.testing.assert_allclose(matched.mean(), (reference @ LUMA).mean())


def test_chroma_stays():
    rng = np.random.default_rng(1)
    colors = rng.random((200, 3))
    matched = match_tones(colors, rng.random((100, 3)) ** 2)
    np.testing.assert_allclose(np.diff(matched, axis=1), np.diff(colors, axis=1))


@pytest.mark.parametrize("colors", [np.full((50, 3), 0.3), np.full((1, 3), 0.0), np.ones((7, 3))])
def test_one_color_takes_the_mean_lightness(colors):
    reference = np.array([[0.2, 0.2, 0.2], [0.6, 0.6, 0.6]])
    np.testing.assert_allclose(match_tones(colors, reference) @ LUMA, 0.4)
