"""The semantic method: the terms of its objective, its plan, and what it paints."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import dpst
from dpst.config import TransferConfig
from dpst.losses import feature_length, nearest_patches, patch_bank, with_semantic_map
from dpst.methods.plan import Inputs
from dpst.methods.semantic.objective import semantic_objective, smallest_side, statistics_layers
from dpst.methods.semantic.plan import plan
from dpst.methods.semantic.style_copies import style_copies
from dpst.segmentation.label_maps.semantic_map import semantic_map
from tests.oracles import patches as oracle

pytestmark = pytest.mark.usefixtures("shared_extractor")

LAYERS = ("relu3_1",)
RED, BLACK = (255, 0, 0), (0, 0, 0)


@pytest.fixture(scope="module")
def style():
    """Dark noise at the left, bright stripes at the right."""
    picture = 0.2 * np.random.default_rng(0).random((48, 64, 3), np.float32)
    picture[:, 32:] = 0.9
    picture[::4, 32:] = (0.9, 0.6, 0.1)
    return picture


@pytest.fixture(scope="module")
def style_labels():
    labels = np.full((48, 64, 3), BLACK, np.uint8)
    labels[:, 32:] = RED
    return labels


@pytest.fixture(scope="module")
def doodle():
    """The style's labels, bright above dark."""
    labels = np.full((40, 56, 3), BLACK, np.uint8)
    labels[:20] = RED
    return labels


def _config(**settings):
    return TransferConfig(
        **{"method": "semantic", "style_layers": ",".join(LAYERS), "max_evaluations": 3, **settings}
    )


def _objective(extractor, style, doodle, style_labels, config, content=None):
    labels = None if style_labels is None else [style_labels]
    planned = plan(Inputs(content, [style], doodle, labels), config, find=None)
    image = planned.canvas() if content is None else content
    copies = style_copies(style, planned.style_map, 64, 32)
    return semantic_objective(
        extractor, image, content is None, copies, planned.content_map, planned.regions, config
    )


def _features(extractor, image):
    return extractor.arrays(image, LAYERS)[LAYERS[0]]


@pytest.mark.parametrize("semantic_weight", [0.0, 50.0])
def test_patch_term_is_the_papers_sum(extractor, style, doodle, style_labels, semantic_weight):
    config = _config(semantic_weight=semantic_weight, style_weight=3.0, statistics_weight=0.0)
    image = np.random.default_rng(1).random((40, 56, 3), np.float32)
    objective = _objective(extractor, style, doodle, style_labels, config)
    values = objective.at(tf.constant(image)).term_values(tf.constant(image))
    sides = []
    style_features = _features(extractor, style)
    for picture, labels in ((image, doodle), (style, style_labels)):
        features = _features(extractor, picture)
        lifted = semantic_map(labels, "x").directions(features.shape[:2])
        length = feature_length(style_features)
        sides.append(with_semantic_map(features, lifted, length, semantic_weight).numpy())
    # Of patches that are alike to float32 rounding any will do.
    table = oracle.correlations(*(oracle.patches(side, 3) for side in sides))
    banks = (patch_bank([tf.constant(side)], 3) for side in sides)
    nearest = nearest_patches(*banks, 3)[0].numpy()
    assert (table[range(len(table)), nearest] > table.max(1) - 1e-6).all()
    expected = oracle.patch_loss(style_features, _features(extractor, image), nearest, 3)
    assert float(values["patches"]) == pytest.approx(3 * expected, rel=1e-4)


def test_targets_stay_between_two_looks_at_the_image(extractor, style, doodle, style_labels):
    objective = _objective(extractor, style, doodle, style_labels, _config())
    images = np.random.default_rng(2).random((2, 40, 56, 3), np.float32)
    first, second = (tf.constant(image) for image in images)
    seen = objective.at(first)
    assert float(seen.value(second)) != float(objective.at(second).value(second))
    assert float(seen.value(first)) == float(objective.at(first).value(first))


def test_doodle_has_no_content_term(extractor, style, doodle, style_labels):
    config = _config(content_weight=1.0)
    image = tf.zeros([40, 56, 3])
    names = _objective(extractor, style, doodle, style_labels, config).at(image).term_values(image)
    assert set(names) == {"statistics", "patches", "gamut", "total_variation"}
    content = np.full((40, 56, 3), 0.5, np.float32)
    objective = _objective(extractor, style, doodle, style_labels, config, content)
    assert "content" in objective.at(image).term_values(image)


def test_statistics_are_of_the_layers_up_to_the_patches(extractor):
    finer = "relu1_1", "relu2_1", "conv1", "relu3_1"
    assert statistics_layers(extractor, ("relu3_1",)) == finer
    assert statistics_layers(extractor, ("relu4_1", "relu3_1")) == (*finer, "fire3", "relu4_1")


@pytest.mark.parametrize("patch_size", [1, 3, 5, 9])
def test_smallest_side_holds_a_patch(extractor, patch_size):
    side = smallest_side(extractor, ("relu4_1",), patch_size)
    assert side >= extractor.minimum_side
    assert extractor(np.zeros((1, side, side, 3)), ["relu4_1"])["relu4_1"].shape[1] >= patch_size


def _painted(style, *maps, **settings):
    return dpst.stylize(None, style, *maps, config=_config(**settings))


def test_doodle_is_painted_in_its_layout_and_size(extractor, style, doodle, style_labels):
    result = dpst.stylize(None, style, doodle, style_labels, extractor, _config(max_evaluations=20))
    assert result.output_image.shape == (40, 56, 3)
    bright, dark = result.output_image[:16].mean(), result.output_image[24:].mean()
    assert bright > dark + 0.4
    assert [row.action for row in result.segments] == ["takes label 000000", "takes label ff0000"]
    assert np.isnan(result.metrics.ssim) and result.metrics.color_distance >= 0


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_texture_has_the_size_that_is_asked_for(style, optimizer):
    result = _painted(style, output_size="72x40", optimizer=optimizer)
    assert result.output_image.shape == (40, 72, 3)
    assert _painted(style).output_image.shape == style.shape


def test_content_image_sets_the_size(style, doodle, style_labels):
    content = np.random.default_rng(3).random((80, 112, 3))
    config = _config(solve_size=64)
    result = dpst.stylize(content, style, doodle, style_labels, config=config)
    assert result.output_image.shape == content.shape and np.isfinite(result.metrics.ssim)


def test_all_options_together(style, doodle, style_labels):
    result = _painted(
        style,
        doodle,
        style_labels,
        patch_rotations="-15,90",
        patch_scales="0.8",
        variety=0.2,
        patch_size=2,
        tv_weight=0.1,
        matching_memory=1,
    )
    assert np.isfinite(result.output_image).all()


def test_same_seed_gives_the_same_picture_and_another_another(style, doodle, style_labels):
    pictures = [_painted(style, doodle, style_labels, seed=s).output_image for s in (0, 0, 1)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0] - pictures[2]).max() > 1e-3


def test_rotated_copies_give_patches_of_the_style_alone(style, style_labels):
    copies = style_copies(style, semantic_map(style_labels, "x"), 64, 32, (30.0, 90.0), (0.75,))
    assert len(copies) == 6 and copies[0].inside is None
    assert copies[0].image.shape == style.shape and copies[3].image.shape == (36, 48, 3)
    quarter = copies[2]
    np.testing.assert_allclose(quarter.image, np.rot90(style), atol=1e-3)
    np.testing.assert_array_equal(
        quarter.semantic_map.values, np.rot90(style_labels).astype(np.float32) / 255
    )
    assert quarter.inside.min() == 1
    corner = copies[1]
    assert corner.inside[0, 0] == 0 and corner.inside[corner.image.shape[0] // 2].max() == 1
    red = corner.semantic_map.values[..., 0][corner.inside == 1]
    assert set(np.unique(red)) == {0, 1}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"style_weight": 0.0, "statistics_weight": 0.0}, "nothing to paint with"),
        ({"structure_weight": 1.0}, "structure_weight is 1.0 and there is no content image"),
        ({"preserve_color": "luminance"}, "preserve_color is 'luminance' and there is no content"),
        ({"init": "color_matched"}, "init is 'color_matched' and there is no content image"),
        ({"output_size": "64"}, "output_size is '64', it must be width x height"),
        ({"output_size": "64x4"}, "output_size is 64x4 px"),
        ({"patch_rotations": "15,left"}, "patch_rotations is '15,left'"),
        ({"patch_scales": "0"}, "patch_scales is '0', it must hold numbers from 0.25 to 4"),
        ({"patch_size": 9, "style_layers": "relu4_1"}, "for patches of 9 positions"),
    ],
)
def test_settings_that_do_not_fit_are_an_error(style, settings, message):
    with pytest.raises(ValueError, match=message):
        _painted(style, **settings)


def test_maps_and_images_that_do_not_fit_are_an_error(style, doodle, style_labels):
    with pytest.raises(ValueError, match="style_labels is missing"):
        _painted(style, doodle)
    with pytest.raises(ValueError, match="output_size is '64x64' and there are content labels"):
        _painted(style, doodle, style_labels, output_size="64x64")
    with pytest.raises(ValueError, match="2 style images and method is 'semantic'"):
        dpst.stylize(None, [style, style], config=_config())
    photo = TransferConfig()
    with pytest.raises(ValueError, match="content_image is missing and method is 'photo'"):
        dpst.stylize(None, style, config=photo)
    wide = dataclasses.replace(_config(), max_evaluations=1)
    with pytest.raises(ValueError, match="content_labels is 56x40 px"):
        dpst.stylize(np.zeros((40, 90, 3)), style, doodle, style_labels, config=wide)
