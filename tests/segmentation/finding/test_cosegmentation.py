"""Segments found in two images together."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.cluster.vq import kmeans2

from dpst import images
from dpst.segmentation import read_label_maps, segment_together
from dpst.segmentation.finding.cosegmentation import _common_clusters, _k_means

Image = np.ndarray


def responses(image: Image) -> np.ndarray:
    """A stand-in for an extractor: how rough the image is, at a quarter of its size."""
    grey = image.mean(-1)
    rough = cv2.blur(np.abs(grey - cv2.blur(grey, (5, 5))), (9, 9))
    size = tuple(max(side // 4, 1) for side in image.shape[1::-1])
    return cv2.resize(np.stack([rough, 0.1 - rough, 0 * rough + 0.02], -1), size)


def scene(
    size: images.Size, horizon: float, sky: tuple[float, ...], ground: tuple[float, ...], seed: int
) -> tuple[Image, np.ndarray]:
    """A smooth sky above rough ground, and where the ground is."""
    height, width = size
    y, x = np.mgrid[:height, :width]
    is_ground = y > height * (horizon + 0.05 * np.sin(8 * x / width))
    noise = np.random.default_rng(seed).normal(0, 0.12, (height, width, 1))
    sky_colors = np.array(sky) * (0.8 + 0.2 * y[..., None] / height)
    colors = np.where(is_ground[..., None], np.array(ground) + noise, sky_colors)
    return np.clip(colors, 0, 1).astype(np.float32), is_ground


def test_segments_of_one_kind_get_one_label_by_day_and_by_night() -> None:
    day, is_ground = scene((240, 320), 0.4, (0.6, 0.8, 1.0), (0.3, 0.5, 0.2), 0)
    night, is_night_ground = scene((300, 280), 0.65, (0.1, 0.1, 0.3), (0.5, 0.4, 0.2), 1)
    content, style = segment_together(day, night, responses, 2)
    assert content.labels.shape == (240, 320) and style.labels.shape == (300, 280)
    assert content.labels.dtype == style.labels.dtype == np.int32
    assert np.mean(content.labels == is_ground) > 0.97
    assert np.mean(style.labels == is_night_ground) > 0.97


def test_borders_follow_the_edges_of_the_image() -> None:
    day, is_ground = scene((480, 640), 0.5, (0.6, 0.8, 1.0), (0.2, 0.3, 0.1), 0)
    labels = segment_together(day, day, responses, 2)[0].labels
    border = labels[:-1] != labels[1:]
    edge = is_ground[:-1] != is_ground[1:]
    distance = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, 5)
    assert np.mean(distance[border]) < 3  # The grid that is clustered has 10 px a cell.


@pytest.mark.parametrize("num_segments", [1, 4, 9])
def test_each_label_covers_a_part_of_both_images(num_segments: int) -> None:
    generator = np.random.default_rng(0)
    photos = []
    for size in ((90, 140), (120, 100)):
        coarse = generator.random((6, 7, 3), np.float32)
        photos.append(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC).clip(0, 1))
    maps = segment_together(*photos, responses, num_segments)
    assert maps[0].names == maps[1].names
    assert 1 <= len(maps[0].names) <= num_segments
    for label_map in maps:
        shares = np.bincount(label_map.labels.ravel()) / label_map.labels.size
        assert len(shares) == len(label_map.names) and shares.min() > 0.002


def test_same_images_give_the_same_labels() -> None:
    photos = [scene((100, 120), 0.5, (0.6, 0.8, 1.0), (0.3, 0.5, 0.2), seed)[0] for seed in (0, 1)]
    first, second = (segment_together(*photos, responses, 5) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.labels, other.labels)


def test_first_label_lies_highest_in_the_content_image() -> None:
    day, _ = scene((120, 160), 0.5, (0.6, 0.8, 1.0), (0.3, 0.5, 0.2), 0)
    labels = segment_together(day, day[::-1].copy(), responses, 3)[0].labels
    rows = np.mgrid[:120, :160][0]
    heights = [rows[labels == k].mean() for k in range(labels.max() + 1)]
    assert heights == sorted(heights)


@pytest.mark.parametrize("sizes", [((32, 32), (32, 32)), ((33, 900), (700, 40))])
def test_flat_tiny_and_long_images_are_segmented_too(sizes: tuple[images.Size, ...]) -> None:
    flat = [np.full((*size, 3), 0.5, np.float32) for size in sizes]
    for label_map, size in zip(segment_together(*flat, responses, 5), sizes, strict=True):
        assert label_map.labels.shape == size
    noise = [np.random.default_rng(0).random((*size, 3), np.float32) for size in sizes]
    for label_map, size in zip(segment_together(*noise, responses, 5), sizes, strict=True):
        assert label_map.labels.shape == size


@pytest.mark.parametrize("num_segments", [0, 10])
def test_number_of_segments_out_of_range_is_an_error(num_segments: int) -> None:
    flat = np.full((32, 32, 3), 0.5, np.float32)
    with pytest.raises(ValueError, match=f"num_segments is {num_segments}, must be from 1 to 9"):
        segment_together(flat, flat, responses, num_segments)


def test_clusters_of_separate_blobs_equal_those_of_scipy() -> None:
    generator = np.random.default_rng(0)
    points = np.concatenate([generator.normal(c, 0.1, (200, 4)) for c in (0, 1, 3)]).astype("f4")
    expected, _ = kmeans2(points, points[::200], minit="matrix")
    actual = _k_means(points, 3)
    np.testing.assert_allclose(actual[actual[:, 0].argsort()], expected, atol=1e-3)


def test_cluster_that_one_image_lacks_is_dissolved() -> None:
    first, second = np.zeros((20, 20, 1), np.float32), np.zeros((20, 20, 1), np.float32)
    first[10:], second[10:] = 1, 1
    first[:2, :5] = 3  # Ten of 400 positions, in the first image only.
    labels = _common_clusters([first, second], 3)
    assert labels[0].max() == labels[1].max() == 1
    assert (labels[0][:2, :5] == labels[0][-1, -1]).all()


def test_picture_of_a_map_is_read_back_as_the_same_labels(tmp_path: Path) -> None:
    photos = [scene((100, 120), 0.5, (0.6, 0.8, 1.0), (0.3, 0.5, 0.2), seed)[0] for seed in (0, 1)]
    maps = segment_together(*photos, responses, 4)
    paths = [tmp_path / "content.png", tmp_path / "style.png"]
    for path, label_map in zip(paths, maps, strict=True):
        images.write_image(path, label_map.picture())
    for label_map, again in zip(maps, read_label_maps(*paths, (100, 120), (100, 120)), strict=True):
        names = np.array(label_map.names)[label_map.labels]
        np.testing.assert_array_equal(np.array(again.names)[again.labels], names)
