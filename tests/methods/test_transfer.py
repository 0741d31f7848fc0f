import dataclasses
import io
import sys
import types

import numpy as np
import pytest
from PIL import Image

import dpst
from dpst import images
from dpst.methods import measure_output
from dpst.segmentation import decode_label_maps, pair_segments
from tests.conftest import REPOSITORY

CONFIG = dpst.TransferConfig(max_evaluations=8)


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


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("method", ["photo", "artistic", "semantic"])
@pytest.mark.parametrize("is_content_grey", [False, True])
def test_grey_style_leaves_no_tint(extractor, photo_pair, method, is_content_grey, optimizer):
    grey = [np.repeat(image.mean(-1, keepdims=True), 3, -1) for image in photo_pair[:2]]
    content = grey[0] if is_content_grey else photo_pair[0]
    config = dpst.TransferConfig(method=method, max_evaluations=8, optimizer=optimizer)
    result = dpst.stylize(content, grey[1], extractor=extractor, config=config)
    assert result.output_image.std() > 0.01
    np.testing.assert_array_equal(result.output_image, result.output_image[..., :1].repeat(3, -1))


@pytest.mark.parametrize("noise", [0.0, 1 / 255])
@pytest.mark.parametrize("name", ["content_image", "style_image"])
def test_photo_of_a_single_color_is_refused(extractor, photo_pair, name, noise):
    flat = np.full((48, 64, 3), (0.8, 0.2, 0), np.float32)
    flat += noise * np.random.default_rng(0).standard_normal((48, 64, 1)).astype(np.float32)
    pair = {"content_image": photo_pair[0], "style_image": photo_pair[1], name: flat.clip(0, 1)}
    with pytest.raises(
        ValueError, match=rf"{name} has the single colour RGB \(204, 51, .*contrast"
    ):
        dpst.stylize(**pair, extractor=extractor, config=CONFIG)


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


def test_photos_of_nearly_one_shape_share_their_traces(extractor, photo_pair, traces):
    config = dpst.TransferConfig(max_evaluations=1, solve_size=192, segmentation="none")
    counts = []
    for size in ((141, 192), (148, 192), (440, 576)):
        content, style = (images.resize(image, size) for image in photo_pair[:2])
        result = dpst.stylize(content, style, extractor=extractor, config=config)
        assert result.output_image.shape == content.shape
        counts.append(len(traces))
    assert counts[0] == counts[1] == counts[2]


@pytest.mark.parametrize("init", ["content", "color_matched", "noise", "style"])
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


def test_policy_of_the_settings_decides_about_orphans(extractor, photo_pair):
    content, style, content_labels, style_labels = photo_pair
    labels = content_labels.copy()
    labels[:, :20] = 2
    config = dpst.TransferConfig(max_evaluations=2, orphan_policy="merge")
    result = dpst.stylize(content, style, labels, style_labels, extractor, config)
    assert [row.finding for row in result.segments] == ["", "", "orphan"]
    assert "joins segment" in result.segments[2].action
    config = dpst.TransferConfig(orphan_policy="error")
    with pytest.raises(ValueError, match="content labels 2 are missing"):
        dpst.stylize(content, style, labels, style_labels, extractor, config)


def test_segmentation_none_leaves_label_maps_aside(extractor, photo_pair):
    config = dpst.TransferConfig(max_evaluations=2, segmentation="none")
    result = dpst.stylize(*photo_pair, extractor, config)
    assert [row.label for row in result.segments] == ["all"]


def test_without_label_maps_segments_are_found_in_both_images(extractor, photo_pair):
    content, style = photo_pair[:2]
    config = dpst.TransferConfig(max_evaluations=2, num_segments=3)
    result = dpst.stylize(content, style, extractor=extractor, config=config)
    assert 2 <= len(result.segments) <= 3
    for row in result.segments:
        assert row.content_share > 0 and row.style_share > 0
        assert row.action == f"takes label {row.label}"


def test_segmentation_auto_leaves_label_maps_aside(extractor, photo_pair):
    config = dpst.TransferConfig(max_evaluations=2, segmentation="auto")
    result = dpst.stylize(*photo_pair, extractor, config)
    found = dpst.stylize(*photo_pair[:2], extractor=extractor, config=config)
    assert result.segments == found.segments
    assert {row.label for row in result.segments}.isdisjoint({"0", "1"})


def test_metrics_are_those_of_measure_at_the_content_images_size(extractor, photo_pair):
    content, style, content_labels, style_labels = photo_pair
    result = dpst.stylize(content, style, content_labels, style_labels, extractor, CONFIG)
    maps = decode_label_maps(content_labels, style_labels, content.shape[:2], style.shape[:2])
    pairing = pair_segments(*maps, content, style)
    expected = dpst.metrics.measure(
        content,
        style,
        result.output_image,
        extractor.arrays,
        pairing.content_labels,
        pairing.style_labels,
        pairing.style_index,
        extractor.style_layers,
        extractor.content_layers,
    )
    assert dataclasses.asdict(result.metrics) == pytest.approx(
        dataclasses.asdict(expected), rel=1e-6
    )


def test_metrics_of_the_sample_tell_a_transfer_from_none(extractor):
    content, style = (images.read_image(REPOSITORY / f"data/{n}.jpg") for n in ("content", "style"))
    # Small and short, so with more room for the style than a photo should have.
    config = dpst.TransferConfig(
        solve_size=64,
        max_evaluations=15,
        init="content",
        segmentation="none",
        photorealism_weight=4.0,
        structure_weight=0.05,
    )
    done = dpst.stylize(content, style, extractor=extractor, config=config)
    none = dpst.stylize(
        content, style, extractor=extractor, config=config, callback=lambda progress: True
    )
    assert none.metrics.ssim > 0.99 and none.metrics.content_distance < 0.01
    assert 0.3 < done.metrics.ssim < none.metrics.ssim
    assert 0.3 < done.metrics.edge_ssim < none.metrics.edge_ssim
    assert 0 < done.metrics.matting_energy < 1e-2
    for name in ("color_distance", "gram_distance", "statistics_distance"):
        assert 0 < getattr(done.metrics, name) < 0.8 * getattr(none.metrics, name)


def test_metrics_hardly_depend_on_the_size_that_the_map_is_applied_at(extractor, photo_pair):
    content, style = (images.resize(image, (192, 256)) for image in photo_pair[:2])
    full, small = (
        dpst.stylize(
            content,
            style,
            *(np.repeat(np.repeat(labels, 4, 0), 4, 1) for labels in photo_pair[2:]),
            extractor,
            dpst.TransferConfig(max_evaluations=5, solve_size=64, full_resolution=is_full),
        ).metrics
        for is_full in (True, False)
    )
    for name in ("ssim", "edge_ssim", "statistics_distance", "content_distance"):
        assert getattr(full, name) == pytest.approx(getattr(small, name), abs=0.02)


def test_segments_too_small_to_compare_have_no_distance_from_the_style(extractor, photo_pair):
    content, style = (image[:32, :32] for image in photo_pair[:2])
    labels = np.repeat(np.arange(6), [5, 5, 5, 5, 6, 6])[:, None] * np.ones((1, 32), int)
    stop = lambda progress: True  # noqa: E731
    metrics = dpst.stylize(content, style, labels, labels, extractor, CONFIG, stop).metrics
    assert np.isnan([metrics.color_distance, metrics.gram_distance]).all()
    assert np.isnan(metrics.statistics_distance)
    assert 0 < metrics.ssim <= 1 and np.isfinite(metrics.content_distance)


def test_strip_below_a_window_at_the_solve_size_is_solved_and_measured_wider(extractor):
    rng = np.random.default_rng(0)
    content, style = rng.random((32, 400, 3), np.float32), rng.random((64, 64, 3), np.float32)
    config = dpst.TransferConfig(max_evaluations=2, solve_size=200)
    metrics = dpst.stylize(content, style, extractor=extractor, config=config).metrics
    assert np.isfinite(dataclasses.astuple(metrics)).all()


def test_interrupt_while_measuring_does_not_cost_the_output(extractor, photo_pair, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(measure_output, "measure", interrupt)
    result = dpst.stylize(*photo_pair, extractor, CONFIG)
    assert result.output_image.shape == photo_pair[0].shape
    assert np.isnan(dataclasses.astuple(result.metrics)).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"content_image": np.zeros((48, 64), np.float32)}, "content_image has shape"),
        ({"style_image": np.zeros((48, 64, 3), np.int64)}, "style_image has dtype int64"),
        ({"style_image": []}, "style_image is an empty list"),
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


def test_result_shows_itself_in_a_notebook(extractor, photo_pair):
    result = dpst.stylize(*photo_pair[:2], extractor=extractor, config=CONFIG)
    shown = Image.open(io.BytesIO(result._repr_png_()))
    np.testing.assert_array_equal(np.asarray(shown), (255 * result.output_image).round())
    assert result.is_complete


def test_transfer_shows_a_bar_in_a_notebook_only(extractor, photo_pair, monkeypatch, capsys):
    shell = type("ZMQInteractiveShell", (), {})()
    kernel = types.SimpleNamespace(get_ipython=lambda: shell)
    dpst.stylize(*photo_pair[:2], extractor=extractor, config=CONFIG)
    assert capsys.readouterr().out == ""
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    dpst.stylize(*photo_pair[:2], extractor=extractor, config=CONFIG)
    out = capsys.readouterr().out
    assert "█" in out and "░" in out and "evaluation" in out and "\n" not in out
