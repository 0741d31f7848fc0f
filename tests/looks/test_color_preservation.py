import cv2
import numpy as np
import pytest

from dpst.looks.color_preservation import (
    luminance,
    match_luminance,
    recolor,
    with_colors_of,
)


@pytest.fixture
def pair():
    generator = np.random.default_rng(0)
    content = 0.4 + 0.1 * generator.standard_normal((40, 50, 3)) @ np.diag([1, 0.5, 0.2])
    style = 0.5 + 0.12 * generator.standard_normal((30, 60, 3)) @ generator.random((3, 3))
    return (np.clip(image, 0, 1).astype(np.float32) for image in (content, style))


def test_luminance_is_that_of_opencv(pair):
    content, _ = pair
    grey = luminance(content)
    expected = cv2.cvtColor(content, cv2.COLOR_RGB2GRAY)
    for channel in range(3):
        np.testing.assert_allclose(grey[..., channel], expected, atol=1e-5)


def test_matched_luminance_has_the_content_images_mean_and_spread(pair):
    content, style = pair
    matched = match_luminance(style, content)
    assert matched.shape == style.shape
    assert matched.mean() == pytest.approx(luminance(content).mean(), abs=1e-3)
    assert matched.std() == pytest.approx(luminance(content).std(), rel=0.02)


def test_matched_colors_have_the_content_images_mean_and_covariance(pair):
    content, style = pair
    matched = recolor(style, content)
    pixels, target = matched.reshape(-1, 3), content.reshape(-1, 3)
    np.testing.assert_allclose(pixels.mean(0), target.mean(0), atol=5e-3)
    np.testing.assert_allclose(np.cov(pixels.T), np.cov(target.T), atol=5e-4)


def test_blank_style_image_gives_a_finite_one(pair):
    content, _ = pair
    blank = np.full((20, 20, 3), 0.5, np.float32)
    assert np.isfinite(match_luminance(blank, content)).all()
    assert np.isfinite(recolor(blank, content)).all()


def test_output_keeps_its_lightness_and_takes_the_photos_chroma(pair):
    content, _ = pair
    output = luminance(content)[::-1]
    combined = with_colors_of(content, output)
    inside = (combined > 0).all(-1) & (combined < 1).all(-1)
    np.testing.assert_allclose(luminance(combined)[inside], output[inside], atol=1e-5)
    chroma, expected = (
        cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)[..., 1:] for image in (combined, content)
    )
    np.testing.assert_allclose(chroma[inside], expected[inside], atol=1e-5)
