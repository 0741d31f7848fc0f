import numpy as np
import pytest
from PIL import Image

from dpst import images

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
