"""Co-segmentation: two images segmented together, so that their labels correspond.

Positions of both images are clustered at once by what an extractor sees there, colour, texture and
height in the image. Each cue is taken relative to its own image, so that a sky at noon and one at
night fall into one cluster. Cf. Deng and Manjunath 2001,
"Unsupervised segmentation of color-texture regions in images and video", for colour and texture as
cues; He, Sun and Tang 2013, "Guided Image Filtering", for the refinement to edges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from dpst import images
from dpst.config import MAXIMUM_SEGMENTS
from dpst.segmentation.finding.edges import refine_to_edges
from dpst.segmentation.finding.scores import resize_scores
from dpst.segmentation.label_maps.label_arrays import Labels, resize_labels
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.label_maps.palette import LUAN_PALETTE

_WORKING_SIZE = 400  # Longer side in pixels of the copies that the extractor sees.
_GRID_SIZE = 64  # Longer side of the grid of positions that are clustered.
_NUM_COMPONENTS = 16  # Principal components kept of the features.
_NUM_STARTS = 4  # Runs of k-means, of which the best is taken.
_MINIMUM_SHARE = 0.02  # Share of either image; a smaller cluster is dissolved into the others.

# What each cue weighs in the distance of two positions; each has a total variance of about 1.
_FEATURE_WEIGHT = 1.4
_LIGHTNESS_WEIGHT = 0.5
_CHROMA_WEIGHT = 0.5
_HEIGHT_WEIGHT = 0.4
_TEXTURE_WEIGHT = 0.6

_TEXTURE_SIGMA = 6.0  # Pixels of the working copy.


def segment_together(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    extract: Callable[[images.FloatImage], np.ndarray],
    num_segments: int,
) -> tuple[LabelMap, LabelMap]:
    """Find segments that occur in both of two images.

    Args:
        content_image: float32 [height, width, 3], sRGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], sRGB in [0, 1].
        extract: maps such an image, its longer side at most 400 px, to features [h, w, channels]
            of a layer that tells materials apart.
        num_segments: how many to look for, 1 to `MAXIMUM_SEGMENTS`.

    Returns:
        The label maps of the content and the style image, at these sizes, in the colours of
        `LUAN_PALETTE`. There may be fewer segments: each covers a part of both images. The first
        label lies highest in the content image.

    Raises:
        ValueError: `num_segments` is out of range.
    """
    if not 1 <= num_segments <= MAXIMUM_SEGMENTS:
        raise ValueError(
            f"num_segments is {num_segments}, must be from 1 to {MAXIMUM_SEGMENTS}: photos seldom "
            "need more than 5."
        )
    photos = (content_image, style_image)
    copies = [images.resize(x, images.fit_area(x.shape[:2], _WORKING_SIZE)) for x in photos]
    grids = [images.fit_area(copy.shape[:2], _GRID_SIZE) for copy in copies]
    descriptors = _descriptors(copies, [extract(copy) for copy in copies], grids)
    labels = _common_clusters(descriptors, num_segments)
    names = tuple(LUAN_PALETTE)[: max(int(x.max()) for x in labels) + 1]
    maps = []
    for photo, copy, coarse in zip(photos, copies, labels, strict=True):
        refined = refine_to_edges(photo, copy, coarse, len(names))
        maps.append(LabelMap(resize_labels(refined, photo.shape[:2]), names, shades=names))
    return maps[0], maps[1]


def _descriptors(
    copies: Sequence[images.FloatImage],
    features: Sequence[np.ndarray],
    grids: Sequence[images.Size],
) -> list[np.ndarray]:
    """Return the weighted cues of each position, float32 [*grid, channels] for each image."""
    components = _principal_components(features)
    descriptors = []
    for copy, component, grid in zip(copies, components, grids, strict=True):
        lab = np.asarray(cv2.cvtColor(copy, cv2.COLOR_RGB2LAB), np.float32)
        texture = np.log1p(
            np.hypot(cv2.Sobel(lab[..., 0], -1, 1, 0), cv2.Sobel(lab[..., 0], -1, 0, 1))
        )
        texture = np.asarray(cv2.GaussianBlur(texture, (0, 0), _TEXTURE_SIGMA), np.float32)
        height = np.broadcast_to(np.linspace(-1, 1, grid[0], dtype="f4")[:, None, None], (*grid, 1))
        cues = (
            (_FEATURE_WEIGHT, resize_scores(component, grid)),
            (_LIGHTNESS_WEIGHT, _standardize(resize_scores(lab[..., :1], grid), 3.0)),
            (_CHROMA_WEIGHT, _standardize(resize_scores(lab[..., 1:], grid), 5.0)),
            (_HEIGHT_WEIGHT, np.sqrt(3) * height),
            (_TEXTURE_WEIGHT, _standardize(resize_scores(texture[..., None], grid), 0.05)),
        )
        stacked = np.concatenate([weight * cue for weight, cue in cues], -1)
        descriptors.append(stacked.astype(np.float32))
    return descriptors


def _principal_components(features: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the leading components of both images' features, with a total variance of 1.

    Feature vectors are brought to length 1, so that contrast does not count, and centred on their
    image, so that its light does not. Weak components are raised halfway to the strong ones.
    """
    directions = []
    for feature in features:
        unit = feature / (np.linalg.norm(feature, axis=-1, keepdims=True) + 1e-6)
        directions.append(unit - unit.mean((0, 1)))
    samples = np.concatenate([x.reshape(-1, x.shape[-1]) for x in directions])
    variances, axes = np.linalg.eigh(samples.T @ samples / len(samples))
    strongest = slice(-_NUM_COMPONENTS, None)
    scale = np.maximum(variances[strongest], 1e-9) ** 0.25
    scale *= np.sqrt((variances[strongest] / scale**2).sum()) + 1e-6
    return [(x @ axes[:, strongest] / scale).astype(np.float32) for x in directions]


def _standardize(cue: np.ndarray, floor: float) -> np.ndarray:
    """Centre a cue on its image and divide it by its deviation plus a floor for flat images."""
    centred = cue - cue.mean((0, 1))
    return centred / (np.sqrt(centred.var((0, 1)).sum()) + floor)


def _common_clusters(descriptors: Sequence[np.ndarray], num_clusters: int) -> list[Labels]:
    """Cluster positions of two images; each cluster covers at least a minimum share of both.

    Returns:
        int32 labels of each grid; label 0 has the smallest mean row in the first image.
    """
    points = np.concatenate([x.reshape(-1, x.shape[-1]) for x in descriptors])
    border = descriptors[0].shape[0] * descriptors[0].shape[1]
    centers = _k_means(points, num_clusters)
    while True:
        labels = _nearest_centers(points, centers)
        parts = labels[:border], labels[border:]
        shares = [np.bincount(part, minlength=len(centers)) / len(part) for part in parts]
        smallest = np.minimum(*shares)
        if len(centers) == 1 or smallest.min() >= _MINIMUM_SHARE:
            break
        centers = np.delete(centers, smallest.argmin(), 0)
    rows = np.repeat(np.arange(descriptors[0].shape[0]), descriptors[0].shape[1])
    mean_rows = np.bincount(parts[0], rows) / np.bincount(parts[0])
    rank = mean_rows.argsort().argsort().astype(np.int32)
    return [rank[part].reshape(x.shape[:2]) for part, x in zip(parts, descriptors, strict=True)]


def _k_means(points: np.ndarray, num_clusters: int) -> np.ndarray:
    """Return the centres of the best of several runs of k-means, the same for the same points.

    There are fewer where there are fewer distinct points.

    Source: Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding", for the
    starts.
    """
    generator = np.random.default_rng(0)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 1e-4)
    best_error, best_centers = np.inf, points[:1]
    for _ in range(_NUM_STARTS):
        centers = points[generator.integers(len(points), size=1)]
        while len(centers) < num_clusters:
            distances = _squared_distances(points, centers).min(1)
            if distances.max() < 1e-6:
                break
            chosen = generator.choice(len(points), p=distances / distances.sum())
            centers = np.concatenate([centers, points[chosen : chosen + 1]])
        start = _nearest_centers(points, centers)[:, None].astype(np.int32)
        error, _, found = cv2.kmeans(
            points, len(centers), start, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS
        )
        if error < best_error:
            best_error, best_centers = error, np.asarray(found, np.float32)
    return best_centers


def _nearest_centers(points: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Return the index of the centre nearest to each point."""
    return _squared_distances(points, centers).argmin(1)


def _squared_distances(points: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Return the squared distances of points from centres, float64 [points, centers]."""
    return np.stack([((points - c) ** 2).sum(1, dtype=np.float64) for c in centers], 1)
