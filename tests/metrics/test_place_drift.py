"""Place drift, against least squares by SciPy pixel by pixel, and on washes by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.optimize import lsq_linear
from skimage.color import lab2rgb, rgb2lab

from dpst.metrics import place_drift, place_drift_map
from dpst.metrics.place_drift import BLUR_SHARE, NUM_RANGES


def oracle(output, content, labels):
    """Drift over change, in float64."""
    before = rgb2lab(content.astype(np.float64))
    change = rgb2lab(output.astype(np.float64)) - before
    sigma = BLUR_SHARE * max(labels.shape)
    drift = np.zeros_like(change)
    for label in np.unique(labels):
        inside = labels == label
        rows = []
        low, high = before[inside][:, 0].min(), before[inside][:, 0].max()
        for color in before[inside]:
            place = (color[0] - low) / max(high - low, 1) * (NUM_RANGES - 1)
            tents = [max(1 - abs(place - k), 0) for k in range(NUM_RANGES)]
            rows.append([tent * value for tent in tents for value in (1, *color)])
        for c in range(3):
            residual = np.zeros(labels.shape)
            fit = np.array(rows) @ lsq_linear(np.array(rows), change[inside][:, c]).x
            residual[inside] = change[inside][:, c] - fit
            # Truncated where OpenCV truncates for float images.
            blurred, weights = (
                gaussian_filter(each, sigma, mode="mirror", truncate=4)
                for each in (residual, inside.astype(float))
            )
            drift[inside, c] = blurred[inside] / weights[inside]
    return np.sqrt((drift**2).sum(-1).mean() / max((change**2).sum(-1).mean(), 1))


@pytest.fixture
def content():
    """A textured picture, lighter towards the right."""
    rng = np.random.default_rng(0)
    lab = np.stack(
        [*rng.uniform([[[30]], [[-20]], [[-20]]], [[[80]], [[20]], [[20]]], (3, 60, 80))]
    )
    lab[0] += np.linspace(-10, 10, 80)
    return lab2rgb(np.moveaxis(lab, 0, -1)).astype(np.float32)


@pytest.fixture
def labels():
    return np.repeat([0] * 25 + [1] * 35, 80).reshape(60, 80)


def in_lab(image, change):
    return np.clip(lab2rgb(rgb2lab(image) + change), 0, 1).astype(np.float32)


def wash(amount):
    """A tint that comes and goes across the picture."""
    x = np.linspace(0, 2 * np.pi, 80)
    return amount * np.stack([0 * x, np.sin(x), np.cos(x)], -1)[None]


def test_value_is_that_of_its_definition(content, labels):
    output = in_lab(content, wash(6) + [5, 3, -8])
    assert place_drift(output, content, labels) == pytest.approx(
        oracle(output, content, labels), rel=0.02
    )


def test_one_map_of_colours_for_each_segment_has_none(content, labels):
    matrix = np.float32([[0.6, 0.2, 0], [0, 0.7, 0.1], [0.2, 0, 0.5]])
    output = np.where(labels[..., None] == 0, content @ matrix, content[..., ::-1] * 0.8 + 0.1)
    assert place_drift(output, content, labels) < 0.02
    assert place_drift(output, content) > 0.1  # To one segment, the two maps are a matter of place.


def test_tone_curve_has_none(content):
    assert place_drift(content**1.6, content) < 0.02


@pytest.mark.parametrize("amount", [2, 5, 10])
def test_wash_is_found_in_its_size_and_place(content, amount):
    output = in_lab(content, np.where(np.arange(80)[:, None] >= 40, wash(2 * amount), 0))
    found = place_drift_map(output, content)
    assert found.shape == (60, 80) and found.dtype == np.float32
    assert 0.3 * amount < found[:, 50:70].mean() < 2 * amount
    assert place_drift(output, content) > 0.3


def test_texture_is_no_drift(content):
    noise = np.random.default_rng(1).normal(0, 6, content.shape)
    assert place_drift(in_lab(content, noise), content) < 0.3


def test_no_change_has_none(content, labels):
    assert place_drift(content, content, labels) == 0
    flat = np.full((12, 14, 3), 0.4, np.float32)
    assert place_drift(flat * 0.5, flat) < 1e-3


def test_images_and_labels_must_agree(content, labels):
    with pytest.raises(ValueError, match="output_image has shape"):
        place_drift(content[1:], content, labels)
    with pytest.raises(ValueError, match="content_labels"):
        place_drift(content, content, labels[1:])
