"""All metrics of one output image."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dpst.images.given_image import given_image, given_pair
from dpst.metrics.color import color_distance
from dpst.metrics.false_structure import false_structure
from dpst.metrics.features import Features, content_distance, style_distances
from dpst.metrics.moments import relative_gram_distance, relative_statistics_distance
from dpst.metrics.photorealism import matting_energy
from dpst.metrics.place_drift import place_drift
from dpst.metrics.structure import edge_ssim, ssim


def _metric(words: str, is_higher_better: bool = False, default: Any = dataclasses.MISSING) -> Any:
    metadata = {"words": words, "is_higher_better": is_higher_better}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Metrics:
    """Quality of one output image; each field is the result of the function of its name.

    The fields' metadata holds their `words` for a report, and `is_higher_better`.

    Attributes:
        ssim: structure kept, at most 1; higher is better.
        edge_ssim: edges kept, at most 1; higher is better.
        matting_energy: departure from a local affine recolouring of the content image, squared
            RGB units per pixel, at least 0; lower is more photorealistic.
        color_distance: distance of the segments' colours from the style's, CIE Lab units, at least
            0; lower is better.
        gram_distance: relative distance of the segments' Gram matrices from the style's, at least
            0; lower is better.
        statistics_distance: distance of the segments' means and covariances of features from the
            style's, in [0, 1]; lower is better.
        content_distance: relative distance of the features from the content image's, at least 0;
            lower keeps more.
        false_structure: structure in places where the content image is smooth, such as halos, smoke
            and patches, hundredths of a Delta E per pixel, at least 0; lower is better. NaN where
            it was not measured.
        place_drift: share of the change of colours that goes by place instead of by colour and
            segment, such as washes of colour, from 0 to about 1; lower is better. NaN where it was
            not measured.
    """

    ssim: float = _metric("structure kept", is_higher_better=True)
    edge_ssim: float = _metric("edges kept", is_higher_better=True)
    matting_energy: float = _metric("departure from a photo")
    color_distance: float = _metric("colour distance from the style")
    gram_distance: float = _metric("texture distance from the style")
    statistics_distance: float = _metric("feature distance from the style")
    content_distance: float = _metric("feature distance from the content")
    false_structure: float = _metric("halos, smoke and patches", default=float("nan"))
    place_drift: float = _metric("washes of colour by place", default=float("nan"))


def measure(
    content_image: np.ndarray,
    style_image: np.ndarray,
    output_image: np.ndarray,
    extract: Callable[[np.ndarray], Features],
    content_labels: np.ndarray | None = None,
    style_labels: np.ndarray | None = None,
    style_index: Sequence[int] | None = None,
    style_layers: Sequence[str] | None = None,
    content_layers: Sequence[str] | None = None,
) -> Metrics:
    """Measure an output image by all metrics.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1], at least 11x11 px.
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        output_image: float32 [height, width, 3], RGB in [0, 1].
        extract: gives the features of an image, layer name -> float32 [h, w, channels]; called
            once for each of the three.
        content_labels: segments of content and output image.
        style_labels: segments of the style image.
        style_index: style label of each content label.
        style_layers: layers whose moments are compared with the style's; None takes all.
        content_layers: layers that are compared with the content's; None takes all.

    Returns:
        The metrics.

    Raises:
        ValueError: shapes disagree, an image is not RGB in [0, 1], or a layer or label is unknown.
    """
    output_image, content_image = given_pair(
        output_image, content_image, ("output_image", "content_image")
    )
    style_image = given_image(style_image, "style_image")
    segmentation = content_labels, style_labels, style_index
    # The cheap metrics first: they find wrong input before the network runs.
    structure = ssim(output_image, content_image)
    color = color_distance(output_image, style_image, *segmentation)
    features, style_features, content_features = (
        dict(extract(image)) for image in (output_image, style_image, content_image)
    )
    gram, statistics = style_distances(
        (relative_gram_distance, relative_statistics_distance),
        _select(features, style_layers),
        _select(style_features, style_layers),
        *segmentation,
    )
    return Metrics(
        ssim=structure,
        edge_ssim=edge_ssim(output_image, content_image),
        matting_energy=matting_energy(output_image=output_image, content_image=content_image),
        false_structure=false_structure(output_image, content_image, content_labels),
        place_drift=place_drift(output_image, content_image, content_labels),
        color_distance=color,
        gram_distance=gram,
        statistics_distance=statistics,
        content_distance=content_distance(
            _select(features, content_layers), _select(content_features, content_layers)
        ),
    )


def _select(features: Features, layer_names: Sequence[str] | None) -> Features:
    if layer_names is None:
        return features
    for name in layer_names:
        if name not in features:
            raise ValueError(
                f"layer {name!r} is unknown, must be one of those that extract gives: "
                f"{', '.join(features)}."
            )
    return {name: features[name] for name in layer_names}
