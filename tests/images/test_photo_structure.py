"""JPEG, WebP, HEIF and AVIF files of every structure that Pillow and pillow-heif write."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, features

from dpst import images
from tests.oracles import icc_profiles as icc

H, W = 34, 46
ORIENTATION = 0x0112
P3 = icc.rgb_profile()
SRGB = ImageCms.createProfile("sRGB")


def smooth(count: int) -> np.ndarray:
    """Colours that a lossy format keeps, different in each channel and corner."""
    y, x = np.mgrid[0 : 1 : H * 1j, 0 : 1 : W * 1j]
    planes = [x, y, (x + y) / 2, 0.2 + 0.6 * x * y][:count]
    return (30 + 190 * np.stack(planes, -1)).round().astype(np.uint8)


def upright(values: np.ndarray, orientation: int) -> np.ndarray:
    """What a viewer shows, by the table of the EXIF standard."""
    flips = {2: "h", 3: "hv", 4: "v", 5: "t", 6: "th", 7: "thv", 8: "tv"}
    for step in flips.get(orientation, ""):
        if step == "t":
            values = values.swapaxes(0, 1)
        else:
            values = values[:, ::-1] if step == "h" else values[::-1]
    return values


def encoded(image: Image.Image, kind: str, orientation: int, profile: bytes) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    extra = {"exif": exif.tobytes(), **({"icc_profile": profile} if profile else {})}
    file = io.BytesIO()
    if kind == "heif":
        heif = pillow_heif.from_pillow(image)
        heif.save(file, quality=-1, chroma=444, matrix_coefficients=0, **extra)
    elif kind == "webp":
        image.save(file, "WEBP", lossless=True, exact=True, **extra)
    else:
        image.save(file, kind.upper(), quality=98, subsampling="4:4:4", **extra)
    return file.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["jpeg", "webp", "heif"]),
    mode=st.sampled_from(["L", "RGB", "RGBA"]),
    orientation=st.integers(1, 8),
    has_profile=st.booleans(),
    name=st.sampled_from(["a.jpg", "a.webp", "a.heic", "a.png"]),
)
def test_what_is_read_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    mode: str,
    orientation: int,
    has_profile: bool,
    name: str,
) -> None:
    if kind == "jpeg" and mode == "RGBA":
        mode = "RGB"
    if kind == "heif":
        orientation = 1  # of which the container tells, by other means: below
    values = smooth(len(mode))
    image = Image.fromarray(values[..., 0] if mode == "L" else values)
    profile = P3 if has_profile and mode != "L" else b""
    path = tmp_path_factory.mktemp("structure") / name
    path.write_bytes(encoded(image, kind, orientation, profile))
    photo = images.read_photo(path)
    shown = upright(values, orientation)
    expected = np.broadcast_to(shown[..., :1], (*shown.shape[:2], 3)) if mode == "L" else shown
    tolerance = 4 if kind == "jpeg" else 1
    np.testing.assert_allclose(
        photo.pixels.astype(int), expected[..., :3].astype(int), atol=tolerance
    )
    assert photo.profile == profile
    if profile:
        shown_colors = Image.fromarray(np.ascontiguousarray(photo.pixels))
        in_srgb = ImageCms.profileToProfile(shown_colors, io.BytesIO(P3), SRGB)
        opaque = photo if photo.alpha is None else dataclasses.replace(photo, alpha=None)
        np.testing.assert_allclose(opaque.image() * 255, np.asarray(in_srgb, float), atol=2)
    if mode == "RGBA":
        assert photo.alpha is not None
        np.testing.assert_array_equal(photo.alpha, expected[..., 3])
    else:
        assert photo.alpha is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_heif(tmp_path, orientation: int) -> None:
    values = smooth(3)
    image = Image.fromarray(values)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    file = io.BytesIO()
    image.info["exif"] = exif.tobytes()
    pillow_heif.from_pillow(image).save(file, quality=-1, chroma=444, matrix_coefficients=0)
    path = tmp_path / "a.heic"
    path.write_bytes(file.getvalue())
    shown = np.asarray(pillow_heif.open_heif(path, convert_hdr_to_8bit=True).to_pillow())
    photo = images.read_photo(path)
    np.testing.assert_allclose(photo.pixels.astype(int), shown.astype(int), atol=1)


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow reads no AVIF")
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_avif(tmp_path, mode: str) -> None:
    values = smooth(len(mode))
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(Image.fromarray(values), "avif", 1, P3))
    photo = images.read_photo(path)
    np.testing.assert_allclose(photo.pixels.astype(int), values[..., :3].astype(int), atol=6)
    assert photo.profile == P3
    assert (photo.alpha is not None) == (mode == "RGBA")


@pytest.mark.parametrize("adobe", [True, False])
def test_cmyk_jpeg_agrees_with_pillow_or_is_refused(tmp_path, adobe: bool) -> None:
    path = tmp_path / "a.jpg"
    image = Image.fromarray(smooth(4), "CMYK")
    image.save(path, "JPEG", quality=98, subsampling="4:4:4")
    if not adobe:
        data = path.read_bytes()
        start = data.find(b"\xff\xee")
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        path.write_bytes(data[:start] + data[start + 2 + length :] if start > 0 else data)
    try:
        photo = images.read_photo(path)
    except ValueError as error:
        assert "CMYK" in str(error) and "\n" not in str(error)
        return
    expected = np.asarray(Image.open(path).convert("RGB"))
    np.testing.assert_allclose(photo.pixels.astype(int), expected.astype(int), atol=3)
