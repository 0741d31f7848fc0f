"""Bugs of other implementations that users met, each shown not to be one of ours."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import dpst
from dpst.methods.photo.objective import photo_objective
from dpst.segmentation import Pairing, decode_label_maps, pair_segments, read_label_maps
from dpst.solving.objective import RGB, FeatureTerm, Objective

COLORS = np.array([[0, 0, 255], [255, 255, 0], [255, 0, 0]], np.uint8)


def paired(
    content: np.ndarray, style: np.ndarray, content_labels: np.ndarray, style_labels: np.ndarray
) -> Pairing:
    maps = decode_label_maps(content_labels, style_labels, content.shape[:2], style.shape[:2])
    return pair_segments(*maps, content, style)


def style_terms(objective: Objective, layer_name: str | None = None) -> list[FeatureTerm]:
    return [
        term
        for term in objective.terms
        if isinstance(term, FeatureTerm)
        and term.name == "style"
        and layer_name in (None, term.layer_name)
    ]


@pytest.mark.parametrize("statistic", ["gram", "centred"])
def test_orphan_label_never_gets_a_target_of_zero(extractor, photo_pair, statistic) -> None:
    """Luan et al. and both TensorFlow ports push the features of such a segment to zero."""
    content, style, content_labels, style_labels = photo_pair
    labels = content_labels.copy()
    labels[:, :20] = 7
    pairing = paired(content, style, labels, style_labels)
    assert "orphan" in [row.finding for row in pairing.segments]
    config = dpst.TransferConfig(style_statistic=statistic)
    for term in style_terms(photo_objective(extractor, content, style, content, pairing, config)):
        target = term.target[0]
        moments = target.gram if statistic == "gram" else target.covariance
        # Of the segments; what fills up their number to a multiple of four is empty.
        energies = np.linalg.norm(moments.numpy()[0, : len(pairing.style_index)], axis=(1, 2))
        assert energies.min() > 0.05 * energies.max(), term.layer_name


def test_pixels_off_the_palette_get_style(extractor, photo_pair) -> None:
    """Peers compare colours exactly, so anti-aliased and JPEG pixels belong to no segment."""
    content, style, content_labels, style_labels = photo_pair
    buffer = io.BytesIO()
    soft = cv2.GaussianBlur(COLORS[content_labels], (5, 5), 1.2)
    Image.fromarray(soft).save(buffer, "JPEG", quality=70)
    messy = np.asarray(Image.open(buffer))
    assert not (messy[..., None, :] == COLORS).all(-1).any(-1).all()
    pairing = paired(content, style, messy, COLORS[style_labels])
    assert len(pairing.names) == 2
    config = dpst.TransferConfig(content_weight=0.0, photorealism_weight=0.0)
    objective = photo_objective(extractor, content, style, content, pairing, config)
    colors_alone = Objective(extractor, tuple(style_terms(objective, RGB)))
    _, gradient = colors_alone(tf.constant(content))
    assert np.abs(gradient.numpy()).max(-1).min() > 0


@pytest.mark.parametrize("statistic", ["gram", "centred"])
def test_areas_of_the_segments_do_not_shift_their_colours(extractor, statistic) -> None:
    """A Gram matrix that is not divided by its mask's area grows with the segment."""
    texture = np.tile(np.array([[0.2, 0.3, 0.7], [0.3, 0.2, 0.5]], np.float32), (64, 32, 1))
    content, style = texture.copy(), texture.copy()
    content[:, 16:] = 0.9 - texture[:, 16:]
    style[:, 48:] = 0.9 - texture[:, 48:]
    labels = [(np.arange(64) >= column) * np.ones((64, 1), int) for column in (16, 48)]
    config = dpst.TransferConfig(style_statistic=statistic)
    pairing = paired(content, style, *labels)
    objective = photo_objective(extractor, content, style, content, pairing, config)
    (term,) = style_terms(objective, RGB)
    assert float(tf.reduce_sum(term.function(term.target, tf.constant(content[None])))) < 1e-5
    shifted = tf.constant(content[None] * 0.8)
    assert float(tf.reduce_sum(term.function(term.target, shifted))) > 1e-2


def test_label_map_of_another_size_is_resized_as_labels_and_used(tmp_path: Path) -> None:
    """Peers drop the resized mask, or blend its colours before they read them."""
    labels = np.zeros((48, 64), np.int32)
    labels[:, 32:] = 1  # half way from blue to yellow lies grey
    labels[:8, :8] = 2
    Image.fromarray(COLORS[labels]).save(tmp_path / "small.png")
    paths = tmp_path / "small.png", tmp_path / "small.png"
    content_map, style_map = read_label_maps(*paths, (96, 128), (36, 48))
    assert content_map.names == style_map.names == ("0000ff", "ff0000", "ffff00")
    expected = np.array([0, 2, 1])[labels]
    np.testing.assert_array_equal(content_map.labels, expected.repeat(2, 0).repeat(2, 1))
    assert content_map.off_palette_pixels == style_map.off_palette_pixels == 0
    assert style_map.labels.shape == (36, 48)
    np.testing.assert_array_equal(style_map.labels[:6, :6], 1)
    photos = (np.zeros((*m.labels.shape, 3), np.float32) for m in (content_map, style_map))
    pairing = pair_segments(content_map, style_map, *photos)
    assert pairing.content_labels.shape == (96, 128)
    assert [row.content_share for row in pairing.segments] == [
        pytest.approx((labels == k).mean()) for k in (0, 2, 1)
    ]
