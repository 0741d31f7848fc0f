"""Distances between the features of an output image and those of the style or content image."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image

from dpst import images
from dpst.metrics.segments import paired_segments

Features = Mapping[str, np.ndarray]

_ROUNDING_FLOOR = 1e-9  # of the features' energy: rounding of constant features is no spread


def gram_distance(
    features: Features,
    style_features: Features,
    content_labels: np.ndarray | None = None,
    style_labels: np.ndarray | None = None,
    style_index: Sequence[int] | None = None,
) -> float:
    """Squared distance of Gram matrices over the style's energy, averaged over layers and segments.

    Args:
        features: layer name -> float32 [h, w, channels], of the output image.
        style_features: the same layers of the style image, of any size.
        content_labels: segments of the output image, their masks are averaged by area
            to the size of each layer.
        style_labels: segments of the style image.
        style_index: style label of each content label.

    Returns:
        The distance, at least 0; NaN if no segment is large enough in both label maps.

    Raises:
        ValueError: layers or channels differ, or a label has no style label.
    """
    segmentation = content_labels, style_labels, style_index
    return style_distances((relative_gram_distance,), features, style_features, *segmentation)[0]


def statistics_distance(
    features: Features,
    style_features: Features,
    content_labels: np.ndarray | None = None,
    style_labels: np.ndarray | None = None,
    style_index: Sequence[int] | None = None,
) -> float:
    """Distance of means and covariances over the greatest possible, averaged as `gram_distance`.

    Of features with a large mean, a Gram matrix is mostly that mean; taken apart, both halves
    count.

    Args:
        features: layer name -> float32 [h, w, channels], of the output image.
        style_features: the same layers of the style image, of any size.
        content_labels: segments of the output image; their masks are averaged by area to the size
            of each layer.
        style_labels: segments of the style image.
        style_index: style label of each content label.

    Returns:
        The distance, in [0, 1]; NaN if no segment is large enough in both label maps.

    Raises:
        ValueError: layers or channels differ, or a label has no style label.
    """
    distances = (relative_statistics_distance,)
    segmentation = content_labels, style_labels, style_index
    return style_distances(distances, features, style_features, *segmentation)[0]


def content_distance(features: Features, content_features: Features) -> float:
    """Squared distance of features over the energy of the target, averaged over layers.

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
        distances.append(_ratio(distance, np.square(target).sum()))
    return float(np.mean(distances))


class Moments(NamedTuple):
    """Moments of the features of one segment.

    Attributes:
        mean: float64 [channels].
        covariance: float64 [channels, channels].
    """

    mean: np.ndarray
    covariance: np.ndarray

    @property
    def gram(self) -> np.ndarray:
        """Mean of f f^T, float64 [channels, channels]."""
        return self.covariance + np.outer(self.mean, self.mean)


def moments(features: np.ndarray, mask: np.ndarray) -> Moments:
    """Mask-weighted moments, from the positions that the mask covers.

    Args:
        features: float32 [h, w, channels].
        mask: float32 [h, w], in [0, 1], not all 0.

    Returns:
        The moments.
    """
    is_covered = mask > 0
    weights = (mask[is_covered] / mask.sum(dtype=np.float64)).astype(np.float32)
    rows = features[is_covered]  # a copy, so it may be changed
    # Centred first: beside a large mean float32 would lose the covariance. `shift` is what
    # rounding left of the mean.
    mean = np.einsum("n,nc->c", weights, rows)
    rows -= mean
    shift = np.einsum("n,nc->c", weights, rows).astype(np.float64)
    rows *= np.sqrt(weights)[:, None]
    covariance = _product(rows).astype(np.float64)
    return Moments(mean + shift, covariance - np.outer(shift, shift))


def _product(rows: np.ndarray) -> np.ndarray:
    """rows^T rows, float32 [channels, channels].

    By TensorFlow, whose threads yield: NumPy's take up to a hundred times as long on a busy
    machine. On the CPU, since GPUs round the factors to 10 bits.
    """
    with tf.device("CPU:0"):
        return tf.matmul(rows, rows, transpose_a=True).numpy()


def relative_gram_distance(output: Moments, style: Moments) -> float:
    """|G_o - G_s|^2 / |G_s|^2 (Gatys et al. 2016, eq. 4, over the target's energy)."""
    return _ratio(np.square(output.gram - style.gram).sum(), np.square(style.gram).sum())


def relative_statistics_distance(output: Moments, style: Moments) -> float:
    """Mean of two distances in [0, 1], one of means and one of covariances.

    With d = |mu_o - mu_s|^2: d / (d + tr S_o + tr S_s), and |S_o - S_s|^2 / (|S_o|^2 + |S_s|^2).
    """
    covariance, style_covariance = output.covariance, style.covariance
    rounding = _ROUNDING_FLOOR * (np.trace(output.gram) + np.trace(style.gram))
    of_means = np.square(output.mean - style.mean).sum()
    spread = np.trace(covariance) + np.trace(style_covariance) + rounding
    of_covariances = np.square(covariance - style_covariance).sum()
    energy = np.square(covariance).sum() + np.square(style_covariance).sum() + rounding**2
    return (_ratio(of_means, of_means + spread) + _ratio(of_covariances, energy)) / 2


def style_distances(
    distances: Sequence[Callable[[Moments, Moments], float]],
    features: Features,
    style_features: Features,
    content_labels: np.ndarray | None = None,
    style_labels: np.ndarray | None = None,
    style_index: Sequence[int] | None = None,
) -> tuple[float, ...]:
    """Several distances from the same moments, each averaged over layers and segments.

    Args:
        distances: functions of the output's and the style's moments.
        features: see `gram_distance`, like all that follow.
        style_features: as above.
        content_labels: as above.
        style_labels: as above.
        style_index: as above.

    Returns:
        One value a distance.

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


def _resize(inside: np.ndarray, size: images.Size) -> np.ndarray:
    """Mask at a layer's size: the share of the pixels, by their centres, that lie inside."""
    mask = Image.fromarray(inside.astype(np.float32))
    return np.asarray(mask.resize(size[::-1], Image.Resampling.BOX))


def _ratio(part: float, whole: float) -> float:
    """Quotient of values at least 0; 0 for 0 / 0, else infinite where the whole is 0."""
    if part == 0:
        return 0.0
    return float(part / whole) if whole > 0 else float("inf")


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
