"""The prediction of a run's peak memory."""

from __future__ import annotations

import re
import subprocess
import sys

import keras
import numpy as np
import pytest

import dpst
from dpst import images
from dpst.solving.memory import predicted_memory
from tests.conftest import REPOSITORY
from tests.exit_statuses import DONE


@pytest.fixture(scope="module")
def extractor():
    inputs = keras.Input((None, None, 3))
    first = keras.layers.Conv2D(8, 3, padding="same", name="first")(inputs)
    second = keras.layers.Conv2D(16, 3, strides=2, padding="same", name="second")(first)
    keras.layers.Conv2D(32, 3, padding="same", name="unused")(second)
    return dpst.extractors.Extractor(
        inputs,
        {"first": first, "second": second},
        name="small",
        default_layers=dpst.extractors.LayerChoice(("first", "second"), ("second",)),
        minimum_side=8,
    )


def test_prediction_grows_with_the_solve_and_with_the_photo(extractor):
    def predict(solve_size, photo_size, dtype=np.uint8):
        photo = images.Photo(np.zeros((*photo_size, 3), dtype))
        config = dpst.TransferConfig(solve_size=solve_size)
        return predicted_memory(extractor, config, photo, (300, 400))

    assert predict(700, (600, 800)) > 1.05 * predict(350, (600, 800))
    assert predict(350, (600, 800), np.uint16) > predict(350, (600, 800)) > predict(350, (300, 400))
    assert predict(1400, (600, 800)) == predict(800, (600, 800))  # never enlarged


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads peak memory as Linux gives it")
def test_runs_stay_within_what_the_dry_run_predicts(tmp_path):
    runs = []
    for height, width in ((90, 120), (240, 320)):
        noise = np.random.default_rng(0).random((height, width, 3), np.float32)
        images.write_image(tmp_path / f"{width}.png", noise)
        flags = [f"--{name}_image={tmp_path}/{width}.png" for name in ("content", "style")]
        flags += [f"--output_image={tmp_path}/output.png", "--segmentation=none"]
        runs.append(["run.py", *flags, "--max_evaluations=2"])
    # The process itself tells its peak: what its parent is told counts the parent's own memory.
    code = f"""
from dpst.cli import cli
from dpst.extractors import EXTRACTORS, EmbeddedExtractor
extractor = EmbeddedExtractor()
EXTRACTORS["embedded"] = lambda: extractor  # One trace for both.
for arguments in {runs!r}:
    assert cli.main(arguments) == {DONE}
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    predicted = [float(text) for text in re.findall(r"at most about ([\d.]+) GB", done.stdout)]
    peaks = [1024 * int(text) for text in re.findall(r"VmHWM:\s+(\d+) kB", done.stdout)]
    assert len(predicted) == len(peaks) == len(runs)
    for peak, gigabytes in zip(peaks, predicted, strict=True):
        assert peak < (gigabytes + 0.05) * 1e9
