"""Forged traces of reports: the overview leaves empty what is no number."""

from __future__ import annotations

import json
import math
import random
import tempfile
from pathlib import Path

from dpst.report.overview import read_trace
from tests.fuzz.mutations import changed_bytes, changed_json

TRACE = {
    "seconds": 12.5,
    "stop_reason": "max_evaluations",
    "metrics": {"ssim": 0.9, "color_distance": 2.5, "gram_distance": None},
    "levels": [{"size": [40, 50], "losses": [3.0, 2.0, 1.5]}],
}


def fuzz(count: int, seed: int) -> None:
    """Try forged traces.

    Args:
        count: how many.
        seed: of what they are.

    Raises:
        AssertionError: one gave something else than finite numbers and nothing.
    """
    chance = random.Random(seed)
    data = json.dumps(TRACE).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        for case in range(count):
            forged = (
                changed_bytes(data, chance)
                if chance.random() < 0.4
                else json.dumps(changed_json(TRACE, chance)).encode()
            )
            path.write_bytes(forged)
            metrics, seconds = read_trace(path)
            for value in (*metrics.values(), seconds):
                assert value is None or (type(value) is float and math.isfinite(value)), case
