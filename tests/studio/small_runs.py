"""Small transfers of the studio."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import dpst
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
