"""The quality benchmark on tiny pairs: its table, its sheets, and what it does not do twice."""

import dataclasses
import sys

import numpy as np
import pytest
from PIL import Image

from benchmarks import contact_sheet, quality
from benchmarks.contact_sheet import Picture, draw_sheet, write_sheets
from benchmarks.quality import quality_table
from dpst import images
from dpst.efforts import PHOTO_EFFORTS, Effort
from dpst.metrics import Metrics


def flat_picture(height, width, level=0.5, lines=1):
    return Picture(np.full((height, width, 3), level, np.float32), ("caption",) * lines)


def metrics_of(value):
    return Metrics(*[float(value)] * len(dataclasses.fields(Metrics)))


def test_sheet_is_as_large_as_its_cells():
    rows = [
        [flat_picture(20, 30), flat_picture(40, 10, lines=3)],
        [flat_picture(640, 320), None],
    ]
    margin, line = contact_sheet.MARGIN, contact_sheet.LINE_HEIGHT
    height = 3 * margin + (40 + 3 * line) + (320 + line)
    assert draw_sheet(rows).shape == (height, 2 * 320 + 3 * margin, 3)


def test_pictures_are_centred_and_captions_lie_below():
    sheet = draw_sheet([[flat_picture(20, 30, level=0.2)]])
    margin = contact_sheet.MARGIN
    rows, columns = np.nonzero(np.abs(sheet - 0.2).max(-1) < 1e-6)
    assert (rows.min(), rows.max()) == (margin, margin + 19)
    assert (columns.min(), columns.max()) == (margin + 145, margin + 174)
    assert sheet[margin + 20 :].min() < 0.5
    assert sheet[:margin].min() == 1


def test_sheets_hold_six_rows_each(tmp_path):
    paths = write_sheets([[flat_picture(8, 8)]] * 7, tmp_path)
    assert [path.name for path in paths] == ["sheet_01.png", "sheet_02.png"]
    heights = [images.read_image(path).shape[0] for path in paths]
    assert heights[0] - heights[1] == 5 * (8 + contact_sheet.LINE_HEIGHT + contact_sheet.MARGIN)


def test_table_has_a_row_a_pair_and_the_mean_of_what_was_measured():
    rows = {
        "01": {"ours": metrics_of(0.5), "published": metrics_of(1), "baseline": metrics_of(3)},
        "02": {"ours": metrics_of(0.25), "baseline": metrics_of(float("nan"))},
    }
    header, body = quality_table(rows, "embedded")
    assert header[0] == "ours / published / baseline, measured with embedded"
    assert header[1:4] == ["ssim ↑", "edge_ssim ↑", "matting_energy ↓"]
    assert [row[0] for row in body] == ["01", "02", "mean of 2"]
    assert body[0][1:] == ["0.500 / 1.00 / 3.00"] * len(dataclasses.fields(Metrics))
    assert body[1][1:] == ["0.250 / – / –"] * len(dataclasses.fields(Metrics))
    assert body[2][1:] == ["0.375 / 1.00 / 3.00"] * len(dataclasses.fields(Metrics))


def test_unknown_pair_is_an_error_that_names_those_there_are(tmp_path):
    with pytest.raises(ValueError, match="'03' is unknown, must be one of 01, 02"):
        quality.chosen([tmp_path / "01", tmp_path / "02"], ["02", "03"])
    assert quality.chosen([tmp_path / "01", tmp_path / "02"], ["02"]) == [tmp_path / "02"]


def test_whole_benchmark_runs_a_pair_once(
    tmp_path, photo_pair, monkeypatch, capfd, shared_extractor
):
    palette = np.array([[0, 0, 255], [0, 255, 0]], np.uint8)
    for name in ("01", "02"):
        folder = tmp_path / "pairs" / name
        folder.mkdir(parents=True)
        for part, image, labels in zip(
            ("content", "style"), photo_pair[:2], photo_pair[2:], strict=True
        ):
            images.write_image(folder / f"{part}.png", image)
            Image.fromarray(palette[labels]).save(folder / f"{part}_labels.png")
    published = images.resize(photo_pair[0], (50, 64))
    images.write_image(tmp_path / "pairs" / "01" / "luan2017.png", published)
    arguments = [f"--pairs={tmp_path / 'pairs'}", f"--output_dir={tmp_path / 'output'}"]
    monkeypatch.setattr(sys, "argv", ["quality.py", *arguments])
    monkeypatch.setattr(quality, "find_squeezenet_weights", lambda path: None)
    monkeypatch.setitem(PHOTO_EFFORTS, "normal", Effort(350, 2))
    quality.main()
    first = capfd.readouterr().out
    assert "measured with embedded" in first and "| mean of 2 |" in first
    names = sorted(path.name for path in (tmp_path / "output").iterdir())
    assert names == ["01.json", "01.png", "02.json", "02.png", "sheet_01.png"]
    sheet = images.read_image(tmp_path / "output" / "sheet_01.png")
    assert sheet.shape[1] == 5 * 320 + 6 * contact_sheet.MARGIN

    with monkeypatch.context() as patch:
        patch.setattr(quality, "transfer", lambda *arguments: pytest.fail("ran twice"))
        quality.main()
    assert capfd.readouterr().out == first

    automatic = [f"--output_dir={tmp_path / 'automatic'}", "--segmentation=auto", "01"]
    (tmp_path / "automatic").mkdir()
    for name in ("01.json", "01.png"):
        (tmp_path / "output" / name).rename(tmp_path / "automatic" / name)
    monkeypatch.setattr(sys, "argv", ["quality.py", arguments[0], *automatic])
    quality.main()
    sheet = images.read_image(tmp_path / "automatic" / "sheet_01.png")
    assert sheet.shape[1] == 7 * 320 + 8 * contact_sheet.MARGIN
