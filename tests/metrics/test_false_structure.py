"""False structure, against its definition with SciPy and scikit-image, and on faults by hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.color import rgb2lab

from dpst.metrics import false_structure, false_structure_map
from dpst.metrics.false_structure import SMOOTH_SLOPES


def oracle(output, content, labels):
    """Mean over scales and smooth places, in float64."""
    output, content = rgb2lab(output.astype(np.float64)), rgb2lab(content.astype(np.float64))
    gain = np.ones(labels.shape)
    for label in np.unique(labels):
        inside = labels == label
        ratio = output[inside].var(0).sum() / (content[inside].var(0).sum() + 1)
        gain[inside] = max(1.5, np.sqrt(ratio))
    found = []
    for sigma, bound in SMOOTH_SLOPES.items():
        slopes = []
        for image in (content, output):
            blurred = gaussian_filter(image, (sigma, sigma, 0), truncate=3)
            slope = np.zeros(image.shape[:2])
            for y, x in np.ndindex(*slope.shape):
                down = across = np.zeros(3)
                if 0 < y < len(slope) - 1:
                    down = (blurred[y + 1, x] - blurred[y - 1, x]) / 2
                if 0 < x < slope.shape[1] - 1:
                    across = (blurred[y, x + 1] - blurred[y, x - 1]) / 2
                slope[y, x] = np.sqrt((down**2).sum() + (across**2).sum())
            slopes.append(slope)
        before, after = slopes
        is_smooth = gaussian_filter(before, sigma, truncate=3) < bound
        excess = np.maximum(after - 2 * gain * before - bound, 0)
        found.append(excess[is_smooth].mean() if is_smooth.any() else 0)
    return 100 * np.mean(found)


@pytest.fixture
def sky():
    """A soft gradient with a textured ground below it."""
    y, x = np.mgrid[:60, :80] / 80.0
    image = np.stack([0.4 + 0.1 * y, 0.5 + 0.1 * y, 0.7 - 0.05 * x], -1)
    noise = np.random.default_rng(0).normal(0, 0.1, (20, 80, 3))
    image[40:] = np.clip(image[40:] * 0.5 + noise, 0, 1)
    return image.astype(np.float32)


@pytest.fixture
def ground():
    return np.repeat([0] * 40 + [1] * 20, 80).reshape(60, 80)


def blob(image, amount, sigma):
    """An image with a soft bright spot in its sky."""
    spot = np.zeros(image.shape[:2])
    spot[20, 40] = 1
    spot = cv2.GaussianBlur(spot, (0, 0), sigma)
    return np.clip(image + amount * (spot / spot.max())[..., None], 0, 1).astype(np.float32)


@pytest.mark.parametrize("size", [(60, 80), (33, 47)])
def test_value_is_that_of_its_definition(sky, ground, size):
    content = sky[: size[0], : size[1]]
    labels = ground[: size[0], : size[1]]
    output = np.clip(blob(sky, 0.2, 4)[: size[0], : size[1], ::-1] * 0.9, 0, 1)
    value = false_structure(output, content, labels)
    assert value > 0.1
    assert value == pytest.approx(oracle(output, content, labels), rel=2e-3)


def test_recolouring_and_more_contrast_add_no_structure(sky, ground):
    for output in (sky, sky[..., ::-1], np.clip(1.4 * sky - 0.2, 0, 1), 0.5 * sky):
        assert false_structure(output, sky, ground) < 0.01


@pytest.mark.parametrize("sigma", [2, 4, 8])
def test_halo_in_a_sky_is_found_where_it_is(sky, ground, sigma):
    output = blob(sky, 0.3, sigma)
    assert false_structure(output, sky, ground) > 0.3
    found = false_structure_map(output, sky, ground)
    assert found.shape == (60, 80) and found.dtype == np.float32
    y, x = np.unravel_index(found.argmax(), found.shape)
    assert np.hypot(y - 20, x - 40) < 3 * sigma
    assert found[44:].max() < 0.1 * found.max()


def test_noise_counts_in_the_sky_alone(sky, ground):
    noise = np.random.default_rng(1).normal(0, 0.03, sky.shape)
    in_sky, in_ground = noise.copy(), noise.copy()
    in_sky[40:], in_ground[:45] = 0, 0
    values = [
        false_structure(np.clip(sky + each, 0, 1).astype(np.float32), sky, ground)
        for each in (in_sky, in_ground)
    ]
    assert values[0] > 0.5 > 10 * values[1]


def test_stronger_fault_counts_more(sky, ground):
    values = [false_structure(blob(sky, amount, 4), sky, ground) for amount in (0, 0.1, 0.2, 0.4)]
    assert values == sorted(values) and values[0] == 0


def test_without_labels_the_image_is_one_segment(sky):
    output = blob(sky, 0.2, 4)
    whole = np.zeros(sky.shape[:2], int)
    assert false_structure(output, sky) == false_structure(output, sky, whole)


def test_image_without_smooth_places_has_none():
    noise = np.random.default_rng(2).random((2, 40, 40, 3)).astype(np.float32)
    assert false_structure(noise[0], noise[1]) >= 0
    checks = (np.indices((40, 40)).sum(0) % 8 < 4).astype(np.float32)[..., None].repeat(3, -1)
    assert not false_structure_map(noise[0], checks)[8:-8, 8:-8].all()


def test_images_and_labels_must_agree(sky, ground):
    with pytest.raises(ValueError, match="output_image has shape"):
        false_structure(sky[1:], sky, ground)
    with pytest.raises(ValueError, match="content_labels"):
        false_structure(sky, sky, ground[1:])
