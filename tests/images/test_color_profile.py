"""ICC profiles, against ImageCms (LittleCMS)."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from dpst.images.color_profile import (
    color_space,
    convert_to_srgb,
    linear_to_srgb,
    parse_profile,
    srgb_profile,
    srgb_to_linear,
)
from tests.oracles import icc_profiles as icc

RAMP = np.linspace(0, 1, 1024)
PROFILES = {
    "Display P3": icc.rgb_profile(),
    "Adobe RGB": icc.rgb_profile(icc.ADOBE_RGB, icc.gamma(2.2)),
    "ProPhoto": icc.rgb_profile(icc.PROPHOTO, icc.gamma(1.8)),
    "linear": icc.rgb_profile(icc.ADOBE_RGB, b"curv" + bytes(8)),
    "table": icc.rgb_profile(icc.DISPLAY_P3, icc.table(RAMP**2.2)),
    "parametric 0": icc.rgb_profile(icc.DISPLAY_P3, icc.parametric(0, 2.2)),
    "parametric 1": icc.rgb_profile(icc.DISPLAY_P3, icc.parametric(1, 2.2, 0.9, 0.1)),
    "parametric 2": icc.rgb_profile(icc.DISPLAY_P3, icc.parametric(2, 2.2, 0.9, 0.05, 0.02)),
    "parametric 4": icc.rgb_profile(
        icc.DISPLAY_P3, icc.parametric(4, 2.4, 0.9, 0.1, 0.1, 0.05, 0.002, 0.0)
    ),
    "sRGB": srgb_profile(),
}


def colors(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def by_image_cms(pixels: np.ndarray, profile: bytes) -> np.ndarray:
    converted = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    return np.asarray(converted) / 255.0


@pytest.mark.parametrize("name", PROFILES)
def test_srgb_values_are_those_of_image_cms(name: str) -> None:
    profile = parse_profile(PROFILES[name])
    assert profile is not None
    found = profile.to_srgb(colors().astype(np.float32) / 255)
    assert found.dtype == np.float32
    expected = by_image_cms(colors(), PROFILES[name])
    # Out of gamut both clip at last, so that they compare. LittleCMS rounds in 8 bits.
    np.testing.assert_allclose(found.clip(0, 1), expected, atol=2.5 / 255)
    assert np.abs(found.clip(0, 1) - expected).mean() < 0.5 / 255


@pytest.mark.parametrize("name", PROFILES)
def test_the_way_there_and_back_keeps_16_bit_values(name: str) -> None:
    profile = parse_profile(PROFILES[name])
    assert profile is not None
    values = np.random.default_rng(0).random((100, 100, 3), np.float32)
    if name in ("parametric 2", "parametric 4", "table"):
        values = 0.1 + 0.8 * values  # Their darkest or lightest values are all one.
    back = profile.from_srgb(profile.to_srgb(values))
    # A plain power has no slope at black, where float32 light tells few values apart.
    np.testing.assert_allclose(back, values, atol=0.1 / 255)
    np.testing.assert_allclose(back[values > 0.01], values[values > 0.01], atol=0.5 / 65535)


def test_transfer_function_is_its_own_inverse_and_mirrored() -> None:
    values = np.linspace(-1.5, 1.5, 3001)
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(values)), values, atol=1e-4)
    np.testing.assert_allclose(srgb_to_linear(-values), -srgb_to_linear(values))
    assert srgb_to_linear(np.array(0.5)) == pytest.approx(0.21404, abs=1e-5)


def test_colors_beyond_srgb_are_kept_apart() -> None:
    profile = parse_profile(PROFILES["Display P3"])
    assert profile is not None
    red = profile.to_srgb(np.array([[1.0, 0.0, 0.0]], np.float32))
    np.testing.assert_allclose(red, [[1.0930, -0.2267, -0.1501]], atol=2e-3)


def test_srgb_is_told_from_others() -> None:
    for name, data in PROFILES.items():
        profile = parse_profile(data)
        assert profile is not None
        assert profile.is_srgb == (name == "sRGB"), name


def test_grey_profile_is_its_curve() -> None:
    profile = parse_profile(icc.grey_profile(icc.gamma(1.8)))
    assert profile is not None
    found = profile.to_srgb(np.full((1, 3), 0.5, np.float32))
    np.testing.assert_allclose(found, linear_to_srgb(np.full((1, 3), 0.5**1.8)), atol=1e-3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        bytes(200),
        PROFILES["Display P3"][:140],
        PROFILES["Display P3"][:-90],
        PROFILES["Display P3"].replace(b"rTRC", b"A2B0"),
        icc.rgb_profile(tones=b"none" + bytes(20)),
        icc.rgb_profile(tones=icc.parametric(1, 2.2, 0.0, 0.1)),
        icc.rgb_profile(tones=icc.parametric(9, 2.2)),
        icc.rgb_profile(primaries=((1, 1, 1), (1, 1, 1), (1, 1, 1))),
    ],
)
def test_profile_of_another_kind_or_damaged_is_none(data: bytes) -> None:
    assert parse_profile(data) is None


def test_color_space_is_that_of_the_header() -> None:
    assert color_space(srgb_profile()) == "RGB"
    assert color_space(icc.grey_profile(icc.gamma(2.2))) == "GRAY"
    assert color_space(b"no profile") == ""


def test_own_srgb_profile_is_the_same_at_every_call_and_valid() -> None:
    assert srgb_profile() == srgb_profile()
    np.testing.assert_allclose(by_image_cms(colors(), srgb_profile()), colors() / 255, atol=1 / 255)


def test_conversion_by_a_damaged_or_unfit_profile_is_pillows_own() -> None:
    image = Image.new("CMYK", (4, 4), (10, 20, 30, 40))
    for profile in (b"damaged", srgb_profile()):
        assert np.array_equal(convert_to_srgb(image, profile), image.convert("RGB"))
