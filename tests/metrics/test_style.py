"""Distances from the style, against their definitions and other libraries."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance
from skimage.color import rgb2lab

from dpst import metrics
from dpst.metrics import (
    color_distance,
    content_distance,
    gram_distance,
    measure,
    rgb_to_lab,
    sliced_wasserstein,
    statistics_distance,
)
from tests.oracles.quality import (
    area_mask,
    color_features,
    weighted_moments,
)


def test_lab_equals_scikit_images() -> None:
    grid = np.linspace(0, 1, 17)
    colors = np.stack(np.meshgrid(grid, grid, grid), -1).reshape(1, -1, 3)
    # scikit-image rounds its matrix and white to fewer digits.
    np.testing.assert_allclose(rgb_to_lab(colors.astype(np.float32)), rgb2lab(colors), atol=0.02)


def test_lab_of_known_colors() -> None:
    # Lindbloom's CIE colour calculator: sRGB, D65, no adaptation.
    colors = np.float32([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.02, 0.02, 0.02]])
    expected = [
        [0, 0, 0],
        [100, 0, 0],
        [53.2408, 80.0925, 67.2032],
        [87.7347, -86.1827, 83.1793],
        [32.2970, 79.1875, -107.8602],
        [24389 / 27 * 0.02 / 12.92, 0, 0],
    ]
    np.testing.assert_allclose(rgb_to_lab(colors), expected, atol=2e-3)


def directions() -> np.ndarray:
    normals = np.random.default_rng(0).normal(size=(32, 3))
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def quantile_distance(colors: np.ndarray, style_colors: np.ndarray) -> float:
    """The sliced distance by `np.quantile` in float64."""
    levels = (np.arange(256) + 0.5) / 256
    squares = [
        (np.quantile(colors @ d, levels) - np.quantile(style_colors @ d, levels)) ** 2
        for d in directions()
    ]
    return float(np.sqrt(np.mean(squares)))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.floats(0, 60),
    st.floats(0, 60),
    st.floats(-30, 30),
    st.integers(0, 2**31),
)
def test_sliced_distance_equals_that_of_exact_quantiles(
    num_colors, num_style_colors, spread, style_spread, shift, seed
) -> None:
    rng = np.random.default_rng(seed)
    colors = rng.normal(0, spread, (num_colors, 3)).astype(np.float32)
    style_colors = rng.normal(shift, style_spread, (num_style_colors, 3)).astype(np.float32)
    expected = quantile_distance(colors, style_colors)
    assert sliced_wasserstein(colors, style_colors) == pytest.approx(expected, rel=1e-3, abs=5e-3)


def test_sliced_distance_is_bounded_by_scipys_1_wasserstein() -> None:
    rng = np.random.default_rng(2)
    colors = rng.normal(0, 20, (5000, 3)).astype(np.float32)
    shifted = (colors + np.float32([6, -3, 4]))[rng.permutation(5000)]
    expected = np.sqrt(
        np.mean([wasserstein_distance(colors @ d, shifted @ d) ** 2 for d in directions()])
    )
    # For a shift both are |d . shift|; in general W1 <= W2.
    assert sliced_wasserstein(colors, shifted) == pytest.approx(expected, rel=1e-3)
    wider = 1.5 * colors
    bound = np.sqrt(
        np.mean([wasserstein_distance(colors @ d, wider @ d) ** 2 for d in directions()])
    )
    assert bound < sliced_wasserstein(colors, wider) < 2 * bound


def test_color_distance_is_the_mean_of_segments_by_area(photo_pair, output) -> None:
    _, style, labels, style_labels = photo_pair
    lab, style_lab = rgb_to_lab(output), rgb_to_lab(style)
    expected = sum(
        (labels == k).mean() * quantile_distance(lab[labels == k], style_lab[style_labels == k])
        for k in (0, 1)
    )
    assert color_distance(output, style, labels, style_labels) == pytest.approx(expected, rel=1e-3)
    whole = quantile_distance(lab.reshape(-1, 3), style_lab.reshape(-1, 3))
    assert color_distance(output, style) == pytest.approx(whole, rel=1e-3)
    assert abs(whole - expected) > 0.5


@pytest.mark.parametrize("distance", ["color", "gram", "statistics"])
def test_style_index_names_the_style_label_of_each_segment(distance, photo_pair, output) -> None:
    _, style, labels, style_labels = photo_pair

    def of(content_labels, style_labels, style_index):
        segmentation = content_labels, style_labels, style_index
        if distance == "color":
            return color_distance(output, style, *segmentation)
        function = {"gram": gram_distance, "statistics": statistics_distance}[distance]
        return function(color_features(output), color_features(style), *segmentation)

    swapped = of(labels, style_labels, (1, 0))
    assert swapped == pytest.approx(of(1 - labels, style_labels, None), rel=1e-12)
    assert swapped == pytest.approx(of(labels, 7 - style_labels, (6, 7)), rel=1e-12)
    assert abs(swapped - of(labels, style_labels, None)) > 0.01 * swapped


def brute_force_distances(features, style_features, labels, style_labels, factors):
    """(Gram, statistics) distance over the segments 0 and 1."""
    gram_total = statistics_total = 0.0
    for k in (0, 1):
        share = (labels == k).mean() / len(features)
        for name, factor in factors.items():
            mean, covariance, gram = weighted_moments(
                features[name], area_mask(labels == k, factor)
            )
            style_mean, style_covariance, style_gram = weighted_moments(
                style_features[name], area_mask(style_labels == k, factor)
            )
            gram_total += share * ((gram - style_gram) ** 2).sum() / (style_gram**2).sum()
            of_means = ((mean - style_mean) ** 2).sum()
            of_means /= of_means + np.trace(covariance) + np.trace(style_covariance)
            of_covariances = ((covariance - style_covariance) ** 2).sum()
            of_covariances /= (covariance**2).sum() + (style_covariance**2).sum()
            statistics_total += share * (of_means + of_covariances) / 2
    return gram_total, statistics_total


def test_style_distances_equal_their_definitions(photo_pair, output) -> None:
    _, style, labels, style_labels = photo_pair
    style, style_labels = style[:36, :40], style_labels[:36, :40]
    arguments = color_features(output), color_features(style), labels, style_labels
    gram, statistics = brute_force_distances(*arguments, {"full": 1, "half": 2})
    assert gram_distance(*arguments) == pytest.approx(gram, rel=1e-4)
    assert statistics_distance(*arguments) == pytest.approx(statistics, rel=1e-4)


def test_without_labels_all_positions_count_the_same(photo_pair, output) -> None:
    features, style_features = color_features(output), color_features(photo_pair[1])
    zeros = np.zeros((48, 64), int)
    for function in (gram_distance, statistics_distance):
        expected = function(features, style_features, zeros, zeros)
        assert function(features, style_features) == pytest.approx(expected, rel=1e-6)


def test_statistics_distance_sees_a_texture_beside_a_large_mean() -> None:
    rng = np.random.default_rng(0)
    rough = {"layer": (1000 + rng.normal(0, 1, (40, 40, 8))).astype(np.float32)}
    smooth = {"layer": (1000 + rng.normal(0, 0.01, (40, 40, 8))).astype(np.float32)}
    assert gram_distance(rough, smooth) < 1e-6
    assert statistics_distance(rough, smooth) > 0.45


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 3), st.floats(0, 3), st.floats(-100, 100))
def test_statistics_distance_stays_in_0_to_1(seed, spread, style_spread, mean) -> None:
    rng = np.random.default_rng(seed)
    features = {"layer": rng.normal(mean, spread, (5, 7, 4)).astype(np.float32)}
    style_features = {"layer": rng.normal(1, style_spread, (6, 3, 4)).astype(np.float32)}
    assert 0 <= statistics_distance(features, style_features) <= 1
    assert statistics_distance(features, features) == 0


@pytest.mark.parametrize("value", [0.0, 0.1, 33.3])
def test_constant_features_of_two_sizes_have_no_distance(value) -> None:
    large = {"layer": np.full((90, 110, 6), value, np.float32)}
    small = {"layer": np.full((31, 17, 6), value, np.float32)}
    assert statistics_distance(large, small) < 1e-3
    assert gram_distance(large, small) < 1e-9


def test_dead_style_features_are_infinitely_far_in_gram_only() -> None:
    ones, zeros = ({"layer": np.full((8, 8, 2), v, np.float32)} for v in (1, 0))
    assert gram_distance(ones, zeros) == np.inf
    assert gram_distance(zeros, zeros) == 0
    assert statistics_distance(ones, zeros) == pytest.approx(0.5, abs=1e-3)


def test_content_distance_is_relative_to_the_content_and_a_mean_over_layers() -> None:
    rng = np.random.default_rng(0)
    content = {name: rng.normal(size=(5, 4, 3)).astype(np.float32) for name in "ab"}
    output = {"a": 3 * content["a"], "b": content["b"]}
    assert content_distance(output, content) == pytest.approx((2**2 + 0) / 2, rel=1e-6)
    assert content_distance(content, content) == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=5),
    st.lists(st.integers(1, 900), min_size=1, max_size=5),
    st.integers(0, 2**31),
)
@example(areas=[200, 300], style_areas=[200, 199], seed=0)
def test_only_segments_of_200_pixels_in_both_count(areas, style_areas, seed) -> None:
    def label_strip(areas):
        return np.repeat(np.arange(len(areas)), areas)[None]

    rng = np.random.default_rng(seed)
    labels, style_labels = label_strip(areas), label_strip(style_areas)
    image = rng.random((*labels.shape, 3)).astype(np.float32)
    style = rng.random((*style_labels.shape, 3)).astype(np.float32)
    pairs = zip(areas, style_areas, strict=False)
    compared = [k for k, pair in enumerate(pairs) if min(pair) >= metrics.MINIMUM_SEGMENT_PIXELS]
    of_color = color_distance(image, style, labels, style_labels)
    of_gram = gram_distance({"rgb": image}, {"rgb": style}, labels, style_labels)
    if not compared:
        assert np.isnan(of_color) and np.isnan(of_gram)
        return
    lab, style_lab = rgb_to_lab(image), rgb_to_lab(style)
    expected = np.average(
        [quantile_distance(lab[labels == k], style_lab[style_labels == k]) for k in compared],
        weights=[areas[k] for k in compared],
    )
    assert of_color == pytest.approx(expected, rel=1e-3, abs=5e-3)
    assert 0 < of_gram < np.inf


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_constant_images_have_finite_metrics(level) -> None:
    content = np.random.default_rng(0).random((40, 36, 3)).astype(np.float32)
    flat = np.full((40, 36, 3), level, np.float32)
    for images in ((flat, flat, flat), (content, flat, flat), (flat, content, flat)):
        result = measure(*images, color_features)
        assert np.isfinite(dataclasses.astuple(result)).all()
    same = measure(flat, flat, flat, color_features)
    assert same.ssim == pytest.approx(1) and same.edge_ssim == pytest.approx(1)
    assert same.color_distance == same.gram_distance == same.content_distance == 0
