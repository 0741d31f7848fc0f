"""Small transfers of the studio, and a method that tests can register."""

from __future__ import annotations

import types
from collections.abc import Callable

import numpy as np

import dpst
from dpst import images
from dpst.looks.painted_picture import PaintedPicture
from dpst.methods.plan import Inputs, Plan
from dpst.pair_run import SolvedPair
from dpst.studio.form import Form, make_request
from dpst.studio.loaded_pair import LoadedPair
from dpst.studio.run import Request, Snapshot, plan_request, solve
from dpst.studio.segments import COLORS, Segments

SOLVE_SIZE, EVALUATIONS = 64, 5


def request_of(pair: LoadedPair, segments: Segments | None, method: str = "photo") -> Request:
    """Return a request in which the first content segment takes the second style segment."""
    weight = dpst.TransferConfig().photorealism_weight
    form = Form(method, segments is not None, SOLVE_SIZE, 0.1, 0.3, weight, EVALUATIONS)
    links = {0: COLORS[1]} if segments is not None else {}
    return make_request(pair, segments or Segments(np.zeros(1), np.zeros(1)), links, form)


def solve_request(
    request: Request, get_extractor: Callable[[], dpst.extractors.Extractor]
) -> tuple[SolvedPair, list[Snapshot]]:
    """Plan and solve a request, and return what was seen on the way."""
    snapshots: list[Snapshot] = []

    def report(snapshot: Snapshot) -> bool:
        snapshots.append(snapshot)
        return False

    return solve(plan_request(request, get_extractor), get_extractor, report), snapshots


def toy_method(seen_inputs: list[Inputs]) -> types.ModuleType:
    """Return the home of a method that inverts colours, and appends its inputs to a list."""
    from dpst.methods.result import TransferResult
    from dpst.metrics import Metrics
    from dpst.optimizers import StopReason
    from dpst.solving.progress import Progress

    def plan(inputs, config, find):
        seen_inputs.append(inputs)
        return Plan(segments=())

    def transfer(plan, content_image, style_images, work):
        output = 1 - images.resize(
            content_image, images.fit_size(content_image.shape[:2], work.config.solve_size)
        )
        image = types.SimpleNamespace(numpy=lambda: output, shape=output.shape)
        work.callback(Progress(0, 1, 1, 1, 0.5, 0.0, image))
        return TransferResult(
            output_image=output,
            history=(),
            stop_reason=StopReason.MAX_EVALUATIONS,
            notes=(),
            metrics=Metrics(*[float("nan")] * 7),
            look=PaintedPicture(output),
        )

    home = types.ModuleType("toy_method")
    home.description = "invert the colours"
    home.is_by_segment = False
    home.plan, home.transfer = plan, transfer
    return home
