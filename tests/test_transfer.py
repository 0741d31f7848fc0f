import numpy as np
import pytest

import dpst
from dpst import images

CONFIG = dpst.TransferConfig(max_evaluations=8)


@pytest.fixture(scope="module")
def extractor():
    return dpst.extractors.EmbeddedExtractor()


def test_output_has_the_content_images_size_and_comes_near_the_styles_colors(extractor, photo_pair):
    content, style, content_labels, style_labels = photo_pair
    content_before = content.copy()
    config = dpst.TransferConfig(max_evaluations=30)
    result = dpst.stylize(content, style, content_labels, style_labels, extractor, config)
    assert result.output_image.shape == content.shape
    assert result.output_image.dtype == np.float32
    assert 0 <= result.output_image.min() and result.output_image.max() <= 1
    for label in (0, 1):
        target = style[style_labels == label].mean(0)
        moved = result.output_image[content_labels == label].mean(0)
        assert np.abs(moved - target).max() < 0.1
    np.testing.assert_array_equal(content, content_before)


@pytest.mark.parametrize("size", [(33, 47), (35, 32), (32, 150)])
def test_sizes_that_no_stride_divides_come_back_whole(extractor, size):
    rng = np.random.default_rng(0)
    content, style = rng.random((*size, 3), np.float32), rng.random((41, 37, 3), np.float32)
    result = dpst.stylize(content, style, extractor=extractor, config=CONFIG)
    assert result.output_image.shape == content.shape


def test_photo_above_the_solve_size_comes_back_at_its_own(extractor, photo_pair):
    content = images.resize(photo_pair[0], (96, 128))
    config = dpst.TransferConfig(max_evaluations=5, solve_size=64)
    result = dpst.stylize(content, photo_pair[1], extractor=extractor, config=config)
    assert result.output_image.shape == (96, 128, 3)


def test_without_full_resolution_the_output_has_the_solve_size(extractor, photo_pair):
    content = images.resize(photo_pair[0], (96, 128))
    config = dpst.TransferConfig(max_evaluations=5, solve_size=64, full_resolution=False)
    result = dpst.stylize(content, photo_pair[1], extractor=extractor, config=config)
    assert result.output_image.shape == (48, 64, 3)


@pytest.mark.parametrize("init", ["content", "color_matched", "noise"])
def test_same_seed_gives_the_same_result(extractor, photo_pair, init):
    config = dpst.TransferConfig(max_evaluations=8, init=init, seed=3)
    first = dpst.stylize(*photo_pair, extractor, config)
    second = dpst.stylize(*photo_pair, extractor, config)
    np.testing.assert_array_equal(first.output_image, second.output_image)


def test_initial_image_may_be_a_file(extractor, photo_pair, tmp_path):
    images.write_image(tmp_path / "start.png", photo_pair[1])
    config = dpst.TransferConfig(max_evaluations=5, init=str(tmp_path / "start.png"))
    assert dpst.stylize(*photo_pair, extractor, config).history


def test_orphan_label_is_said_in_the_notes(extractor, photo_pair):
    content, style, content_labels, style_labels = photo_pair
    labels = content_labels.copy()
    labels[:, :20] = 2
    result = dpst.stylize(content, style, labels, style_labels, extractor, CONFIG)
    assert any("missing" in note for note in result.notes)
    assert np.isfinite(result.output_image).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"content_image": np.zeros((48, 64), np.float32)}, "content_image has shape"),
        ({"style_image": np.zeros((48, 64, 3), np.uint8)}, "style_image has dtype uint8"),
        ({"content_image": np.full((48, 64, 3), 2.0)}, "content_image ranges from"),
        ({"content_image": np.full((48, 64, 3), np.nan)}, "content_image ranges from nan"),
        ({"style_image": np.zeros((2, 2, 3), np.float32)}, "style_image"),
        ({"style_labels": None}, "style_labels is missing"),
    ],
)
def test_wrong_argument_is_an_error_that_names_it(extractor, photo_pair, changed, message):
    names = ("content_image", "style_image", "content_labels", "style_labels")
    arguments = {**dict(zip(names, photo_pair, strict=True)), **changed}
    with pytest.raises(ValueError, match=message):
        dpst.stylize(**arguments, extractor=extractor, config=CONFIG)
