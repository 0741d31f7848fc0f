"""The artistic method from end to end, on small images."""

import numpy as np
import pytest

import dpst
from dpst.callbacks import LossRecord
from dpst.config import MULTI_STYLES, TransferConfig
from dpst.optimizers import StopReason
from dpst.solving.levels import plan_painting


@pytest.fixture(scope="module")
def photo():
    y, x = np.mgrid[:48, :64] / 64.0
    return np.stack([x, y, 0.5 + 0.3 * np.sin(9 * x) * np.cos(7 * y)], -1).astype(np.float32)


@pytest.fixture(scope="module")
def paintings():
    y, x = np.mgrid[:56, :48] / 48.0
    waves = 0.1 * np.sin(20 * (x + y))[..., None]
    dark, light = (np.clip(color + waves, 0, 1) for color in ([0.3, 0.1, 0.05], [0.7, 0.9, 0.95]))
    return [dark.astype(np.float32), light[:40].astype(np.float32)]


@pytest.fixture(scope="module")
def halves():
    return np.repeat([[0, 1]], 48, 0).repeat(32, 1)


def _warmth(image):
    """How much more red than blue there is: of the dark painting much, of the light one little."""
    return float((image[..., 0] - image[..., 2]).mean())


def _paint(photo, style, extractor, content_labels=None, style_labels=None, **settings):
    config = TransferConfig(method="artistic", **{"max_evaluations": 50, **settings})
    return dpst.stylize(photo, style, content_labels, style_labels, extractor, config)


@pytest.fixture(scope="module")
def plain(photo, paintings, extractor):
    """The photo in the first style."""
    return _paint(photo, paintings[0], extractor)


def test_levels_lie_a_constant_factor_apart_and_coarse_ones_have_more_evaluations():
    levels = plan_painting((768, 1024), 512, 60)
    assert [level.size for level in levels] == [(118, 158), (213, 284), (384, 512)]
    assert [level.max_evaluations for level in levels] == [120, 96, 60]


def test_small_image_has_one_level():
    assert [level.size for level in plan_painting((48, 64), 512, 60)] == [(48, 64)]


def test_narrow_image_keeps_all_levels_above_the_smallest_side():
    assert [level.size for level in plan_painting((40, 700), 700, 10)] == [(40, 700)]


def test_painting_takes_the_styles_colors_and_has_the_photos_size(
    photo, paintings, extractor, plain
):
    dark, light = plain.output_image, _paint(photo, paintings[1], extractor).output_image
    assert dark.shape == light.shape == photo.shape
    assert dark.mean() < photo.mean() < light.mean()


def test_same_seed_gives_the_same_picture(photo, paintings, extractor):
    first, again, other = (
        _paint(
            photo, paintings[0], extractor, init="noise", seed=seed, max_evaluations=15
        ).output_image
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_content_is_reconstructed_from_noise_without_a_style_weight(photo, paintings, extractor):
    distances = [
        np.abs(
            _paint(
                photo,
                paintings[0],
                extractor,
                style_weight=0.0,
                content_layers="relu1_1",
                init="noise",
                max_evaluations=evaluations,
            ).output_image
            - photo
        ).mean()
        for evaluations in (1, 80)
    ]
    assert distances[1] < 0.5 * distances[0]


def test_nothing_to_paint_is_an_error(photo, paintings, extractor):
    with pytest.raises(ValueError, match="content_weight and style_weight are both 0"):
        _paint(photo, paintings[0], extractor, content_weight=0.0, style_weight=0.0)


@pytest.mark.parametrize("multi_style", ["", *MULTI_STYLES])
def test_two_styles_meet_on_two_segments(photo, paintings, extractor, halves, multi_style):
    result = _paint(photo, paintings, extractor, halves, multi_style=multi_style)
    output = result.output_image
    assert np.isfinite(output).all()
    if multi_style != "blend":
        assert _warmth(output[:, :24]) > _warmth(photo[:, :24]) + 0.1
        assert _warmth(output[:, 40:]) < _warmth(photo[:, 40:]) - 0.1
    assert len(result.segments) == 2
    assert np.isnan(result.metrics.color_distance) and 0 < result.metrics.edge_ssim <= 1


def test_styles_find_their_labels(photo, paintings, extractor, halves):
    maps = [np.full(image.shape[:2], label) for label, image in zip((1, 0), paintings, strict=True)]
    output, swapped = (
        _paint(photo, paintings, extractor, labels, maps, max_evaluations=70).output_image
        for labels in (halves, 1 - halves)
    )
    assert _warmth(output[:, :24]) < _warmth(swapped[:, :24]) - 0.2
    assert _warmth(output[:, 40:]) > _warmth(swapped[:, 40:]) + 0.2


def test_composite_on_one_segment_is_a_plain_run(photo, paintings, extractor, plain):
    labels = np.zeros(photo.shape[:2], int)
    composite = _paint(photo, paintings[0], extractor, labels, multi_style="composite")
    np.testing.assert_allclose(composite.output_image, plain.output_image, atol=1e-6)
    assert composite.history == plain.history


def test_blend_with_one_share_is_a_plain_run(photo, paintings, extractor):
    plain = _paint(photo, paintings[1], extractor, max_evaluations=15)
    blend = _paint(photo, paintings, extractor, style_blend="0,1", max_evaluations=15)
    np.testing.assert_allclose(blend.output_image, plain.output_image, atol=1e-6)


@pytest.mark.parametrize("multi_style", MULTI_STYLES)
def test_kept_segment_is_the_photo_itself(photo, paintings, extractor, halves, multi_style):
    result = _paint(
        photo,
        paintings[0],
        extractor,
        halves,
        segment_map="1=none",
        multi_style=multi_style,
        max_evaluations=40,
    )
    np.testing.assert_array_equal(result.output_image[:, 32:], photo[:, 32:])
    assert _warmth(result.output_image[:, :24]) > _warmth(photo[:, :24]) + 0.1


def test_photorealism_keeps_edges(photo, paintings, extractor):
    painted, held = (
        _paint(photo, paintings[1], extractor, photorealism_weight=weight, max_evaluations=15)
        for weight in (0.0, 1000.0)
    )
    assert held.metrics.matting_energy < 0.2 * painted.metrics.matting_energy


@pytest.mark.parametrize("preserve_color", ["luminance", "matched"])
def test_colors_are_preserved(photo, paintings, extractor, plain, preserve_color):
    def color(image):
        return image.mean((0, 1)) - image.mean()

    preserved = _paint(photo, paintings[0], extractor, preserve_color=preserve_color)
    distances = [np.abs(color(r.output_image) - color(photo)).max() for r in (plain, preserved)]
    assert distances[1] < 0.7 * distances[0]


def test_callback_stops_after_the_first_level_of_a_composite(photo, paintings, extractor, halves):
    config = TransferConfig(method="artistic", multi_style="composite", max_evaluations=20)
    result = dpst.stylize(
        photo, paintings, halves, None, extractor, config, lambda p: p.evaluations > 0
    )
    assert result.stop_reason is StopReason.INTERRUPTED
    assert len(result.history) == 1
    assert np.isfinite(result.output_image).all()


def test_locality_is_told_beside_the_terms_and_is_not_minimized(
    photo, paintings, extractor, halves
):
    config = TransferConfig(method="artistic", multi_style="locality", max_evaluations=5)
    record = LossRecord()
    dpst.stylize(photo, paintings, halves, None, extractor, config, callbacks=[record])
    row = record.rows[-1]
    assert row["loss"] == pytest.approx(row["style"] + row["content"] + row["gamut"], rel=1e-4)
    assert 0 < row["locality"] < 1


@pytest.mark.parametrize(
    ("num_styles", "labels", "settings", "message"),
    [
        (2, None, {"multi_style": "localized"}, "'localized' and there are no content_labels"),
        (2, None, {"segment_map": "0=1"}, "segment_map is '0=1' and there are no content_labels"),
        (2, None, {"style_blend": "1"}, "1 numbers, it must have 2"),
        (2, None, {"style_blend": "0,0"}, "with a sum above 0"),
        (2, True, {"style_blend": "1,2"}, "'1,2' and there are content_labels"),
        (3, True, {}, "2 content labels .* 3 style images"),
        (2, None, {"segmentation": "auto"}, "2 style images and segmentation is 'auto'"),
        (2, None, {"method": "photo"}, "2 style images and method is 'photo'"),
    ],
)
def test_styles_and_settings_that_do_not_fit_are_clear_errors(
    photo, paintings, extractor, halves, num_styles, labels, settings, message
):
    config = TransferConfig(**{"method": "artistic", **settings})
    styles = (paintings * 2)[:num_styles]
    with pytest.raises(ValueError, match=message):
        dpst.stylize(photo, styles, halves if labels else None, None, extractor, config)


def test_label_maps_must_be_as_many_as_styles(photo, paintings, extractor, halves):
    with pytest.raises(ValueError, match="1 style_labels and 2 style images"):
        _paint(photo, paintings, extractor, halves, [halves])
