"""Files and places that are meant to go wrong: one clear line, and no file is left."""

import os
import sys

import numpy as np
import pytest
from PIL import Image

from dpst import images
from tests.command_line import check_refused


@pytest.fixture
def run(pair_files, run_cli):
    """A function that runs a small pair with changed flags."""
    return run_cli.with_flags(
        content_image="content.png",
        style_image="style.png",
        output_image="output.png",
        segmentation="none",
        max_evaluations=1,
    )


def _line(pixels, path):
    Image.new("RGB", pixels).save(path)


def _nan(path):
    Image.fromarray(np.full((48, 64), np.nan, np.float32)).save(path)


FILES = {
    "of one row": (lambda: _line((4000, 1), "odd.png"), "odd.png", "is 4000x1 px"),
    "of one column": (lambda: _line((1, 65535), "odd.png"), "odd.png", "is 1x65535 px"),
    "NaN": (lambda: _nan("odd.tif"), "odd.tif", "not finite"),
    "no bytes": (lambda: open("odd.png", "w").close(), "odd.png", "is empty"),
    "folder": (lambda: os.mkdir("odd.png"), "odd.png", "is a folder"),
    "loop": (lambda: os.symlink("odd.png", "odd.png"), "odd.png", "does not exist"),
    "name too long": (lambda: None, "a" * 300 + ".png", "a" * 100),
    "below a file": (lambda: None, "style.png/odd.png", "does not exist"),
}
if hasattr(os, "mkfifo"):
    FILES["pipe"] = (lambda: os.mkfifo("odd.png"), "odd.png", "is a pipe or a device")


@pytest.mark.parametrize("name", ["content_image", "style_image", "init"])
@pytest.mark.parametrize("case", FILES)
def test_odd_file_is_an_error_in_one_line(case, name, run):
    make, path, message = FILES[case]
    make()
    check_refused(run(**{name: path}), message)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes of the system")
@pytest.mark.parametrize("flag", ["apply_look", "jobs", "extractor", "weights"])
def test_pipe_in_the_place_of_any_file_is_an_error_and_not_waited_for(flag, run):
    os.mkfifo("odd.h5")
    more = {"extractor": "squeezenet"} if flag == "weights" else {}
    more |= {"output_dir": "out"} if flag == "jobs" else {}
    changes = {"style_image": "", "segmentation": "labels"} if flag == "apply_look" else {}
    check_refused(run(**{flag: "odd.h5", **more, **changes}), "is a pipe or a device")


def test_file_that_may_not_be_read_is_told_of_as_such(run, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Image, "open", refuse)
    check_refused(run(), "content_image 'content.png' may not be read by this user")


def test_side_that_the_format_lacks_is_told_of_before_the_solve(run):
    Image.new("RGB", (65501, 32)).save("long.png")
    for suffix, limit in (("jpg", 65500), ("webp", 16383)):
        refused = run(content_image="long.png", output_image=f"long.{suffix}")
        wanted = f"65501x32 px (width x height), its format holds sides of at most {limit}"
        check_refused(refused, wanted)


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_full_disk_leaves_the_old_file_and_no_other(tmp_path, photo_pair):
    import resource

    path = tmp_path / "output.png"
    path.write_bytes(b"precious")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        with pytest.raises(ValueError, match="cannot be written"):
            images.write_image(path, photo_pair[0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"precious" and list(tmp_path.iterdir()) == [path]
