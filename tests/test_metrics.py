"""The metrics, against their definitions, other libraries and the evaluation script."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pymatting import cf_laplacian
from scipy.stats import wasserstein_distance

from dpst import metrics
from dpst.extractors import SqueezeNetExtractor
from dpst.metrics import (
    affine_residual,
    color_distance,
    content_distance,
    edge_ssim,
    gram_distance,
    matting_energy,
    measure,
    rgb_to_lab,
    sliced_wasserstein,
    ssim,
    statistics_distance,
)
from tests.oracles.quality import area_mask, sobel_edges, weighted_moments, window_ssim

LUMA = np.array([0.299, 0.587, 0.114])


@pytest.fixture(scope="module")
def output(photo_pair) -> np.ndarray:
    """An output image: the content, recoloured and with new noise."""
    content = photo_pair[0]
    noise = np.random.default_rng(3).normal(0, 0.02, content.shape)
    recoloured = 0.7 * content[..., [1, 0, 2]] + 0.1 + noise
    return np.clip(recoloured, 0, 1).astype(np.float32)


def color_features(image: np.ndarray) -> dict[str, np.ndarray]:
    """Features without a network: colours and their products, at full and at half size."""
    products = image[..., :, None] * image[..., None, :]
    full = np.concatenate([image, products.reshape(*image.shape[:2], 9)], -1)
    return {"full": full, "half": full[::2, ::2] - 0.3}


# Structure.


def test_ssim_equals_its_definition(photo_pair, output) -> None:
    content = photo_pair[0]
    expected = window_ssim(output @ LUMA, content @ LUMA)
    assert 0.1 < expected < 0.95
    assert ssim(output, content) == pytest.approx(expected, abs=1e-9)


def test_edge_ssim_equals_its_definition(photo_pair, output) -> None:
    content = photo_pair[0]
    expected = window_ssim(sobel_edges(output @ LUMA), sobel_edges(content @ LUMA))
    assert 0.1 < expected < 0.95
    assert edge_ssim(output, content) == pytest.approx(expected, abs=1e-9)


def test_ssim_equals_scikit_images(photo_pair, output) -> None:
    skimage_metrics = pytest.importorskip("skimage.metrics", reason="needs scikit-image")
    content = photo_pair[0]
    expected = skimage_metrics.structural_similarity(
        output @ LUMA,
        content @ LUMA,
        data_range=1,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert ssim(output, content) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("function", [ssim, edge_ssim])
def test_similarity_is_1_for_equal_and_lower_for_other_images(function, photo_pair, output) -> None:
    content = photo_pair[0]
    assert function(content, content) == pytest.approx(1, abs=1e-12)
    assert function(output, content) == pytest.approx(function(content, output), abs=1e-12)
    blurred = np.repeat(np.repeat(content[::4, ::4], 4, 0), 4, 1)
    assert function(blurred, content) < 0.7


def test_edge_ssim_forgives_less_contrast_where_ssim_does_not(photo_pair) -> None:
    content = photo_pair[0]
    faint = 0.3 * content + 0.3
    assert edge_ssim(faint, content) == pytest.approx(1, abs=1e-4)
    assert ssim(faint, content) < 0.9


@pytest.mark.parametrize("function", [ssim, edge_ssim])
def test_one_window_is_enough_for_a_similarity(function) -> None:
    images = np.random.default_rng(0).random((2, 11, 11, 3)).astype(np.float32)
    planes = images @ LUMA
    if function is edge_ssim:
        planes = [sobel_edges(plane) for plane in planes]
    assert function(*images) == pytest.approx(window_ssim(*planes), abs=1e-9)
    with pytest.raises(ValueError, match=r"10x12, must be at least 11x11.*larger image"):
        function(np.zeros((12, 10, 3), np.float32), np.zeros((12, 10, 3), np.float32))


# Photorealism.


def test_matting_energy_equals_pymattings(photo_pair, output) -> None:
    content = photo_pair[0]
    laplacian = cf_laplacian(content.astype(np.float64), epsilon=1e-7, radius=1)
    pixels = output.reshape(-1, 3).astype(np.float64)
    expected = (pixels * (laplacian @ pixels)).sum() / len(pixels)
    assert expected > 1e-4
    assert matting_energy(content, output) == pytest.approx(expected, rel=1e-5)


def test_matting_energy_equals_pymattings_on_a_wide_strip_with_another_epsilon() -> None:
    content, output = np.random.default_rng(5).random((2, 3, 17, 3)).astype(np.float32)
    laplacian = cf_laplacian(content.astype(np.float64), epsilon=1e-4, radius=1)
    pixels = output.reshape(-1, 3).astype(np.float64)
    expected = (pixels * (laplacian @ pixels)).sum() / len(pixels)
    assert matting_energy(content, output, epsilon=1e-4) == pytest.approx(expected, rel=1e-5)


def test_recolouring_costs_no_energy_and_leaves_no_residual(photo_pair, output) -> None:
    content = photo_pair[0]
    matrix = np.array([[0.5, 0.2, 0.0], [0.1, 0.6, 0.1], [0.0, 0.1, 0.7]], np.float32)
    recoloured = content @ matrix + np.float32(0.05)
    assert matting_energy(content, recoloured) < 1e-3 * matting_energy(content, output)
    assert affine_residual(content, recoloured).max() < 1e-3
    assert affine_residual(content, output).mean() > 1e-2


def test_residual_shows_where_the_output_has_texture_of_its_own(photo_pair) -> None:
    content = photo_pair[0]
    output = content.copy()
    output[10:20, 30:50] += 0.1 * np.indices((10, 20)).sum(0)[..., None] % 0.2
    output = output.clip(0, 1)
    residual = affine_residual(content, output)
    assert residual.shape == content.shape[:2] and residual.dtype == np.float32
    far = np.ones(residual.shape, bool)
    far[5:25, 25:55] = False  # fits reach two windows, four pixels, beyond
    assert residual[far].max() < 1e-3
    assert residual[10:20, 30:50].mean() > 0.02


def test_residual_is_the_root_mean_square_over_channels() -> None:
    flat = np.full((21, 21, 3), 0.5, np.float32)
    output = flat.copy()
    output[10, 10] += np.float32([0.3, 0.0, 0.4])
    # Around the pixel all windows' means are 1/25 of the way, and so is their average.
    expected = np.sqrt((0.3**2 + 0.4**2) / 3) * (1 - 1 / 25)
    assert affine_residual(flat, output)[10, 10] == pytest.approx(expected, rel=1e-4)


# Colour.


def test_lab_equals_scikit_images() -> None:
    skimage_color = pytest.importorskip("skimage.color", reason="needs scikit-image")
    grid = np.linspace(0, 1, 17)
    colors = np.stack(np.meshgrid(grid, grid, grid), -1).reshape(1, -1, 3)
    # scikit-image rounds its matrix and white to fewer digits.
    np.testing.assert_allclose(
        rgb_to_lab(colors.astype(np.float32)), skimage_color.rgb2lab(colors), atol=0.02
    )


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


# Features.


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


# Messy segments.


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


# Everything together.


def test_measure_holds_what_the_functions_give(photo_pair, output) -> None:
    content, style, labels, style_labels = photo_pair
    segmentation = labels, style_labels, (1, 0)
    calls = []

    def extract(image):
        calls.append(image)
        return color_features(image)

    result = measure(content, style, output, extract, *segmentation, ["half"], ["full"])
    assert len(calls) == 3
    features, style_features, content_features = map(color_features, (output, style, content))
    half, style_half = {"half": features["half"]}, {"half": style_features["half"]}
    full, content_full = {"full": features["full"]}, {"full": content_features["full"]}
    assert result == metrics.Metrics(
        ssim=ssim(output, content),
        edge_ssim=edge_ssim(output, content),
        matting_energy=matting_energy(content, output),
        color_distance=color_distance(output, style, *segmentation),
        gram_distance=gram_distance(half, style_half, *segmentation),
        statistics_distance=statistics_distance(half, style_half, *segmentation),
        content_distance=content_distance(full, content_full),
    )
    assert all(type(value) is float for value in dataclasses.astuple(result))
    everything = measure(content, style, output, color_features, *segmentation)
    assert everything.content_distance == content_distance(features, content_features)


def test_untouched_content_is_kept_in_full(photo_pair) -> None:
    content, style = photo_pair[:2]
    before = content.copy()
    result = measure(content, style, content, color_features)
    assert result.ssim == pytest.approx(1, abs=1e-12)
    assert result.edge_ssim == pytest.approx(1, abs=1e-12)
    assert result.content_distance == 0
    assert result.matting_energy < 1e-6
    np.testing.assert_array_equal(content, before)


def test_output_equal_to_the_style_has_no_distance_from_it(photo_pair) -> None:
    content, style, _, labels = photo_pair
    result = measure(content, style, style, color_features, labels, labels)
    assert result.color_distance == result.gram_distance == result.statistics_distance == 0
    assert result.content_distance > 0.1


# Wrong input.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"output_image": np.zeros((48, 60, 3), "f4")}, r"\(48, 60, 3\).*one size.*resize"),
        ({"output_image": np.zeros((48, 64), "f4")}, r"\(48, 64\), must be \[height, width, 3\]"),
        ({"style_image": np.zeros((9, 9, 3), "u1")}, r"style_image has dtype uint8.*divide"),
        ({"style_image": np.full((9, 9, 3), 255.0)}, r"255.0, must be finite and in \[0, 1\]"),
        ({"output_image": np.full((48, 64, 3), np.nan)}, r"nan, must be finite"),
        ({"content_labels": np.zeros((24, 32), int)}, r"content_labels have shape \(24, 32\)"),
        ({"style_labels": np.zeros((48, 63), int)}, r"style_labels have shape \(48, 63\).*resize"),
        ({"style_labels": None}, "style_labels is missing.*both or none"),
        ({"content_labels": np.zeros((48, 64))}, "float64.*decode the label map"),
        ({"style_index": (0,)}, r"from 0 to 1, must be in \[0, 1\).*one entry"),
        ({"style_layers": ["half", "quarter"]}, "'quarter' is unknown.*full, half"),
        ({"content_layers": []}, "at least one"),
        ({"extract": lambda image: {"rgb": image[None]}}, "'rgb'.*batch axis"),
        ({"extract": lambda image: {str(image.sum()): image}}, "must be the same, at least one"),
    ],
)
def test_wrong_input_is_explained(change, message, photo_pair, output) -> None:
    content, style, labels, style_labels = photo_pair
    arguments = {
        "content_image": content,
        "style_image": style,
        "output_image": output,
        "extract": color_features,
        "content_labels": labels,
        "style_labels": style_labels,
    }
    with pytest.raises(ValueError, match=message):
        measure(**{**arguments, **change})


def test_features_of_two_sizes_have_no_content_distance() -> None:
    small, large = ({"a": np.ones((side, 4, 2), np.float32)} for side in (4, 5))
    with pytest.raises(ValueError, match=r"'a' has shape \(4, 4, 2\).*\(5, 4, 2\).*one size"):
        content_distance(small, large)


# The evaluation script.


@pytest.fixture(scope="module")
def score(shared: Path) -> ModuleType:
    """The evaluation script as a module."""
    specification = importlib.util.spec_from_file_location("score", shared / "tools" / "score.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def real_pair(score: ModuleType, shared: Path) -> tuple[np.ndarray, ...]:
    """(content, style, published output, content labels, style labels), images in float64."""
    folder = shared / "pairs" / "04"
    content, style, output = (
        score.load(folder / f"{name}.png") for name in ("content", "style", "luan2017")
    )
    labels = score.labels(folder / "content_labels.png", content.shape[:2])
    return (
        content,
        style,
        output,
        labels,
        score.labels(folder / "style_labels.png", style.shape[:2]),
    )


@pytest.mark.shared
def test_metrics_equal_the_evaluation_scripts(score, real_pair) -> None:
    content, style, output, labels, style_labels = real_pair
    result = measure(
        *(image.astype(np.float32) for image in (content, style, output)),
        color_features,
        labels,
        style_labels,
    )
    expected = {
        "ssim": score.ssim(score.luma(output), score.luma(content)),
        "edge_ssim": score.ssim(score.edges(output), score.edges(content)),
        "matting_energy": score.laplacian_energy(content, output),
        "color_distance": score.segment_swd(
            score.lab(output), labels, score.lab(style), style_labels
        ),
    }
    found = {name: getattr(result, name) for name in expected}
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.shared
def test_style_distances_equal_the_evaluation_scripts(score, real_pair, shared) -> None:
    pytest.importorskip("h5py")
    path = shared / "weights" / "squeezenet_v1.1_imagenet_notop.h5"
    if not path.exists():
        pytest.skip(f"needs SqueezeNet's weights: no {path.name}")
    crop = np.s_[100:340, 150:470]
    style, output, labels, style_labels = (array[crop] for array in real_pair[1:])
    assert len(score.segments(labels, style_labels)) > 1
    extractor, network = SqueezeNetExtractor(path), score.SqueezeNet()
    features, style_features = (
        {
            name: layer.numpy()[0]
            for name, layer in extractor(image[None], extractor.style_layers).items()
        }
        for image in (output, style)
    )
    for function, oracle in (
        (gram_distance, score.gram_distance),
        (statistics_distance, score.moment_distance),
    ):
        expected = score.style_distance(network, oracle, output, labels, style, style_labels)
        found = function(features, style_features, labels, style_labels)
        assert found == pytest.approx(expected, rel=1e-3)
