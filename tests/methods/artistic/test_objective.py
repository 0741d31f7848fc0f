"""The terms of the artistic method, against the papers' formulas."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from dpst.config import TransferConfig
from dpst.losses import border_distances, locality_loss
from dpst.methods.artistic.locality import weight_by_distance
from dpst.methods.artistic.objective import artistic_objective
from dpst.segmentation import KEPT, StyleRegion, blended_regions

LAYERS = ("relu1_1", "relu3_1")


@pytest.fixture(scope="module")
def pictures():
    generator = np.random.default_rng(0)
    sizes = ((48, 64), (40, 56), (56, 48))
    return [
        generator.random((*size, 3), np.float32) ** power for power, size in enumerate(sizes, 1)
    ]


def _config(**settings):
    return TransferConfig(method="artistic", style_layers=",".join(LAYERS), **settings)


def _halves(*styles):
    """Regions of the left and the right half of a 48 x 64 image."""
    left = np.zeros((48, 64), np.float32)
    left[:, :32] = 1
    return tuple(
        StyleRegion(name, mask, style, None, 0.5)
        for name, mask, style in zip("ab", (left, 1 - left), styles, strict=True)
    )


def _features(extractor, image, layer):
    return extractor.arrays(image, [layer])[layer].astype(np.float64)


def _gram(features):
    flat = features.reshape(-1, features.shape[-1])
    return flat.T @ flat / len(flat)


def test_gatys_normalization_is_the_papers_equations(extractor, pictures):
    content, style, _ = pictures
    image = np.random.default_rng(9).random(content.shape, np.float32)
    config = _config(normalization="gatys", content_weight=2.0, style_weight=3.0)
    regions = blended_regions(content.shape[:2], (1.0,))
    objective = artistic_objective(extractor, content, [style], regions, config)
    values = objective.term_values(tf.constant(image))
    expected = 0.0
    for layer in LAYERS:
        features = _features(extractor, image, layer)
        difference = _gram(features) - _gram(_features(extractor, style, layer))
        expected += (difference**2).sum() / (4 * features.shape[-1] ** 2) / len(LAYERS)
    assert float(values["style"]) == pytest.approx(3 * expected, rel=1e-4)
    layer = extractor.painting_content_layers[0]
    difference = _features(extractor, image, layer) - _features(extractor, content, layer)
    assert float(values["content"]) == pytest.approx(2 * 0.5 * (difference**2).sum(), rel=1e-4)


@pytest.mark.parametrize("statistic", ["centred", "gram"])
def test_style_terms_vanish_at_the_style_image(extractor, pictures, statistic):
    style = pictures[1]
    config = _config(style_statistic=statistic)
    regions = blended_regions(style.shape[:2], (1.0,))
    objective = artistic_objective(extractor, style, [style], regions, config)
    assert objective.term_values(tf.constant(style))["style"] < 1e-6


def test_blend_is_the_weighted_sum_of_the_single_styles(extractor, pictures):
    content, *styles = pictures
    config = _config()
    values = [
        float(
            artistic_objective(
                extractor, content, styles, blended_regions(content.shape[:2], shares), config
            ).term_values(tf.constant(content))["style"]
        )
        for shares in ((1, 0), (0, 1), (0.7, 0.3))
    ]
    assert values[2] == pytest.approx(0.7 * values[0] + 0.3 * values[1], rel=1e-4)


def test_layer_weights_scale_their_terms(extractor, pictures):
    content, style, _ = pictures
    regions = blended_regions(content.shape[:2], (1.0,))
    values = []
    for layers in ("relu1_1=2", "relu1_1", "relu3_1", "relu1_1=2,relu3_1=3"):
        config = dataclasses.replace(_config(), style_layers=layers)
        objective = artistic_objective(extractor, content, [style], regions, config)
        features = extractor(content[None], LAYERS)
        values.append(
            sum(
                float(
                    term.weight
                    * np.sum(term.function(term.target, features[term.layer_name]).numpy())
                )
                for term in objective.terms
                if term.name == "style" and term.layer_name in LAYERS
            )
        )
    assert values[0] == pytest.approx(2 * values[1], rel=1e-5)
    assert values[3] == pytest.approx(2 * values[1] + 3 * values[2], rel=1e-5)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, {"style", "content", "gamut"}),
        ({"content_weight": 0.0}, {"style", "gamut"}),
        ({"style_weight": 0.0}, {"content", "gamut"}),
        ({"photorealism_weight": 9.0}, {"style", "content", "gamut", "photorealism"}),
        ({"structure_weight": 1.0}, {"style", "content", "gamut", "structure"}),
        ({"tv_weight": 1.0}, {"style", "content", "gamut", "total_variation"}),
    ],
)
def test_terms_of_weight_zero_are_left_out(extractor, pictures, settings, names):
    content, style, _ = pictures
    regions = blended_regions(content.shape[:2], (1.0,))
    objective = artistic_objective(extractor, content, [style], regions, _config(**settings))
    assert set(objective.term_values(tf.constant(content))) == names


def test_kept_region_pulls_nothing_at_the_photo(extractor, pictures):
    content, style, _ = pictures
    regions = _halves(0, KEPT)
    objective = artistic_objective(extractor, content, [style], regions, _config())
    image = tf.constant(content)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = objective.term_values(image)["style"]
    gradient = np.abs(tape.gradient(value, image)).sum(-1)
    assert gradient[:, 56:].max() < 1e-3 * gradient[:, :24].max()


def _pressure(extractor, pictures, regions, style):
    """Gradient, by column, of what one style's region alone asks of the image."""
    content, *styles = pictures
    regions = [
        dataclasses.replace(region, weight=float(region.style == style)) for region in regions
    ]
    objective = artistic_objective(extractor, content, styles, regions, _config())
    image = tf.constant(content)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = objective.term_values(image)["style"]
    gradient = np.abs(tape.gradient(value, image)).sum((0, 2))
    return gradient / gradient.max()


def test_pressure_of_the_wrong_style_at_a_border_falls_by_locality(extractor, pictures):
    size = pictures[0].shape[:2]
    localized = _halves(0, 1)
    local, _ = weight_by_distance(localized)
    blended, by_segment, by_distance = (
        # Of the left half's style on the eight columns right of the border.
        _pressure(extractor, pictures, regions, style=0)[32:40].mean()
        for regions in (blended_regions(size, (0.5, 0.5)), localized, local)
    )
    assert by_segment < 0.5 * blended
    assert by_distance < 0.5 * by_segment


def test_pixels_count_by_their_distance_to_the_border():
    regions = _halves(0, KEPT)
    weighted, locality = weight_by_distance(regions)
    distances = np.stack([border_distances(region.mask > 0.5) for region in regions])
    assert locality == locality_loss(distances)
    np.testing.assert_allclose(weighted[0].mask, distances[0] / distances[0].max())
    assert weighted[1] is regions[1]


def test_unknown_layer_is_an_error_that_names_it(extractor, pictures):
    content, style, _ = pictures
    regions = blended_regions(content.shape[:2], (1.0,))
    config = dataclasses.replace(_config(), style_layers="relu9_9")
    with pytest.raises(ValueError, match="no layer 'relu9_9'"):
        artistic_objective(extractor, content, [style], regions, config)
