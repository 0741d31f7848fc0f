"""The trace of a run, as JSON and as lines of text."""

import json

import numpy as np
import pytest

from dpst.config import TransferConfig
from dpst.looks.recoloring import Recoloring
from dpst.methods.result import TransferResult
from dpst.metrics import Metrics
from dpst.optimizers import StopReason
from dpst.report.trace import metric_lines, run_trace, write_trace
from dpst.segmentation import SegmentRow
from matting import LocalAffineMap

NAN = float("nan")
METRICS = Metrics(0.5, 0.25, 1.25e-5, NAN, float("inf"), 0.0, 12.3, 0.0625, 0.375)


@pytest.fixture
def result():
    image = np.zeros((32, 32, 3), np.float32)
    history = ((0, 5, 2.5), (1, 5, NAN))
    segments = (SegmentRow("0000ff", "0000ff", 512, 0.5, 0, 0.0, 3, 0, "orphan", "takes label 1"),)
    look = Recoloring(LocalAffineMap(np.zeros((32, 32, 4, 3), np.float32)), None, (32, 32))
    return TransferResult(
        image, history, StopReason.INTERRUPTED, ("a note",), METRICS, look, segments
    )


def test_lines_are_aligned_and_say_which_way_is_better():
    lines = list(metric_lines(METRICS))
    assert lines[0].startswith("structure kept (ssim) ")
    assert [line.split()[-4] for line in lines] == [
        "0.500",
        "0.250",
        "1.25e-05",
        "-",
        "inf",
        "0.00",
        "12.3",
        "0.0625",
        "0.375",
    ]
    assert [line.split()[-3] for line in lines] == ["higher"] * 2 + ["lower"] * 7
    assert len({line.rindex(line.split()[-3]) for line in lines}) == 1
    assert max(map(len, lines)) < 90


def test_trace_is_json_with_null_for_what_is_not_finite(result, tmp_path):
    inputs = {"content_image": {"path": "ä.png", "size": (32, 48)}}
    trace = run_trace(inputs, TransferConfig(), result, 1.5)
    write_trace(tmp_path / "new" / "folder" / "trace.json", trace)
    text = (tmp_path / "new" / "folder" / "trace.json").read_text(encoding="utf-8")
    read = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert read == trace
    assert read["metrics"] == {
        "ssim": 0.5,
        "edge_ssim": 0.25,
        "matting_energy": 1.25e-5,
        "false_structure": 0.0625,
        "place_drift": 0.375,
        "color_distance": None,
        "gram_distance": None,
        "statistics_distance": 0.0,
        "content_distance": 12.3,
    }
    assert read["history"][1] == {"level": 1, "evaluations": 5, "loss": None}
    assert read["inputs"] == {"content_image": {"path": "ä.png", "size": [32, 48]}}
    assert read["notes"] == ["a note"] and read["stop_reason"] == "interrupted by the user"
    assert read["segments"] == [
        {
            "label": "0000ff",
            "color": "0000ff",
            "content_pixels": 512,
            "content_share": 0.5,
            "style_pixels": 0,
            "style_share": 0.0,
            "content_off_palette": 3,
            "style_off_palette": 0,
            "finding": "orphan",
            "action": "takes label 1",
        }
    ]
    assert read["config"]["solve_size"] == 350 and read["seconds"] == 1.5
