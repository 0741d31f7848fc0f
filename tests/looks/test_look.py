"""Looks: saved, read back, and applied to other photos of the view, at any size and depth."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import dpst
from dpst import images
from dpst.looks.kept_segments import restore_kept_segments
from dpst.looks.view import view_picture
from matting import LocalAffineMap
from tests.oracles import icc_profiles as icc


def random_look(has_kept: bool = False, size: tuple[int, int] = (48, 64)) -> dpst.Look:
    generator = np.random.default_rng(0)
    affine = 0.1 * generator.normal(size=(6, 8, 4, 3)) + np.vstack([np.zeros(3), 0.8 * np.eye(3)])
    share = LocalAffineMap(generator.random((6, 8, 4, 1), np.float32)) if has_kept else None
    local_map = LocalAffineMap(affine.astype(np.float32))
    return dpst.Look(local_map, share, size, view_picture(photo(*size)))


def photo(height: int = 48, width: int = 64) -> np.ndarray:
    return images.resize(np.random.default_rng(1).random((12, 16, 3), np.float32), (height, width))


def scene(seed: int, height: int = 192, width: int = 256) -> np.ndarray:
    """A photo of nothing, with shapes of many sizes."""
    generator = np.random.default_rng(seed)
    layers = [
        images.resize(generator.random((side, side, 3), np.float32), (height, width))
        for side in (3, 8, 20)
    ]
    return np.mean(layers, axis=0, dtype=np.float32).clip(0, 1)


@pytest.mark.parametrize("has_kept", [False, True])
@pytest.mark.parametrize("size", [(48, 64), (96, 128), (24, 32)])
def test_look_is_its_map_and_the_photo_where_that_is_kept(size: tuple, has_kept: bool) -> None:
    found, content = random_look(has_kept), photo(*size)
    expected = found.local_map.apply(content)
    if found.styled_share is not None:
        shares = found.styled_share.apply(content)
        expected = restore_kept_segments(content, expected, shares)
    np.testing.assert_array_equal(found.apply(content), expected)
    applied = dpst.apply_full_resolution(found, content)
    np.testing.assert_array_equal(applied, expected.clip(0, 1))


@pytest.mark.parametrize("has_kept", [False, True])
def test_saved_look_is_the_same_when_read_back(tmp_path: Path, has_kept: bool) -> None:
    found = random_look(has_kept)
    dpst.save_look(tmp_path / "look.npz", found)
    read = dpst.load_look(tmp_path / "look.npz")
    assert read.size == found.size and (read.styled_share is not None) == has_kept
    content = photo(96, 128)
    np.testing.assert_array_equal(read.apply(content), found.apply(content))
    np.testing.assert_array_equal(read.view, found.view)
    assert [path.name for path in tmp_path.iterdir()] == ["look.npz"]


@pytest.mark.parametrize("band_pixels", [1, 500, 1 << 18])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_file_gets_the_look_of_the_array_in_any_bands(
    monkeypatch: pytest.MonkeyPatch, depth: type, band_pixels: int
) -> None:
    monkeypatch.setattr(images.photo, "_BAND_PIXELS", band_pixels)
    levels = np.iinfo(depth).max
    pixels = np.rint(photo() * levels).astype(depth)
    alpha = pixels[..., 0].copy()
    found = random_look(True)
    applied = found.apply_to_photo(images.Photo(pixels, alpha))
    assert applied.pixels.dtype == depth and applied.alpha is alpha
    expected = found.apply(pixels / np.float32(levels)).clip(0, 1) * levels
    np.testing.assert_allclose(applied.pixels, expected, atol=0.51)


def test_flat_sky_that_becomes_a_gradient_has_more_levels_than_8_bits() -> None:
    sky = np.full((256, 1024, 3), 30000, np.uint16)
    slopes = np.zeros((1, 8, 4, 3), np.float32)
    slopes[0, :, 0] = np.linspace(0.1, 0.9, 8)[:, None]  # a flat sky to a gradient
    applied = dpst.Look(LocalAffineMap(slopes), None, (256, 1024)).apply_to_photo(images.Photo(sky))
    for channel in range(3):
        assert len(np.unique(applied.pixels[..., channel])) > 850


def test_look_that_changes_nothing_keeps_colors_beyond_srgb() -> None:
    identity = np.zeros((4, 4, 4, 3), np.float32)
    identity[:, :, 1:] = np.eye(3)
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    wide = images.Photo(pixels, profile=icc.rgb_profile())
    applied = dpst.Look(LocalAffineMap(identity), None, (48, 64)).apply_to_photo(wide)
    np.testing.assert_array_equal(applied.pixels, pixels)
    assert applied.profile == wide.profile


def test_photo_of_another_view_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"content_image is 48x64 px.*64x48 px.*another frame"):
        dpst.apply_full_resolution(random_look(), photo(64, 48))
    random_look().check_view(photo(480, 640))
    random_look().check_view(photo(481, 640))  # a re-export that rounds otherwise
    random_look().check_view(photo(24, 32), size=(481, 640))


def test_photo_of_the_same_shape_that_shows_something_else_is_an_error() -> None:
    found = random_look(size=(192, 256))
    found = dataclasses.replace(found, view=view_picture(scene(0)))
    for seed in range(1, 8):
        with pytest.raises(ValueError, match="content_image shows something else.*transfer anew"):
            dpst.apply_full_resolution(found, scene(seed))
    dataclasses.replace(found, view=None).check_view(scene(1))  # as an older file has it


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image**3,
        lambda image: 0.3 * image,
        lambda image: image * np.array([1, 0.7, 0.3], np.float32),
        lambda image: images.resize(image, (48, 64)),
        lambda image: images.resize(image[2:-2, 3:-3], (384, 512)),
        lambda image: image[..., :1].repeat(3, -1),
        lambda image: image * np.linspace(0.2, 1, 256, dtype=np.float32)[:, None],
    ],
    ids=["dark", "short", "tungsten", "small", "crop", "red filter", "side light"],
)
def test_other_light_and_export_of_a_view_is_the_view(change: Callable) -> None:
    found = dataclasses.replace(random_look(size=(192, 256)), view=view_picture(scene(0)))
    found.check_view(change(scene(0)))


def test_photo_without_contrast_is_not_refused_for_its_view() -> None:
    found = dataclasses.replace(random_look(), view=view_picture(scene(0)))
    found.check_view(np.full((48, 64, 3), 0.5, np.float32))


def test_array_that_is_no_image_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"content_image has shape \(48, 64\)"):
        dpst.apply_full_resolution(random_look(), np.zeros((48, 64), np.float32))


def test_bytes_and_pillow_images_take_a_look_as_floats_do() -> None:
    pixels = (255 * photo()).round().astype(np.uint8)
    expected = dpst.apply_full_resolution(random_look(), pixels / np.float32(255))
    for given in (pixels, Image.fromarray(pixels)):
        np.testing.assert_array_equal(dpst.apply_full_resolution(random_look(), given), expected)


def _broken_files() -> dict:
    whole = {"format": np.array(1), "size": np.array([48, 64])}
    maps = {"coefficients": np.zeros((6, 8, 4, 3), np.float32)}
    return {
        "no look": {"other": np.zeros(3)},
        "no map": whole,
        "another format": {**whole, **maps, "format": np.array(3)},
        "view in color": {**whole, **maps, "view": np.zeros((8, 8, 3), np.uint8)},
        "view in floats": {**whole, **maps, "view": np.zeros((8, 8))},
        "view of no size": {**whole, **maps, "view": np.zeros((0, 8), np.uint8)},
        "size of no photo": {**whole, **maps, "size": np.array([0, 64])},
        "map of other numbers": {**whole, "coefficients": np.zeros((6, 8, 4, 3))},
        "map of another shape": {**whole, "coefficients": np.zeros((6, 8, 3, 3), np.float32)},
        "map that is not finite": {
            **whole,
            "coefficients": np.full((6, 8, 4, 3), np.float32("nan")),
        },
        "objects": {**whole, "coefficients": np.array([{}], object)},
    }


@pytest.mark.parametrize("kind", _broken_files())
def test_file_that_holds_no_look_is_an_error(tmp_path: Path, kind: str) -> None:
    np.savez(tmp_path / "look.npz", **_broken_files()[kind])
    with pytest.raises(ValueError, match=r"apply_look .*look\.npz' holds no look.*save it again"):
        dpst.load_look(tmp_path / "look.npz")


def test_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("text")
    with pytest.raises(ValueError, match="holds no look"):
        dpst.load_look(tmp_path / "text.npz")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        dpst.load_look(tmp_path / "no.npz")


def test_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **arrays: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", fail)
    (tmp_path / "look.npz").write_bytes(b"precious")
    with pytest.raises(ValueError, match="disk full"):
        dpst.save_look(tmp_path / "look.npz", random_look())
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"precious"]


def _forged(coefficients, **arrays):
    return {"format": 2, "size": [40, 56], "coefficients": coefficients, **arrays}


FORGED = {
    "empty": _forged(np.zeros((0, 0, 4, 3), np.float32)),
    "huge": _forged(np.full((4, 4, 4, 3), 3e38, np.float32)),
    "swelling": _forged(np.zeros((4000, 2000, 4, 3), np.float32)),
    "share": _forged(np.zeros((4, 4, 4, 3), np.float32), styled_share=np.zeros((0, 4, 4, 1))),
}


@pytest.mark.parametrize("case", FORGED)
def test_forged_look_is_a_clear_error(case, tmp_path):
    np.savez_compressed(tmp_path / "look.npz", **FORGED[case])
    with pytest.raises(ValueError, match="holds no look"):
        dpst.load_look(tmp_path / "look.npz")
