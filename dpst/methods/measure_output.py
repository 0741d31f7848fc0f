"""Measuring the output image of a transfer, at the size and with the features of its solve."""

import dataclasses

from dpst import images
from dpst.extractors import Extractor
from dpst.metrics import Metrics, measure
from dpst.segmentation import Pairing, resize_labels


def measure_output(
    content_image: images.FloatImage,
    style_image: images.FloatImage,
    output_image: images.FloatImage,
    pairing: Pairing,
    extractor: Extractor,
    solve_size: int,
) -> Metrics:
    """Measure at the solve size, with the style image at a matching scale, as it was solved.

    All metrics are NaN after a KeyboardInterrupt, which must not cost the output.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        style_image: float32 [style_height, style_width, 3], RGB in [0, 1].
        output_image: float32 [h, w, 3], RGB in [0, 1], of any size of the content image's aspect
            ratio.
        pairing: segments of both.
        extractor: the features to compare.
        solve_size: longer side in pixels.

    Returns:
        The metrics.
    """
    names = tuple(dict.fromkeys(extractor.style_layers + extractor.content_layers))
    size = images.workable_size(content_image.shape[:2], solve_size)
    style_size = images.workable_size(style_image.shape[:2], images.nominal_side(size))
    try:
        return measure(
            images.resize(content_image, size),
            images.resize(style_image, style_size),
            images.resize(output_image, size),
            lambda image: extractor.arrays(image, names),
            resize_labels(pairing.content_labels, size),
            resize_labels(pairing.style_labels, style_size),
            pairing.style_index,
            extractor.style_layers,
            extractor.content_layers,
        )
    except KeyboardInterrupt:
        return Metrics(*[float("nan")] * len(dataclasses.fields(Metrics)))
