import numpy as np
import pytest
import scipy.linalg

from dpst import images
from dpst.images.luma import LUMA
from dpst.looks.color_matching import (
    hue_keeping_map,
    match_colors,
    moment_map,
    monge_kantorovich_map,
    recolor_segments,
)
from dpst.segmentation import decode_label_maps, pair_segments, single_segment


def _random_covariance(rng):
    factor = rng.normal(size=(3, 3))
    return factor @ factor.T + 0.1 * np.eye(3)


def test_map_turns_one_covariance_into_the_other():
    rng = np.random.default_rng(0)
    covariance, target = _random_covariance(rng), _random_covariance(rng)
    matrix = monge_kantorovich_map(covariance, target)
    np.testing.assert_allclose(matrix @ covariance @ matrix, target, rtol=1e-9)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)


def test_map_agrees_with_scipys_matrix_square_roots():
    rng = np.random.default_rng(1)
    covariance, target = _random_covariance(rng), _random_covariance(rng)
    root = scipy.linalg.sqrtm(covariance)
    inverse_root = np.linalg.inv(root)
    expected = inverse_root @ scipy.linalg.sqrtm(root @ target @ root) @ inverse_root
    np.testing.assert_allclose(monge_kantorovich_map(covariance, target), expected, rtol=1e-8)


def test_segments_come_near_their_styles_mean_color(photo_pair):
    content, style, content_labels, style_labels = photo_pair
    sizes = content.shape[:2], style.shape[:2]
    maps = decode_label_maps(content_labels, style_labels, *sizes)
    pairing = pair_segments(*maps, content, style)
    matched = match_colors(content, style, pairing).apply(content)
    for label in (0, 1):
        target = style[style_labels == label].mean(0)
        before = np.abs(content[content_labels == label].mean(0) - target).max()
        after = np.abs(matched[content_labels == label].mean(0) - target).max()
        assert after < 0.5 * before


def test_matched_segments_have_their_styles_mean_and_covariance(photo_pair):
    content, style, content_labels, style_labels = photo_pair
    content, style = 0.1 * content + 0.4, 0.1 * style + 0.4  # nothing is clipped
    before = content.copy()
    matched = recolor_segments(content, style, content_labels, style_labels, (1, 0))
    assert matched.dtype == np.float32
    for label, style_label in ((0, 1), (1, 0)):
        colors = matched[content_labels == label].astype(np.float64)
        goal = style[style_labels == style_label].astype(np.float64)
        np.testing.assert_allclose(colors.mean(0), goal.mean(0), atol=1e-4)
        np.testing.assert_allclose(np.cov(colors.T), np.cov(goal.T), atol=1e-4)
    np.testing.assert_array_equal(content, before)


def test_segment_without_pixels_in_the_style_stays_as_it_is(photo_pair):
    content, style, content_labels, _ = photo_pair
    zeros = np.zeros(style.shape[:2], int)
    matched = recolor_segments(content, style, content_labels, zeros, (0, 1))
    is_lost = content_labels == 1
    np.testing.assert_array_equal(matched[is_lost], content[is_lost])
    assert np.abs(matched[~is_lost] - content[~is_lost]).mean() > 0.02


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_flat_images_give_finite_colors(level):
    flat = np.full((40, 40, 3), level, np.float32)
    style = np.full((36, 36, 3), 0.3, np.float32)
    matched = match_colors(flat, style, single_segment((40, 40), (36, 36)), 1.0).apply(flat)
    np.testing.assert_allclose(matched, 0.3, atol=1e-3)


def test_strength_is_the_share_of_the_way(photo_pair):
    content, style = photo_pair[:2]
    pairing = single_segment(content.shape[:2], style.shape[:2])
    none, half, full = (
        match_colors(content, style, pairing, strength).apply(content) for strength in (0, 0.5, 1)
    )
    np.testing.assert_allclose(half, (none + full) / 2, atol=1e-5)
    assert np.abs(none - content).mean() < 0.02


def test_map_of_a_large_photo_is_that_of_its_small_copy(photo_pair):
    content, style = photo_pair[:2]
    large = images.resize(content, (600, 800))
    small = images.resize(content, (262, 350))
    matched_small, matched_large = (
        match_colors(image, style, single_segment(image.shape[:2], style.shape[:2])).apply(small)
        for image in (small, large)
    )
    np.testing.assert_allclose(matched_small, matched_large, atol=0.02)


def test_hues_relative_to_the_mean_are_kept():
    rng = np.random.default_rng(3)
    colors, goal = rng.uniform(0.2, 0.6, (400, 3)), rng.uniform(0.2, 0.7, (300, 3))
    goal[:, 2] += 0.3 * goal[:, 0]  # lights of the goal are blue
    slopes, offset = hue_keeping_map(colors, goal)
    mapped = colors @ slopes + offset
    np.testing.assert_allclose(mapped.mean(0), goal.mean(0), atol=1e-12)
    before, after = (each - each.mean(0) for each in (colors, mapped))
    luma, mapped_luma = before @ LUMA, after @ LUMA
    np.testing.assert_allclose(mapped_luma / luma, mapped_luma[0] / luma[0])
    chroma, mapped_chroma = before - luma[:, None], after - mapped_luma[:, None]
    np.testing.assert_allclose(mapped_chroma / chroma, mapped_chroma[0, 0] / chroma[0, 0])
    assert 0.7 <= mapped_chroma[0, 0] / chroma[0, 0] <= 1.3


def test_white_takes_no_tint_that_only_the_lights_of_the_goal_have():
    rng = np.random.default_rng(4)
    level = rng.random(500)
    colors = level[:, None] * np.ones(3) * 0.5
    goal = np.stack([0.5 - 0.3 * level, 0.3 + 0.4 * level, 0.3 + 0.5 * level], 1)
    kept, tinted = (
        np.ptp((np.full(3, 0.5) - colors.mean(0)) @ plain_map(colors, goal)[0])
        for plain_map in (hue_keeping_map, moment_map)
    )
    assert kept < 1e-9 < 0.05 < tinted
