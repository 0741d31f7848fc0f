"""Distances between the features of an output image and those of the style or content image."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image

from dpst import images
from dpst.metrics.moments import (
    Moments,
    moments,
    ratio,
    relative_gram_distance,
    relative_statistics_distance,
)
from dpst.metrics.segments import paired_segments

Features = Mapping[str, np.ndarray]


def gram_distance(
    features: Features,
    style_features: Features,
    content_labels: np.ndarray | None = None,
    style_labels: np.ndarray | None = None,
    style_index: Sequence[int] | None = None,
) -> float:
    """Return the squared distance of Gram matrices, relative to the style's energy.

    Args:
        features: layer name -> float32 [h, w, channels], of the output image.
        style_features: the same layers of the style image, of any size.
        content_labels: segments of the output image; their masks are averaged by area to the size
            of each layer.
        style_labels: segments of the style image.
        style_index: style label of each content label.

    Returns:
        The distance, averaged over layers and segments, at least 0; NaN if no segment is large
        enough in both label maps.

    Raises:
        ValueError: layers or channels differ, or a label has no style label.
    """
    distances = (relative_gram_distance,)
    segmentation = content_labels, style_labels, style_index
    return style_distances(distances, features, style_features, *segmentation)[0]


def statistics_distance(
    features: Features,
    style_features: Features,
    content_labels: np.ndarray | None = None,
    style_labels: np.ndarray | None = None,
    style_index: Sequence[int] | None = None,
) -> float:
    """Return the distance of means and covariances, relative to the greatest possible.

    The Gram matrix of features with a large mean is mostly this mean; taken apart, mean and
    covariance both count.

    Args:
        features: see `gram_distance`, as for all that follow.
        style_features: as there.
        content_labels: as there.
        style_labels: as there.
        style_index: as there.

    Returns:
        The distance, averaged over layers and segments, in [0, 1]; NaN if no segment is large
        enough in both label maps.

    Raises:
        ValueError: layers or channels differ, or a label has no style label.
    """
    distances = (relative_statistics_distance,)
    segmentation = content_labels, style_labels, style_index
    return style_distances(distances, features, style_features, *segmentation)[0]


def style_distances(
    distances: Sequence[Callable[[Moments, Moments], float]],
    features: Features,
    style_features: Features,
    content_labels: np.ndarray | None = None,
    style_labels: np.ndarray | None = None,
    style_index: Sequence[int] | None = None,
) -> tuple[float, ...]:
    """Return several distances of the same moments, each averaged over layers and segments.

    Args:
        distances: functions of the output's and the style's moments.
        features: see `gram_distance`, as for all that follow.
        style_features: as there.
        content_labels: as there.
        style_labels: as there.
        style_index: as there.

    Returns:
        A value for each distance; all are NaN if no segment is large enough in both label maps.

    Raises:
        ValueError: layers or channels differ, or a label has no style label.
    """
    _check_layers(features, style_features)
    sizes = (next(iter(maps.values())).shape[:2] for maps in (features, style_features))
    segments = paired_segments(content_labels, style_labels, style_index, *sizes)
    totals, area = np.zeros(len(distances)), 0
    for inside, style_inside in segments:
        num_pixels = np.count_nonzero(inside)
        for name, layer in features.items():
            style_layer = style_features[name]
            output = moments(layer, _resize(inside, layer.shape[:2]))
            style = moments(style_layer, _resize(style_inside, style_layer.shape[:2]))
            totals += [num_pixels * distance(output, style) for distance in distances]
        area += num_pixels * len(features)
    return tuple(map(float, totals / area)) if area else (float("nan"),) * len(distances)


def content_distance(features: Features, content_features: Features) -> float:
    """Return the squared distance of features over the energy of the target, mean over layers.

    Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks",
    2016, eq. 1.
    Deviation: divided by sum(content_features ** 2) instead of multiplied by 1/2, so that it
    depends neither on the network nor on the image's size.

    Args:
        features: layer name -> float32 [h, w, channels], of the output image.
        content_features: the same layers of the content image, of the same shapes.

    Returns:
        The distance, at least 0.

    Raises:
        ValueError: layers or shapes differ.
    """
    _check_layers(features, content_features)
    distances = []
    for name, target in content_features.items():
        if features[name].shape != target.shape:
            raise ValueError(
                f"layer {name!r} has shape {features[name].shape} for the output and "
                f"{target.shape} for the content, must be the same; extract both from images of "
                "one size."
            )
        target = target.astype(np.float64)
        distance = np.square(features[name] - target).sum()
        distances.append(ratio(distance, np.square(target).sum()))
    return float(np.mean(distances))


def _resize(inside: np.ndarray, size: images.Size) -> np.ndarray:
    """Resize a mask to a layer: the share of the pixels, by their centres, that lie inside."""
    mask = Image.fromarray(inside.astype(np.float32))
    return np.asarray(mask.resize(size[::-1], Image.Resampling.BOX))


def _check_layers(features: Features, others: Features) -> None:
    if not features or set(features) != set(others):
        raise ValueError(
            f"layers are {list(features)} for the output and {list(others)} for the other image, "
            "must be the same, at least one; extract both with the same layer names."
        )
    for name in features:
        shapes = features[name].shape, others[name].shape
        if not len(shapes[0]) == len(shapes[1]) == 3 or shapes[0][2] != shapes[1][2]:
            raise ValueError(
                f"layer {name!r} has shapes {shapes[0]} and {shapes[1]}, must be [h, w, channels] "
                "with as many channels; take a single image's features, without the batch axis."
            )
