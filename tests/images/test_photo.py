"""Faithful files: colour profiles, depth, transparency and metadata, in and out."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image, ImageCms, TiffImagePlugin

from dpst import images
from tests.oracles import icc_profiles as icc
from tests.oracles.orientation import as_stored

HEIGHT, WIDTH = 40, 48
P3 = icc.rgb_profile()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6" dc="kept"/></x:xmpmeta>'
SUFFIXES = (".png", ".jpg", ".tif", ".webp")
EXIF_IFD, GPS_IFD = 0x8769, 0x8825


def pixels(dtype: type = np.uint8, channels: int = 3) -> np.ndarray:
    """Smooth in space, so that lossy formats keep it."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] / np.reshape([HEIGHT - 1, WIDTH - 1], (2, 1, 1))
    planes = [x, y, (x + y) / 2, 1 - x * y][:channels]
    return np.rint(np.stack(planes, -1) * np.iinfo(dtype).max).astype(dtype)


def camera_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    exif[0x9C9B] = "title".encode("utf-16-le")
    exif.get_ifd(EXIF_IFD).update({0x829D: 2.8, 0xA002: HEIGHT, 0xA003: WIDTH, 0x9286: b"note"})
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (48.0, 8.0, 24.0)})
    return exif


def write_16_bit(path: Path, values: np.ndarray) -> None:
    """By OpenCV, from RGB or RGBA."""
    order = [2, 1, 0, 3][: values.shape[2]]
    cv2.imwrite(str(path), values[..., order])


def read_16_bit(path: Path) -> np.ndarray:
    values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    return values[..., [2, 1, 0, 3][: values.shape[2]]]


def copied(path: Path, suffix: str) -> Path:
    target = path.with_name(f"copy{suffix}")
    images.write_photo(target, images.read_photo(path))
    return target


# 16 bits.


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("source", [".png", ".tif"])
def test_16_bit_pixels_are_the_same_in_a_copy(
    tmp_path: Path, source: str, suffix: str, channels: int
) -> None:
    values = pixels(np.uint16, channels)
    write_16_bit(tmp_path / f"photo{source}", values)
    copy = copied(tmp_path / f"photo{source}", suffix)
    np.testing.assert_array_equal(read_16_bit(copy), values)
    np.testing.assert_array_equal(images.read_photo(copy).pixels, values[..., :3])


def test_16_bit_tiff_is_read_by_another_library(tmp_path: Path) -> None:
    write_16_bit(tmp_path / "photo.png", pixels(np.uint16, 4))
    values = tifffile.imread(copied(tmp_path / "photo.png", ".tif"))
    np.testing.assert_array_equal(values, pixels(np.uint16, 4))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_16_bit_photo_is_read_upright(tmp_path: Path, orientation: int) -> None:
    upright = pixels(np.uint16)
    exif = Image.Exif()
    exif[0x0112] = orientation
    for suffix in (".png", ".tif"):
        path = tmp_path / f"photo{suffix}"
        metadata = images.photo.Metadata(exif.tobytes())
        images.write_photo(path, images.Photo(as_stored(upright, orientation), metadata=metadata))
        np.testing.assert_array_equal(images.read_photo(path).pixels, upright)


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".bmp"])
def test_16_bit_photo_is_rounded_where_the_format_has_8(tmp_path: Path, suffix: str) -> None:
    write_16_bit(tmp_path / "photo.png", pixels(np.uint16))
    with Image.open(copied(tmp_path / "photo.png", suffix)) as copy:
        error = np.asarray(copy).astype(int) - pixels()
    assert np.abs(error).mean() < (1e-9 if suffix == ".bmp" else 2)


def test_16_bit_grey_stays_one(tmp_path: Path) -> None:
    grey = pixels(np.uint16)[..., 0]
    Image.fromarray(grey).save(tmp_path / "photo.png")
    copy = copied(tmp_path / "photo.png", ".png")
    np.testing.assert_array_equal(read_16_bit(copy), np.repeat(grey[..., None], 3, -1))


def test_truncated_16_bit_file_is_an_error(tmp_path: Path) -> None:
    for suffix in (".png", ".tif"):
        path = tmp_path / f"photo{suffix}"
        noise = np.random.default_rng(0).integers(0, 65536, (HEIGHT, WIDTH, 3), dtype=np.uint16)
        images.write_photo(path, images.Photo(noise))
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        with pytest.raises(ValueError, match="cannot be decoded"):
            images.read_photo(path, "content_image")


# Profiles.


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_profile_is_kept_with_its_values(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(pixels()).save(tmp_path / "photo.png", icc_profile=P3)
    with Image.open(copied(tmp_path / "photo.png", suffix)) as copy:
        assert copy.info["icc_profile"] == P3
        assert np.abs(np.asarray(copy).astype(int) - pixels()).mean() < 2


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_profile_of_a_16_bit_photo_is_kept(tmp_path: Path, suffix: str) -> None:
    images.write_photo(tmp_path / "photo.tif", images.Photo(pixels(np.uint16), profile=P3))
    with Image.open(copied(tmp_path / "photo.tif", suffix)) as copy:
        assert copy.info["icc_profile"] == P3


def test_photo_is_worked_on_in_srgb_and_recolored_in_its_own_space(tmp_path: Path) -> None:
    Image.fromarray(pixels()).save(tmp_path / "photo.png", icc_profile=P3)
    photo = images.read_photo(tmp_path / "photo.png")
    assert photo.to_srgb(photo.pixels).min() < -0.1  # beyond sRGB
    assert photo.image().min() == 0
    np.testing.assert_array_equal(photo.recolored(lambda band, rows: band).pixels, pixels())
    grey = photo.recolored(lambda band, rows: band.mean(-1, keepdims=True).repeat(3, -1))
    expected = photo.to_srgb(photo.pixels).mean(-1, keepdims=True)
    np.testing.assert_allclose(grey.image(), expected.repeat(3, -1).clip(0, 1), atol=2 / 255)


def test_photo_in_another_space_looks_as_in_a_colour_managed_viewer(tmp_path: Path) -> None:
    Image.fromarray(pixels()).save(tmp_path / "photo.png", icc_profile=P3)
    srgb = images.read_image(tmp_path / "photo.png")
    expected = ImageCms.profileToProfile(
        Image.fromarray(pixels()),
        ImageCms.ImageCmsProfile(io.BytesIO(P3)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    np.testing.assert_allclose(srgb, np.asarray(expected) / 255, atol=2.5 / 255)


def test_bmp_which_has_no_profile_is_srgb(tmp_path: Path) -> None:
    Image.fromarray(pixels()).save(tmp_path / "photo.png", icc_profile=P3)
    found = images.read_image(copied(tmp_path / "photo.png", ".bmp"))
    np.testing.assert_allclose(found, images.read_image(tmp_path / "photo.png"), atol=0.6 / 255)


@pytest.mark.parametrize(("mode", "depth"), [("L", np.uint8), ("I;16", np.uint16)])
def test_grey_profile_is_brought_to_srgb(tmp_path: Path, mode: str, depth: type) -> None:
    grey = Image.fromarray(pixels(depth)[..., 0])
    assert grey.mode == mode
    grey.save(tmp_path / "photo.tif", icc_profile=icc.grey_profile(icc.gamma(1.8)))
    photo = images.read_photo(tmp_path / "photo.tif")
    assert photo.pixels.dtype == depth
    assert ImageCms.ImageCmsProfile(io.BytesIO(photo.profile)).profile.xcolor_space == "RGB "
    linear = (pixels(np.uint16)[..., 0] / 65535) ** 1.8
    expected = np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(photo.image()[..., 1], expected, atol=3 / 255)


def test_profile_of_another_kind_is_brought_to_srgb_by_image_cms(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    path = tmp_path / "photo.tif"
    Image.fromarray(pixels()).convert("RGBA").save(tmp_path / "rgba.png", icc_profile=lab.tobytes())
    srgb = ImageCms.createProfile("sRGB")
    in_lab = ImageCms.profileToProfile(Image.fromarray(pixels()), srgb, lab, outputMode="LAB")
    in_lab.save(path, icc_profile=lab.tobytes())
    assert np.abs(images.read_image(path) - pixels() / 255).mean() < 2 / 255
    unfit = images.read_photo(tmp_path / "rgba.png")  # a Lab profile for RGB: ignored
    np.testing.assert_array_equal(unfit.pixels, pixels())
    assert unfit.alpha is not None and unfit.alpha.min() == 255


def test_cmyk_photo_without_a_profile_is_read_as_before(tmp_path: Path) -> None:
    cmyk = Image.fromarray(pixels()).convert("CMYK")
    cmyk.save(tmp_path / "photo.tif")
    expected = np.asarray(cmyk.convert("RGB"))
    np.testing.assert_array_equal(images.read_photo(tmp_path / "photo.tif").pixels, expected)


# Transparency.


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_transparency_is_kept(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(pixels(channels=4)).save(tmp_path / "photo.png")
    photo = images.read_photo(copied(tmp_path / "photo.png", suffix))
    np.testing.assert_array_equal(photo.alpha, pixels(channels=4)[..., 3])
    recolored = photo.recolored(lambda band, rows: 1 - band)
    np.testing.assert_array_equal(recolored.alpha, photo.alpha)


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_transparent_photo_is_put_over_white_where_the_format_is_opaque(
    tmp_path: Path, suffix: str
) -> None:
    Image.fromarray(pixels(channels=4)).save(tmp_path / "photo.png")
    copy = images.read_image(copied(tmp_path / "photo.png", suffix))
    error = copy - images.read_image(tmp_path / "photo.png")
    assert np.abs(error).mean() < 1.5 / 255


# Metadata.


@pytest.mark.parametrize(
    ("source", "has_16_bits"),
    [*((suffix, False) for suffix in SUFFIXES), (".png", True), (".tif", True)],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_metadata_are_kept_and_upright(
    tmp_path: Path, source: str, suffix: str, has_16_bits: bool
) -> None:
    metadata = images.photo.Metadata(camera_exif().tobytes(), XMP, (300.0, 300.0))
    photo = images.Photo(pixels(np.uint16 if has_16_bits else np.uint8), metadata=metadata)
    images.write_photo(tmp_path / f"photo{source}", photo)
    with Image.open(copied(tmp_path / f"photo{source}", suffix)) as copy:
        assert copy.size == (HEIGHT, WIDTH)  # turned
        exif = copy.getexif()
        assert 0x0112 not in exif or exif[0x0112] == 1
        assert exif[0x010F] == "Maker"
        assert exif[0x9C9B] == "title".encode("utf-16-le")
        assert float(exif.get_ifd(EXIF_IFD)[0x829D]) == pytest.approx(2.8)
        assert exif.get_ifd(EXIF_IFD)[0x9286] == b"note"
        assert exif.get_ifd(EXIF_IFD)[0xA002] == HEIGHT  # its width now
        assert exif.get_ifd(EXIF_IFD)[0xA003] == WIDTH
        assert [float(x) for x in exif.get_ifd(GPS_IFD)[2]] == [48.0, 8.0, 24.0]
        copy.load()
        xmp = copy.info.get("xmp") or copy.info["XML:com.adobe.xmp"].encode()
        assert b'dc="kept"' in xmp and b'"6"' not in xmp
        if suffix != ".webp" and source != ".webp":
            assert copy.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_what_describes_the_old_files_pixels_is_not_kept(tmp_path: Path) -> None:
    Image.fromarray(pixels()).save(tmp_path / "photo.tif", compression="tiff_lzw")
    with Image.open(copied(tmp_path / "photo.tif", ".jpg")) as copy:
        assert {273, 259, 256, 279}.isdisjoint(copy.getexif())
    with Image.open(copied(tmp_path / "photo.tif", ".tif")) as copy:
        np.testing.assert_array_equal(np.asarray(copy), pixels())


def test_thumbnail_of_the_old_look_is_dropped(tmp_path: Path) -> None:
    exif = camera_exif()
    thumbnail = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(thumbnail, format="JPEG")
    exif.get_ifd(1).update({513: 0, 514: len(thumbnail.getvalue()), 259: 6})
    Image.fromarray(pixels()).save(tmp_path / "photo.jpg", exif=exif)
    with Image.open(copied(tmp_path / "photo.jpg", ".jpg")) as copy:
        assert copy.getexif()[0x010F] == "Maker"
        assert not copy.getexif().get_ifd(1)


@pytest.mark.parametrize("exif", [b"Exif\0\0damaged", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" * 3])
def test_damaged_exif_does_not_cost_the_photo(tmp_path: Path, exif: bytes) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(pixels()).save(path, exif=exif)
    assert images.read_photo(copied(path, ".png")).pixels.shape == (HEIGHT, WIDTH, 3)


def test_exif_too_large_for_jpeg_does_not_cost_the_photo(tmp_path: Path) -> None:
    exif = camera_exif()
    exif.get_ifd(EXIF_IFD)[0x927C] = bytes(70000)
    Image.fromarray(pixels()).save(tmp_path / "photo.png", exif=exif)
    with Image.open(copied(tmp_path / "photo.png", ".png")) as copy:
        assert len(copy.getexif().get_ifd(EXIF_IFD)[0x927C]) == 70000
    with Image.open(copied(tmp_path / "photo.png", ".jpg")) as copy:
        assert copy.size == (HEIGHT, WIDTH)


# JPEG.


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("quality", [30, 92, 95, 98, 100])
def test_jpeg_is_never_coarser_than_the_photos_own(tmp_path: Path, quality: int, mode: str) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(pixels()).convert(mode).save(path, quality=quality)
    with Image.open(path) as file:
        own = file.quantization
    with Image.open(copied(path, ".jpg")) as copy:
        assert [layer[1:3] for layer in copy.layer] == [(1, 1)] * 3  # full chroma
        for number in (0, 1):
            table = np.array(copy.quantization[number])
            assert (table <= own[min(number, len(own) - 1)]).all()
            assert table.max() < 30


# Other formats.


@pytest.mark.parametrize("suffix", [".webp", ".avif"])
def test_format_that_pillow_reads_is_read_with_its_profile(tmp_path: Path, suffix: str) -> None:
    Image.init()
    if suffix not in Image.EXTENSION:
        pytest.skip(f"this Pillow does not read {suffix}")
    path = tmp_path / f"photo{suffix}"
    Image.fromarray(pixels()).save(path, quality=95, icc_profile=P3, exif=camera_exif())
    photo = images.read_photo(path)
    assert photo.size == (WIDTH, HEIGHT)  # turned
    assert photo.profile == P3
    assert np.abs(photo.pixels - np.rot90(pixels(), -1).astype(float)).mean() < 2


def test_heic_is_read_by_its_plugin_or_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.heic"
    pillow_heif.from_pillow(Image.fromarray(pixels())).save(path, quality=90)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ValueError, match=r"pillow-heif.*\[heif\]"):
        images.read_photo(path, "content_image")
    monkeypatch.undo()
    assert np.abs(images.read_photo(path).pixels - pixels().astype(float)).mean() < 3


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_failed_16_bit_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(TiffImagePlugin.ImageFileDirectory_v2, "save", fail)
    path = tmp_path / "output.tif"
    path.write_bytes(b"precious")
    with pytest.raises((ValueError, KeyboardInterrupt)):
        images.write_photo(path, images.Photo(pixels(np.uint16)))
    assert path.read_bytes() == b"precious" and list(tmp_path.iterdir()) == [path]


def test_photo_made_smaller_keeps_all_else() -> None:
    photo = images.Photo(pixels(np.uint16), pixels(np.uint16)[..., 0], P3)
    small = photo.resized((20, 24))
    assert small.pixels.shape == (20, 24, 3) and small.alpha.shape == (20, 24)
    assert small.pixels.dtype == small.alpha.dtype == np.uint16 and small.profile == P3
    assert photo.resized(photo.size) is photo


def test_exif_data_too_large_for_jpeg_are_left_out_and_told_of(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "long description " * 5000
    pixels = np.zeros((40, 50, 3), np.uint8)
    photo = images.Photo(pixels, metadata=images.photo.Metadata(exif.tobytes()))
    path = tmp_path / "photo.jpg"
    assert images.losses_in_format(path, photo) == [
        "its EXIF data, too large for the format, are left out"
    ]
    images.write_photo(path, photo)
    with Image.open(path) as copy:
        assert not copy.getexif()
    assert images.losses_in_format(tmp_path / "photo.png", photo) == []
