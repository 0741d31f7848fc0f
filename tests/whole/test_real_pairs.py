"""Real photo pairs against the results that Luan et al. published for them."""

import numpy as np
import pytest
from pymatting import cf_laplacian

import dpst
from dpst import images
from dpst.segmentation import pair_segments, read_label_maps

SIZE = 200


def _laplacian_energy(laplacian, image):
    pixels = image.reshape(-1, 3).astype(np.float64)
    return float((pixels * (laplacian @ pixels)).sum() / len(pixels))


def _color_distance(image, style_image, pairing):
    """Mean distance of the segments' colour quantiles, by area."""
    levels = np.linspace(0.02, 0.98, 25)
    total = 0.0
    for segment, style_label in enumerate(pairing.style_index):
        inside = pairing.content_labels == segment
        colors = np.quantile(image[inside], levels, axis=0)
        style_colors = np.quantile(style_image[pairing.style_labels == style_label], levels, axis=0)
        total += inside.mean() * np.abs(colors - style_colors).mean()
    return total


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("name", ["04", pytest.param("24", marks=pytest.mark.long)])
def test_result_is_more_photorealistic_and_nearer_in_color_than_the_published_one(
    shared, name, extractor
):
    folder = shared / "pairs" / name

    def read(file):
        image = images.read_image(folder / file)
        return images.resize(image, images.fit_size(image.shape[:2], SIZE))

    content, style = read("content.png"), read("style.png")
    published = images.resize(read("luan2017.png"), content.shape[:2])
    maps = read_label_maps(
        folder / "content_labels.png",
        folder / "style_labels.png",
        content.shape[:2],
        style.shape[:2],
    )
    pairing = pair_segments(*maps, content, style)
    labels = pairing.content_labels, np.array(pairing.style_labels)
    result = dpst.stylize(content, style, *labels, extractor)
    output = result.output_image
    laplacian = cf_laplacian(content.astype(np.float64), epsilon=1e-7, radius=1)
    assert _laplacian_energy(laplacian, output) < _laplacian_energy(laplacian, published)
    assert _color_distance(output, style, pairing) < _color_distance(published, style, pairing)
