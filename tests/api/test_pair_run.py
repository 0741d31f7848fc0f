"""A pair of files end to end: read, planned, previewed, solved, written and reported."""

import json

import numpy as np
import pytest
from PIL import Image

import dpst
from dpst import images
from dpst.callbacks import LossRecord
from dpst.pair_run import PairRun, working_side, write_photo
from dpst.segmentation import decode_label_maps

CONFIG = dpst.TransferConfig(max_evaluations=2, solve_size=64)
LABELS = ("content_labels.png", ["style_labels.png"])


def nothing_is_looked_for(inputs):
    pytest.fail("label maps are given, or not wanted")


@pytest.fixture(autouse=True)
def folder(pair_files, monkeypatch):
    """The working directory: the files of `photo_pair`, and the content photo twice as large."""
    monkeypatch.chdir(pair_files)
    content = images.read_image("content.png")
    images.write_image("large.png", images.resize(content, (96, 128)))
    return pair_files


def read(config=CONFIG, content="content.png", labels=LABELS, styles=("style.png",)):
    return PairRun.read(content, styles, *labels, config)


@pytest.fixture
def solved(extractor):
    return read().plan(nothing_is_looked_for).solve(extractor)


def test_photos_are_read_and_those_to_work_on_are_no_larger_than_need_be(photo_pair):
    Image.open("style.png").resize((1600, 1200)).save("long.png")
    pair = read(styles=("style.png", "long.png"))
    assert pair.photo.size == (48, 64) and pair.photo.pixels.dtype == np.uint8
    np.testing.assert_allclose(pair.style_images[0], photo_pair[1], atol=0.5 / 255 + 1e-6)
    assert pair.style_sizes == [(48, 64), (1200, 1600)]
    side = working_side(CONFIG)
    assert side == images.WORKING_SIDE and max(pair.style_images[1].shape) == side
    assert working_side(dpst.TransferConfig(solve_size=2 * side)) == 2 * side


def test_file_that_is_missing_or_no_photo_is_an_error_that_names_it():
    with pytest.raises(FileNotFoundError, match="content_image 'no.png'"):
        read(content="no.png")
    with pytest.raises(FileNotFoundError, match="style_image 'no.png'"):
        read(styles=("style.png", "no.png"))
    with pytest.raises(FileNotFoundError, match="content_labels 'no.png'"):
        read(labels=("no.png", ["style_labels.png"])).plan(nothing_is_looked_for)


def test_plan_follows_the_label_maps(photo_pair):
    planned = read().plan(nothing_is_looked_for)
    assert [row.label for row in planned.plan.segments] == ["0000ff", "00ff00"]
    share = (photo_pair[2] == 0).mean()
    assert planned.plan.segments[0].content_share == pytest.approx(share)
    assert planned.photo is planned.pair.photo and planned.content_image.shape == (48, 64, 3)


def test_segments_are_looked_for_only_where_they_are_to_be_found(photo_pair):
    seen = []

    def find(inputs):
        seen.append(inputs)
        return decode_label_maps(*photo_pair[2:], (48, 64), (48, 64))

    planned = read(labels=(None, None)).plan(find)
    (inputs,) = seen
    np.testing.assert_array_equal(inputs.content_image, planned.content_image)
    assert inputs.content_size == (48, 64) and inputs.style_sizes == [(48, 64)]
    assert [row.label for row in planned.plan.segments] == ["0", "1"]
    read(dpst.TransferConfig(segmentation="auto")).plan(find)
    assert len(seen) == 2
    read(dpst.TransferConfig(segmentation="none"), labels=(None, None)).plan(nothing_is_looked_for)
    artistic = dpst.TransferConfig(method="artistic")
    read(artistic, labels=(None, None)).plan(nothing_is_looked_for)


def test_preview_is_nearer_to_the_style_and_fits_the_photo(photo_pair):
    planned = read(content="large.png").plan(nothing_is_looked_for)
    preview = planned.preview.apply_to_photo(planned.photo)
    assert preview.size == (96, 128) and planned.preview is planned.preview
    labels = photo_pair[2].repeat(2, 0).repeat(2, 1)
    for label in (0, 1):
        target = photo_pair[1][photo_pair[3] == label].mean(0)
        before, after = (
            np.abs(photo.pixels[labels == label].mean(0) / 255 - target).max()
            for photo in (planned.photo, preview)
        )
        assert after < 0.5 * before


def test_method_without_a_preview_has_none():
    config = dpst.TransferConfig(method="artistic")
    assert read(config, labels=(None, None)).plan(nothing_is_looked_for).preview is None


def test_solve_is_the_transfer_of_the_api_and_tells_of_its_chunks(extractor):
    seen = []
    planned = read().plan(nothing_is_looked_for)
    callback = lambda progress: seen.append(progress.evaluations) and None  # noqa: E731
    solved = planned.solve(extractor, callback, [LossRecord()])
    arrays = [np.asarray(Image.open(name)) for name in (LABELS[0], *LABELS[1])]
    expected = dpst.stylize(
        planned.content_image, planned.pair.style_images[0], *arrays, extractor, CONFIG
    )
    np.testing.assert_array_equal(solved.result.output_image, expected.output_image)
    assert seen == [0, 2] and [row["evaluations"] for row in solved.losses] == [2]
    assert solved.losses[-1]["loss"] == solved.result.history[-1][2]
    assert solved.seconds > 0 and solved.extractor is extractor


def test_interrupted_solve_has_the_best_so_far(extractor):
    def stop(progress):
        if progress.evaluations:
            raise KeyboardInterrupt

    config = dpst.TransferConfig(max_evaluations=30, solve_size=64)
    solved = read(config).plan(nothing_is_looked_for).solve(extractor, stop)
    assert solved.result.stop_reason is dpst.optimizers.StopReason.INTERRUPTED
    assert len(solved.result.history) == 1
    assert solved.write_output("output.png") == []


@pytest.mark.parametrize(
    ("is_full", "size"), [(True, (96, 128)), (False, (48, 64))], ids=["full", "solve size"]
)
def test_output_has_the_photos_size_or_that_of_the_solve(extractor, is_full, size):
    config = dpst.TransferConfig(max_evaluations=2, solve_size=64, full_resolution=is_full)
    solved = read(config, "large.png").plan(nothing_is_looked_for).solve(extractor)
    assert solved.result.output_image.shape == (48, 64, 3)
    assert solved.look.size == (96, 128)
    assert solved.write_output("output.png") == []
    assert images.read_image("output.png").shape == (*size, 3)


def test_what_a_format_cannot_hold_is_said(solved):
    pixels = np.asarray(Image.open("content.png").convert("RGBA")).copy()
    pixels[..., 3] = 100
    Image.fromarray(pixels).save("glass.png")
    photo = images.read_photo("glass.png")
    (loss,) = write_photo("glass.jpg", solved.look, photo, CONFIG)
    assert "transparency is put over white" in loss
    assert write_photo("glass_output.png", solved.look, photo, CONFIG) == []
    np.testing.assert_array_equal(np.asarray(Image.open("glass_output.png"))[..., 3], 100)


def test_report_holds_the_paths_and_sizes_of_the_files(solved, folder):
    paths = {"content_image": "content.png", "style_image": "style.png"}
    page = solved.write_report("new/report", paths)
    assert page.samefile(folder / "new/report/index.html")
    trace = json.loads((folder / "new/report/trace.json").read_text())
    assert trace["inputs"] == {
        name: {"path": path, "size": [48, 64]} for name, path in paths.items()
    }
    assert trace["losses"] == [dict(row) for row in solved.losses]
    assert [row["label"] for row in trace["segments"]] == ["0000ff", "00ff00"]


def test_doodle_is_painted_on_a_canvas_of_its_size(extractor, folder):
    labels = np.zeros((40, 56, 3), np.uint8)
    labels[:20] = (0, 0, 255)
    labels[20:] = (0, 255, 0)
    Image.fromarray(labels).save("doodle.png")
    config = dpst.TransferConfig(method="semantic", style_layers="relu3_1", max_evaluations=1)
    pair = read(config, None, ("doodle.png", ["style_labels.png"]))
    assert pair.photo is None
    planned = pair.plan(nothing_is_looked_for)
    assert not planned.plan.has_content and planned.preview is None
    assert planned.photo.size == (40, 56) and len(np.unique(planned.photo.pixels)) == 1
    solved = planned.solve(extractor)
    solved.write_output("output.png")
    assert images.read_image("output.png").shape == (40, 56, 3)
    solved.write_report("report", {"style_image": "style.png", "content_labels": "doodle.png"})
    trace = json.loads((folder / "report/trace.json").read_text())
    assert trace["inputs"]["style_image"] == {"path": "style.png", "size": [48, 64]}
    assert "content_image" not in trace["inputs"]
