"""Files that other libraries wrote: the right value, or refused by name."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dpst import images
from tests.oracles import icc_profiles as icc

H, W = 40, 48
P3 = icc.rgb_profile()
THUMBNAIL = np.zeros((H // 2, W // 2, 3), np.uint8)
DEPTHS = [np.uint8, np.uint16, np.float32]


def samples(dtype: type, count: int = 3) -> np.ndarray:
    values = np.random.default_rng(1).uniform(0.1, 0.9, (H, W, count))
    top = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    return (values * top).astype(dtype)


def unit(values: np.ndarray) -> np.ndarray:
    return values / (1.0 if values.dtype.kind == "f" else np.iinfo(values.dtype).max)


def read(path: Path) -> np.ndarray:
    photo = images.read_photo(path)
    return unit(photo.pixels)


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_planes(tmp_path: Path, dtype: type, compression: str, planes: str) -> None:
    a = samples(dtype)
    stored = a.transpose(2, 0, 1) if planes == "separate" else a
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, stored, photometric="rgb", planarconfig=planes, compression=compression)
    np.testing.assert_allclose(read(path), unit(a), atol=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_is_zero(tmp_path: Path, dtype: type) -> None:
    g = samples(dtype, 1)[..., 0]
    tifffile.imwrite(tmp_path / "w.tif", np.iinfo(dtype).max - g, photometric="miniswhite")
    np.testing.assert_allclose(read(tmp_path / "w.tif")[..., 0], unit(g), atol=1e-6)
    np.testing.assert_allclose(images.decode_image(tmp_path / "w.tif")[..., 0], unit(g), atol=1e-6)


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("kind", ["assocalpha", "unassalpha"])
def test_alpha(tmp_path: Path, dtype: type, kind: str) -> None:
    a = samples(dtype)
    half = 0.5 if dtype == np.float32 else np.iinfo(dtype).max // 2
    al = np.full((H, W, 1), half, dtype)
    stored = (a * float(unit(al)[0, 0, 0])).astype(dtype) if kind == "assocalpha" else a
    path = tmp_path / "t.tif"
    tifffile.imwrite(path, np.concatenate([stored, al], 2), photometric="rgb", extrasamples=[kind])
    photo = images.read_photo(path)
    np.testing.assert_allclose(unit(photo.pixels), unit(a), atol=0.009)
    np.testing.assert_array_equal(photo.alpha, al[..., 0])


def test_grey_32_bit_above_the_sign_bit(tmp_path: Path) -> None:
    g = samples(np.uint16, 1)[..., 0]
    tifffile.imwrite(tmp_path / "g.tif", g.astype(np.uint32) * 65537)
    np.testing.assert_allclose(read(tmp_path / "g.tif")[..., 1], unit(g), atol=1e-6)


def test_largest_page_is_read_with_a_note(tmp_path: Path) -> None:
    a = samples(np.uint16)
    with tifffile.TiffWriter(tmp_path / "p.tif") as file:
        file.write(a[:33, :33] // 2, photometric="rgb")
        file.write(a, photometric="rgb")
    photo = images.read_photo(tmp_path / "p.tif")
    np.testing.assert_array_equal(photo.pixels, a)
    assert len(photo.notes) == 1 and "2 pictures" in photo.notes[0]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(path: Path, name: bytes, data: bytes) -> Path:
    old = path.read_bytes()
    path.write_bytes(old[:33] + chunk(name, data) + old[33:])
    return path


def test_16_bit_grey_png_keeps_its_transparent_grey(tmp_path: Path) -> None:
    g = samples(np.uint16, 1)[..., 0]
    g[:20] = 12345
    Image.fromarray(g).save(tmp_path / "g.png")
    photo = images.read_photo(with_chunk(tmp_path / "g.png", b"tRNS", struct.pack(">H", 12345)))
    np.testing.assert_array_equal(photo.alpha == 0, g == 12345)


def test_gamma_of_png(tmp_path: Path) -> None:
    a = samples(np.uint8)
    Image.fromarray(a).save(tmp_path / "g.png")
    path = with_chunk(tmp_path / "g.png", b"gAMA", struct.pack(">I", 100000))
    light = a / 255
    expected = np.where(light < 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(images.read_image(path), expected, atol=2e-3)
    assert images.read_photo(path).profile


def test_cicp_of_display_p3_and_of_hdr(tmp_path: Path) -> None:
    Image.new("RGB", (W, H), (255, 0, 0)).save(tmp_path / "p.png")
    photo = images.read_photo(with_chunk(tmp_path / "p.png", b"cICP", bytes([12, 13, 0, 1])))
    red = photo.to_srgb(photo.pixels)[0, 0]
    np.testing.assert_allclose(red, [1.0930, -0.2267, -0.1501], atol=2e-3)
    Image.new("RGB", (W, H), (255, 0, 0)).save(tmp_path / "h.png")
    with pytest.raises(ValueError, match="PQ"):
        images.read_photo(with_chunk(tmp_path / "h.png", b"cICP", bytes([9, 16, 0, 1])))


def test_adobe_rgb_told_by_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 65535
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    Image.new("RGB", (W, H), (100, 200, 100)).save(tmp_path / "a.jpg", exif=exif, quality=100)
    photo = images.read_photo(tmp_path / "a.jpg")
    assert photo.profile
    red, green, _ = photo.to_srgb(photo.pixels)[0, 0]
    assert red < 0.2 and green > 0.77


def test_kind_is_judged_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    Image.fromarray(samples(np.uint8)).save(tmp_path / "a.heic", format="JPEG")
    assert images.read_photo(tmp_path / "a.heic").size == (H, W)


def test_camera_raw_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "rawpy", None)
    tifffile.imwrite(tmp_path / "a.dng", samples(np.uint8), photometric="rgb")
    with pytest.raises(ValueError, match=r"camera raw file.*\[raw\]"):
        images.read_photo(tmp_path / "a.dng")


@settings(max_examples=60, deadline=None)
@given(
    dtype=st.sampled_from(
        [np.uint8, np.uint16, np.uint32, np.int8, np.int16, np.float16, np.float32, np.float64]
    ),
    photometric=st.sampled_from(["rgb", "minisblack", "miniswhite", "separated"]),
    extra=st.lists(st.sampled_from(["unassalpha", "unspecified"]), max_size=2),
    planes=st.sampled_from(["contig", "separate"]),
    order=st.sampled_from("<>"),
    bigtiff=st.booleans(),
    thumbnail=st.sampled_from(["", "first", "last"]),
    has_profile=st.booleans(),
)
def test_structure_agrees_with_tifffile_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
    dtype: type,
    photometric: str,
    extra: list[str],
    planes: str,
    order: str,
    bigtiff: bool,
    thumbnail: str,
    has_profile: bool,
) -> None:
    path = tmp_path_factory.mktemp("structure") / "a.tif"
    count = {"rgb": 3, "separated": 4}.get(photometric, 1)
    a = samples(dtype, count + len(extra))
    stored = a.transpose(2, 0, 1) if planes == "separate" else a
    if a.shape[2] == 1:
        stored, planes = a[..., 0], "contig"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with tifffile.TiffWriter(path, byteorder=order, bigtiff=bigtiff) as file:
            if thumbnail == "first":
                file.write(THUMBNAIL, photometric="rgb")
            file.write(
                stored,
                photometric=photometric,
                planarconfig=planes if a.shape[2] > 1 else None,
                extrasamples=extra or None,
                iccprofile=P3 if has_profile and photometric == "rgb" else None,
            )
            if thumbnail == "last":
                file.write(THUMBNAIL, photometric="rgb")
    try:
        photo = images.read_photo(path)
    except ValueError as error:
        assert "\n" not in str(error)
        return
    if photometric == "separated":
        return
    color = unit(a[..., :count])
    expected = 1 - color if photometric == "miniswhite" else color
    np.testing.assert_allclose(unit(photo.pixels), np.broadcast_to(expected, (H, W, 3)), atol=1e-3)
    assert (photo.alpha is not None) == ("unassalpha" in extra)
    assert photo.profile == (P3 if has_profile and photometric == "rgb" else b"")
    assert any("2 pictures" in note for note in photo.notes) == bool(thumbnail)
