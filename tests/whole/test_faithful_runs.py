"""Whole runs on the files that photographers have: what goes in comes out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from dpst import images
from tests.command_line import check_refused
from tests.exit_statuses import DONE
from tests.oracles import icc_profiles as icc
from tests.oracles.cube_file import read_cube


@pytest.fixture
def run(tmp_path, photo_pair, run_cli):
    """A function that runs the command line on a style photo, in a folder of its own."""
    images.write_image(tmp_path / "style.png", photo_pair[1])
    return run_cli.with_flags(style_image="style.png", max_evaluations=3, segmentation="none")


def sky(height=64, width=160):
    """A flat sky above hills, uint16."""
    pixels = np.full((height, width, 3), 36000, np.uint16)
    y, x = np.mgrid[:height, :width]
    hills = y > 0.8 * height + 6 * np.sin(x / 20)
    pixels[hills] = (9000, 12000, 7000)
    return pixels


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_flat_16_bit_sky_that_takes_a_gradient_keeps_more_than_256_levels(run, suffix):
    cv2.imwrite("content.png", sky(256, 640)[..., ::-1])
    ramp = np.linspace(0.2, 0.9, 640, dtype=np.float32)[None, :, None]
    images.write_image("dusk.png", np.broadcast_to(ramp * [1, 0.8, 0.6], (256, 640, 3)))
    # The start is the gradient itself, and one evaluation hardly leaves it.
    flags = {"content_image": "content.png", "init": "dusk.png", "max_evaluations": 1}
    assert run(**flags, solve_size=320, output_image=f"output.{suffix}").status == DONE
    output = cv2.imread(f"output.{suffix}", cv2.IMREAD_UNCHANGED)
    assert output.dtype == np.uint16 and output.shape == (256, 640, 3)
    for channel in range(3):
        assert len(np.unique(output[:150, :, channel])) > 256


def test_rotated_photo_comes_out_upright_with_its_size_and_tags(run, photo_pair):
    exif = Image.Exif()
    exif[0x0112], exif[0x0110], exif[0x0132] = 6, "Phone 7", "2026:01:02 03:04:05"
    exif.get_ifd(0x8769)[0x829A] = 0.01
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 24.0)})
    upright = np.rint(photo_pair[0] * 255).astype(np.uint8)
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(upright)))
    stored.save("content.jpg", exif=exif, quality=98, subsampling=0, dpi=(300, 300))
    flags = {"content_image": "content.jpg", "output_image": "output.jpg"}
    assert run(**flags, init="content", max_evaluations=1).status == DONE
    with Image.open("output.jpg") as output:
        assert output.size == (64, 48)
        tags = output.getexif()
        assert tags.get(0x0112, 1) == 1
        assert tags[0x0110] == "Phone 7" and tags[0x0132] == "2026:01:02 03:04:05"
        assert float(tags.get_ifd(0x8769)[0x829A]) == pytest.approx(0.01)
        assert tags.get_ifd(0x8825)[1] == "N"
        assert output.info["dpi"] == (300, 300)
        assert [layer[1:3] for layer in output.layer] == [(1, 1)] * 3
        with Image.open("content.jpg") as content:
            for number, table in output.quantization.items():
                assert (np.array(table) <= content.quantization[number]).all()


def test_display_p3_photo_keeps_its_look_in_a_colour_managed_viewer(run, photo_pair):
    content = np.rint(photo_pair[0] * 255).astype(np.uint8)
    p3 = icc.rgb_profile()
    Image.fromarray(content).save("content.png", icc_profile=p3)
    # The same colours, as far as sRGB has them, in a file of sRGB.
    images.write_image("srgb.png", images.read_image("content.png"))
    for name in ("content", "srgb"):
        assert run(content_image=f"{name}.png", output_image=f"of_{name}.png").status == DONE
    with Image.open("of_content.png") as wide, Image.open("of_srgb.png") as narrow:
        assert wide.info["icc_profile"] == p3 and "icc_profile" not in narrow.info
        seen = icc.seen_as_lab(np.asarray(wide), p3)
        expected = icc.seen_as_lab(np.asarray(narrow), None)
    # Where the photo itself has colours beyond sRGB the wide one may show more.
    is_within = np.abs(images.read_photo("content.png").to_srgb(content) - 0.5).max(-1) < 0.45
    assert is_within.mean() > 0.3
    difference = np.linalg.norm(seen - expected, axis=-1)[is_within]
    assert np.median(difference) < 2 and np.quantile(difference, 0.9) < 5


def test_transparency_comes_through_and_what_a_format_lacks_is_said(run, photo_pair):
    rgba = np.rint(photo_pair[0] * 255).astype(np.uint8)
    rgba = np.dstack([rgba, rgba[..., 0]])
    Image.fromarray(rgba).save("content.png")
    flags = {"content_image": "content.png", "output_image": "output.png"}
    assert run(**flags, save_look="l.npz").status == DONE
    np.testing.assert_array_equal(np.asarray(Image.open("output.png"))[..., 3], rgba[..., 3])
    apply = {"style_image": None, "apply_look": "l.npz", "content_image": "content.png"}
    applied = run(**apply, output_image="output.jpg")
    assert applied.status == DONE and "transparency is put over white" in applied.err


def test_saved_look_gives_the_same_picture_and_fits_other_exports(run, photo_pair):
    images.write_image("content.png", photo_pair[0])
    images.write_image("large.png", images.resize(photo_pair[0], (96, 128)))
    looks = {"save_look": "look.npz", "save_lut": "look.cube"}
    solved = run(content_image="content.png", output_image="output.png", **looks)
    assert solved.status == DONE
    assert "look.cube written: it differs from the picture by" in solved.out
    assert read_cube(Path("look.cube")).shape == (33, 33, 33, 3)
    apply = {"style_image": None, "apply_look": "look.npz"}
    assert run(**apply, content_image="content.png", output_image="again.png").status == DONE
    output = images.read_image("output.png")
    np.testing.assert_array_equal(images.read_image("again.png"), output)
    assert run(**apply, content_image="large.png", output_image="large_output.png").status == DONE
    large = images.read_image("large_output.png")
    assert large.shape == (96, 128, 3)
    assert np.abs(images.resize(large, (48, 64)) - output).mean() < 0.02
    small = {"full_resolution": "false", "solve_size": 64}
    assert run(**apply, **small, content_image="large.png", output_image="small.png").status == DONE
    assert images.read_image("small.png").shape == (48, 64, 3)


BAD_FLAGS = {
    "map of another suffix": ({"save_look": "look.npy"}, ["save_look", ".npz"]),
    "table of another suffix": ({"save_lut": "look.lut"}, ["save_lut", ".cube"]),
    "map in no folder": ({"save_look": "no/look.npz"}, ["save_look", "create 'no'"]),
    "map and style": ({"apply_look": "look.npz"}, ["--style_image", "--apply_look"]),
    "no map": ({"apply_look": "look.npz", "style_image": None}, ["look.npz", "does not exist"]),
    "neither": ({"style_image": None}, ["--style_image (or --apply_look)"]),
}


@pytest.mark.parametrize("case", BAD_FLAGS)
def test_flags_that_cannot_be_are_one_line_before_any_work(run, photo_pair, case):
    images.write_image("content.png", photo_pair[0])
    flags, parts = BAD_FLAGS[case]
    refused = run(content_image="content.png", output_image="output.png", **flags)
    check_refused(refused, *parts)
    assert not refused.out
