"""`pair_dataset`: results of many pairs as a dataset."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import dpst
from dpst import images

CONFIG = dpst.TransferConfig(max_evaluations=2, segmentation="none")


@pytest.fixture(scope="module")
def stylizer(extractor):
    return dpst.Stylizer(CONFIG, extractor)


def test_paths_and_arrays_give_the_same_results(stylizer, photo_pair, tmp_path):
    content, style = (np.rint(255 * image) / np.float32(255) for image in photo_pair[:2])
    content, style = content.astype(np.float32), style.astype(np.float32)
    for name, image in (("content", content), ("style", style)):
        images.write_image(tmp_path / f"{name}.png", image)
    jobs = [
        (content, style),
        {"content_image": tmp_path / "content.png", "style_image": str(tmp_path / "style.png")},
    ]
    dataset = dpst.pair_dataset(jobs, stylizer)
    assert isinstance(dataset, tf.data.Dataset)
    first, second = dataset.as_numpy_iterator()
    np.testing.assert_array_equal(first["content_image"], content)
    np.testing.assert_array_equal(first["style_image"], style)
    np.testing.assert_array_equal(first["output_image"], second["output_image"])
    expected = stylizer(content, style)
    np.testing.assert_array_equal(first["output_image"], expected.output_image)
    assert first["metrics"]["ssim"] == pytest.approx(expected.metrics.ssim)


def test_name_is_the_function_however_often_it_is_asked_for():
    # A module of that name would take its place in the package as soon as it is imported.
    assert callable(dpst.pair_dataset) and callable(dpst.pair_dataset)


def test_label_maps_are_read_from_files(photo_pair, tmp_path, extractor):
    content, style, *labels = photo_pair
    paths = []
    for name, values in zip(("content", "style"), labels, strict=True):
        paths.append(tmp_path / f"{name}_labels.png")
        images.write_image(paths[-1], np.eye(3, dtype=np.float32)[values])
    stylizer = dpst.Stylizer(dpst.TransferConfig(max_evaluations=2), extractor)
    (pair,) = dpst.pair_dataset([(content, style, *paths)], stylizer).as_numpy_iterator()
    colors = [np.uint8(255) * np.eye(3, dtype=np.uint8)[values] for values in labels]
    expected = stylizer(content, style, *colors)
    np.testing.assert_array_equal(pair["output_image"], expected.output_image)


def test_results_are_made_as_they_are_asked_for_and_mix_with_other_steps(photo_pair, extractor):
    made = []

    class Counting(dpst.Stylizer):
        def __call__(self, content_image, *arguments, **options):
            made.append(content_image.shape)
            return super().__call__(content_image, *arguments, **options)

    small = [images.resize(image, (40, 40)) for image in photo_pair[:2]]
    jobs = [photo_pair[:2], small, photo_pair[:2], photo_pair[:2], photo_pair[:2]]
    dataset = dpst.pair_dataset(jobs, Counting(CONFIG, extractor))
    sizes = dataset.map(lambda pair: tf.shape(pair["output_image"])).take(2)
    assert [tuple(size) for size in sizes.as_numpy_iterator()] == [(48, 64, 3), (40, 40, 3)]
    assert len(made) == 2
    assert len(list(dataset)) == 5  # from the start again


def test_iterator_of_jobs_is_read_once(stylizer, photo_pair):
    dataset = dpst.pair_dataset(iter([photo_pair[:2]]), stylizer)
    assert len(list(dataset)) == 1
    assert len(list(dataset)) == 0


@pytest.mark.parametrize(
    ("job", "error", "message"),
    [
        (("a.jpg",), ValueError, "job 1 lacks 'style_image'"),
        ({"content_image": "a", "style": "b"}, ValueError, "job 1 lacks 'style_image'"),
        (
            {"content_image": "a", "style_image": "b", "c": "d"},
            ValueError,
            "job 1 has the unknown key 'c', its keys must be of content_image, ",
        ),
        ("a.jpg", ValueError, "job 1 is a str, must be a mapping or a tuple of at most 4 items"),
        (("no.jpg", "b.jpg"), FileNotFoundError, "content_image 'no.jpg' of job 1 does not exist"),
    ],
)
def test_wrong_job_is_an_error_at_once(stylizer, photo_pair, job, error, message):
    with pytest.raises(error, match=message):
        dpst.pair_dataset([photo_pair[:2], job], stylizer)


def test_error_in_a_job_is_raised_in_its_turn(stylizer, photo_pair):
    dataset = dpst.pair_dataset([photo_pair[:2], (photo_pair[0][0], photo_pair[1])], stylizer)
    iterator = iter(dataset)
    next(iterator)
    with pytest.raises(tf.errors.OpError, match="content_image has shape"):
        next(iterator)


def test_job_with_several_styles_is_an_error_at_once(stylizer, photo_pair):
    content, style = photo_pair[:2]
    with pytest.raises(ValueError, match="job 0 has a list of style images"):
        dpst.pair_dataset([(content, [style, style])], stylizer)


def test_bytes_and_pillow_images_give_what_floats_give(stylizer, photo_pair):
    content, style = ((255 * image).round().astype(np.uint8) for image in photo_pair[:2])
    jobs = [
        (content / np.float32(255), style / np.float32(255)),
        (content, Image.fromarray(style)),
    ]
    floats, others = dpst.pair_dataset(jobs, stylizer).as_numpy_iterator()
    for name in ("content_image", "style_image", "output_image"):
        np.testing.assert_allclose(others[name], floats[name], atol=1e-6)
