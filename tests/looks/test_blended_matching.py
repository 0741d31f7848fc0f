"""Blended colour matching, against one-dimensional transport and the plain moment match."""

import dataclasses

import numpy as np
import pytest

from dpst import images
from dpst.images.luma import LUMA
from dpst.looks.blended_matching import (
    CHOSEN,
    Restraint,
    match_blended_colors,
    sliced_transport,
    sorted_projections,
)
from dpst.looks.color_matching import match_colors
from dpst.metrics import color_distance
from dpst.segmentation import KEPT, Pairing, decode_label_maps, pair_segments, single_segment


@pytest.fixture
def pairing(photo_pair) -> Pairing:
    content, style, content_labels, style_labels = photo_pair
    maps = decode_label_maps(content_labels, style_labels, content.shape[:2], style.shape[:2])
    return pair_segments(*maps, content, style)


def transport(colors, goal):
    return sliced_transport(colors, sorted_projections(goal))


@pytest.mark.parametrize("num_goals", [1, 7, 300, 1000])
def test_transport_of_greys_is_that_of_one_dimension(num_goals):
    rng = np.random.default_rng(0)
    greys, goals = rng.random(300), rng.random(num_goals) ** 2
    moved = greys + transport(np.tile(greys[:, None], 3), np.tile(goals[:, None], 3)).T
    ranks = greys.argsort().argsort()
    expected = np.interp(
        (ranks + 0.5) / 300, (np.arange(num_goals) + 0.5) / num_goals, np.sort(goals)
    )
    np.testing.assert_allclose(moved, np.tile(expected, (3, 1)), atol=1e-9)


def test_transport_finds_a_shift_in_one_step():
    colors, shift = np.random.default_rng(1).random((500, 3)), np.array([0.3, -0.1, 0.05])
    moves = transport(colors, colors[::-1] + shift)
    np.testing.assert_allclose(moves, np.tile(shift, (500, 1)), atol=1e-9)


def test_colors_that_are_there_already_stay():
    colors = np.random.default_rng(2).random((400, 3))
    np.testing.assert_allclose(transport(colors, colors[::-1]), 0, atol=1e-12)


def test_goals_of_many_colors_are_thinned_evenly():
    goal = np.random.default_rng(5).random((50_000, 3))
    colors = np.random.default_rng(6).random((300, 3)) ** 2
    few = transport(colors, goal[:1000])
    np.testing.assert_allclose(transport(colors, goal), few, atol=0.05)
    assert sorted_projections(goal).shape == sorted_projections(goal[:1024]).shape


def test_transport_is_a_step_towards_the_goal():
    rng = np.random.default_rng(3)
    colors, goal = rng.random((600, 3)), rng.random((800, 3)) ** [3, 1, 0.5]
    for _ in range(15):
        colors = colors + transport(colors, goal)
    np.testing.assert_allclose(colors.mean(0), goal.mean(0), atol=0.01)
    np.testing.assert_allclose(np.cov(colors.T), np.cov(goal.T), atol=0.01)


def test_blended_segments_have_their_styles_colors(photo_pair, pairing):
    content, style = photo_pair[:2]
    maps = pairing.content_labels, pairing.style_labels, pairing.style_index
    distances = [
        color_distance(
            np.clip(match(content, style, pairing).apply(content), 0, 1),
            style,
            *maps,
        )
        for match in (match_blended_colors, lambda *pair: match_colors(*pair, strength=1.0))
    ]
    assert distances[0] < 0.6 * distances[1]


def test_one_segment_has_one_affine_map(photo_pair):
    content, style = photo_pair[:2]
    matched = match_blended_colors(
        content, style, single_segment(content.shape[:2], style.shape[:2])
    ).apply(content)
    terms = np.concatenate([np.ones((content[..., 0].size, 1)), content.reshape(-1, 3)], axis=1)
    fitted = terms @ np.linalg.lstsq(terms, matched.reshape(-1, 3), rcond=None)[0]
    assert np.abs(fitted - matched.reshape(-1, 3)).mean() < 0.01


def test_segment_without_a_counterpart_keeps_its_colors(photo_pair):
    content, style, content_labels, _ = photo_pair
    nothing = np.zeros(style.shape[:2], np.int32)
    pairing = Pairing(content_labels, nothing, (0, 1), ("top", "bottom"))
    matched = match_blended_colors(content, style, pairing).apply(content)
    is_far = np.arange(len(content)) > 40  # from the other segment
    assert np.abs(matched - content)[is_far].mean() < 0.02
    assert np.abs(matched - content)[:10].mean() > 0.05


def test_plain_segment_is_not_stretched_to_clouds():
    rng = np.random.default_rng(4)
    content = (0.8 + 0.01 * rng.normal(size=(60, 60, 3))).astype(np.float32)
    style = rng.random((60, 60, 3)).astype(np.float32)
    matched = match_blended_colors(content, style, single_segment((60, 60), (60, 60)))
    output = matched.apply(content)
    assert output.std((0, 1)).max() < 1.2 * CHOSEN.most_stretch * content.std((0, 1)).max()
    np.testing.assert_allclose(output.mean((0, 1)), style.mean((0, 1)), atol=0.02)


@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_restraint_keeps_the_contrast_that_a_flat_style_would_take(spread):
    rng = np.random.default_rng(5)
    content = rng.random((60, 60, 3)).astype(np.float32)
    style = (0.5 + spread * (rng.random((60, 60, 3)) - 0.5)).astype(np.float32)
    whole = single_segment((60, 60), (60, 60))
    flat, kept = (
        match_blended_colors(content, style, whole, Restraint(least_contrast=least)).apply(content)
        for least in (0.0, 0.7)
    )
    contrast, flat_contrast, own = ((each @ LUMA).std() for each in (kept, flat, content))
    assert flat_contrast < 0.1 * own
    assert 0.65 * own < contrast < 0.75 * own
    np.testing.assert_allclose(kept.mean((0, 1)), style.mean((0, 1)), atol=0.02)


def test_segments_part_less_the_more_the_whole_counts(photo_pair, pairing):
    content, style = photo_pair[:2]
    by_segment, mixed, whole = (
        match_blended_colors(content, style, pairing, Restraint(whole_share=share)).apply(content)
        for share in (0.0, 0.5, 1.0)
    )
    far, near = (np.abs(each - by_segment).mean() for each in (whole, mixed))
    assert 0.1 * far < near < 0.8 * far
    distances = [color_distance(each.clip(0, 1), style) for each in (by_segment, mixed, whole)]
    assert distances[2] < distances[1] < distances[0]


def test_the_whole_does_not_count_where_a_segment_is_kept(photo_pair, pairing):
    content, style = photo_pair[:2]
    kept = dataclasses.replace(pairing, style_index=(KEPT, *pairing.style_index[1:]))
    plain, mixed = (
        match_blended_colors(content, style, kept, Restraint(whole_share=share)).apply(content)
        for share in (0.0, 0.5)
    )
    np.testing.assert_array_equal(plain, mixed)


def test_lights_do_not_get_a_tint_that_clipping_would_hide():
    # Most of the photo is dark and warm, as is the style; a white blade is all that is light.
    rng = np.random.default_rng(7)
    warm = np.array([0.5, 0.3, 0.2])
    content = (warm * rng.uniform(0.3, 1, (80, 80, 1))).astype(np.float32)
    content[30:34, 10:70] = 0.95
    style = (np.array([0.9, 0.5, 0.3]) * rng.uniform(0.4, 1.1, (80, 80, 1))).astype(np.float32)
    style[:6] = (0.85, 1.0, 1.0)
    restraint = Restraint(caution=0.33, most_stretch=2.0, keeps_hues=True)
    whole = single_segment((80, 80), (80, 80))
    matched = match_blended_colors(content, style.clip(0, 1), whole, restraint).apply(content)
    assert matched[31:33, 20:60].max() < 1.1


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_flat_images_give_finite_colors(level):
    flat = np.full((40, 40, 3), level, np.float32)
    style = np.full((36, 36, 3), 0.3, np.float32)
    matched = match_blended_colors(flat, style, single_segment((40, 40), (36, 36))).apply(flat)
    np.testing.assert_allclose(matched, 0.3, atol=5e-3)


def test_map_of_a_large_photo_is_that_of_its_small_copy(photo_pair):
    content, style = photo_pair[:2]
    small, large = images.resize(content, (262, 350)), images.resize(content, (600, 800))
    matched = [
        match_blended_colors(image, style, single_segment(image.shape[:2], style.shape[:2]))
        for image in (small, small, large)
    ]
    again, once, of_large = (each.apply(small) for each in matched)
    np.testing.assert_array_equal(once, again)
    np.testing.assert_allclose(of_large, once, atol=0.03)
