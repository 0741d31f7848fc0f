"""What happens when a transfer is started or stopped."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dpst.pair_run import SolvedPair
from dpst.report.trace import metric_lines
from dpst.studio import page_parts
from dpst.studio.download import repeating_command, write_folder, write_result
from dpst.studio.extractor import GetExtractor
from dpst.studio.form import Form, make_request
from dpst.studio.live_run import LiveRun
from dpst.studio.loaded_pair import LoadedPair
from dpst.studio.page_values import (
    Editor,
    content_picture,
    links_by_index,
    segments_on_page,
    shown_on_page,
)
from dpst.studio.run import Request, Snapshot, plan_request, solve
from dpst.studio.segments import COLORS, Segments

Changes = dict[str, Any]
"""What changes on the page: fields of `ResultSection`, `run`, and whether it `is_running`."""


def run(
    get_extractor: GetExtractor,
    pair: LoadedPair | None,
    segments: Segments | None,
    content_editor: Editor,
    style_editor: Editor,
    *values: Any,
) -> Iterator[Changes]:
    """Solve, and show it.

    Args:
        get_extractor: loads the network, or waits for it.
        pair: the photos, if there are any yet.
        segments: their segments.
        content_editor: what is painted over those of the content image.
        style_editor: what is painted over those of the style image.
        *values: the fields of `Form` in order, and the links.

    Yields:
        What changes on the page.
    """
    form = Form(*values[: -len(COLORS)])
    with shown_on_page():
        if segments is not None:
            segments = segments_on_page(segments, content_editor, style_editor)
        request = make_request(pair, segments, links_by_index(values[-len(COLORS) :]), form)
        planned = plan_request(request, get_extractor)
    live_run: LiveRun[Snapshot, SolvedPair] = LiveRun(
        lambda report: solve(planned, get_extractor, report)
    )
    yield {
        "run": live_run,
        "is_running": True,
        "result": None,
        "folder": None,
        "chart": "",
        "measured": "",
        "command": repeating_command(request),
        "status": page_parts.status("Starting …"),
    }
    with shown_on_page():
        for snapshot in live_run.updates():
            yield {
                "view": page_parts.picture(snapshot.image, snapshot.text),
                "chart": page_parts.chart(snapshot.losses),
                "status": page_parts.status(snapshot.text),
            }
        solved = live_run.result()
    yield from _results(request, solved)


def stop(live_run: LiveRun[Snapshot, SolvedPair] | None) -> str:
    """End a run early; the best so far becomes its result."""
    if live_run is None:
        return page_parts.status("Nothing is running.")
    live_run.stop()
    return page_parts.status("Stopping after this step …")


def _results(request: Request, solved: SolvedPair) -> Iterator[Changes]:
    """Write the result, then the folder, and show each once it is there."""
    with tempfile.TemporaryDirectory(prefix="dpst-") as name, shown_on_page():
        folder = Path(name)
        result_path = write_result(folder, solved)
        before = request.pair.content.image
        after = solved.look.apply(before).clip(0, 1)
        if request.pair.is_doodle and request.segments is not None:
            before = content_picture(request.segments)
        done = f"Done after {solved.seconds:.0f} s: {solved.result.stop_reason.value}."
        yield {
            "view": page_parts.comparison(before, after),
            "chart": page_parts.chart(solved.losses),
            "result": str(result_path),
            "measured": "\n".join(metric_lines(solved.result.metrics)),
            "status": page_parts.status(f"{done} Writing the report …"),
        }
        zip_path = write_folder(folder, request, solved, result_path)
        yield {
            "run": None,
            "is_running": False,
            "folder": str(zip_path),
            "status": page_parts.status(done),
        }
