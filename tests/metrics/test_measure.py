"""All metrics together, wrong input, and agreement with the evaluation script."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from dpst import metrics
from dpst.extractors import SqueezeNetExtractor
from dpst.metrics import (
    color_distance,
    content_distance,
    edge_ssim,
    false_structure,
    gram_distance,
    matting_energy,
    measure,
    place_drift,
    ssim,
    statistics_distance,
)
from tests.oracles.quality import (
    color_features,
)


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
        matting_energy=matting_energy(output_image=output, content_image=content),
        false_structure=false_structure(output, content, labels),
        place_drift=place_drift(output, content, labels),
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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"output_image": np.zeros((48, 60, 3), "f4")}, r"\(48, 60, 3\).*one size.*resize"),
        ({"output_image": np.zeros((48, 64), "f4")}, r"\(48, 64\), must be \[height, width, 3\]"),
        ({"style_image": np.zeros((9, 9, 3), int)}, r"style_image has dtype int64.*divide"),
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
