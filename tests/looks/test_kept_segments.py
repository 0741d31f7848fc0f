"""Segments kept as photographed, in the picture and in the objective."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import dpst
from dpst import images
from dpst.looks.kept_segments import restore_kept_segments, styled_share_map
from dpst.methods.photo.objective import photo_objective
from dpst.segmentation import KEPT, decode_label_maps, pair_segments

# What lies further from a border than its blending, a window of 3 px radius, twice.
FAR = np.s_[-14:, :]


def _pairing(photo_pair, segment_map):
    content, style, *labels = photo_pair
    maps = decode_label_maps(*labels, content.shape[:2], style.shape[:2])
    return pair_segments(*maps, content, style, segment_map=segment_map)


def _restored(content, output, pairing):
    shares = styled_share_map(content, pairing)
    return restore_kept_segments(content, output, shares.apply(content))


def test_nothing_kept_needs_no_map(photo_pair):
    assert styled_share_map(photo_pair[0], _pairing(photo_pair, "")) is None


def test_kept_segment_is_the_photo_and_the_others_are_not_touched(photo_pair):
    content = photo_pair[0]
    pairing = _pairing(photo_pair, "1=none")
    assert pairing.style_index == (0, KEPT)
    restored = _restored(content, 1 - content, pairing)
    np.testing.assert_array_equal(restored[FAR], content[FAR])
    np.testing.assert_allclose(restored[:18], 1 - content[:18], atol=1e-6)


@pytest.mark.parametrize("first_row", [32, 33])
def test_border_is_as_sharp_as_the_photo_even_where_the_label_map_misses_the_edge(first_row):
    content = np.full((64, 64, 3), 0.1, np.float32)
    content[32:] = 0.9
    labels = (np.arange(64) >= first_row).astype(np.int32)[:, None] * np.ones((1, 64), np.int32)
    pairing = pair_segments(*decode_label_maps(labels, labels), content, content, "error", "1=none")
    restored = _restored(content, np.zeros_like(content), pairing)
    assert restored[:32].max() < 0.01
    assert restored[32].min() > 0.5


@pytest.mark.parametrize("statistic", ["centred", "gram"])
def test_kept_segments_own_statistics_are_its_target(extractor, photo_pair, statistic):
    content = photo_pair[0]
    config = dpst.TransferConfig(style_statistic=statistic)
    pairing = _pairing(photo_pair, "0=0,1=none")
    of_two = photo_objective(extractor, content, photo_pair[1], content, pairing, config)
    both = dataclasses.replace(pairing, style_index=(KEPT, KEPT))
    of_none = photo_objective(extractor, content, photo_pair[1], content, both, config)
    image = tf.constant(content)
    assert of_none.term_values(image)["style"] < 1e-6 < of_two.term_values(image)["style"]


def test_stylize_keeps_a_segment_and_styles_the_other(extractor, photo_pair):
    content, _, labels, _ = photo_pair
    config = dpst.TransferConfig(max_evaluations=10, segment_map="1=none", init="noise")
    result = dpst.stylize(*photo_pair, extractor, config)
    np.testing.assert_array_equal(result.output_image[FAR], content[FAR])
    assert np.abs(result.output_image - content)[labels == 0].mean() > 0.05
    assert np.isfinite(result.metrics.color_distance)


@pytest.mark.parametrize("is_full", [True, False])
def test_segment_is_kept_at_the_size_of_the_output(extractor, photo_pair, is_full):
    content = images.resize(photo_pair[0], (96, 128))
    labels = photo_pair[2].repeat(2, 0).repeat(2, 1)
    config = dpst.TransferConfig(
        max_evaluations=2, solve_size=64, segment_map="1=none", full_resolution=is_full
    )
    result = dpst.stylize(content, photo_pair[1], labels, photo_pair[3], extractor, config)
    expected = content if is_full else images.resize(content, (48, 64))
    np.testing.assert_array_equal(result.output_image[FAR], expected[FAR])
