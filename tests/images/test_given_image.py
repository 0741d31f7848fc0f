import numpy as np
import pytest
from PIL import Image

from dpst import images, metrics
from dpst.images.given_image import given_pair

BYTES = np.random.default_rng(0).integers(0, 256, (4, 5, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    "given", [BYTES, Image.fromarray(BYTES), BYTES.astype(np.uint16) * 257, BYTES / 255]
)
def test_all_kinds_of_images_are_the_same_values(given, tmp_path):
    np.testing.assert_allclose(images.given_image(given), BYTES / 255, atol=1e-6)
    images.write_image(tmp_path / "a.png", given)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png")), BYTES)


@pytest.mark.parametrize("given", ["photo.jpg", None])
def test_path_or_none_is_told_apart(given):
    with pytest.raises(TypeError, match="read_image"):
        images.given_image(given, "style_image")


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, Image.fromarray])
def test_metrics_take_what_the_transfers_take(kind):
    rng = np.random.default_rng(1)
    pair = [rng.integers(0, 256, (40, 50, 3)).astype(np.uint8) for _ in range(2)]
    scale = 257 if kind is np.uint16 else 1
    given = [kind(scale * each.astype(np.uint16)) if scale > 1 else kind(each) for each in pair]
    floats = [each / 255 for each in pair]
    for metric in (
        metrics.ssim,
        metrics.edge_ssim,
        metrics.color_distance,
        metrics.false_structure,
        metrics.place_drift,
    ):
        assert metric(*given) == pytest.approx(metric(*floats), rel=1e-4)
    energies = (
        metrics.matting_energy(output_image=output, content_image=content)
        for output, content in (given, floats)
    )
    assert next(energies) == pytest.approx(next(energies), rel=1e-3)
    with pytest.raises(TypeError, match="content_image"):
        metrics.false_structure(given[0], None)


def test_pairs_are_checked_one_by_one():
    with pytest.raises(ValueError, match="content ranges from 1.5"):
        given_pair(BYTES, BYTES / 255 + 1.5, ("output", "content"))
