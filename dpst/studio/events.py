"""What happens when something is pressed on the page.

All data of a session go in and out as values of its page; nothing is kept here but the extractor.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from dpst import images
from dpst.report.trace import metric_lines
from dpst.segmentation import read_label_maps
from dpst.studio import page_parts
from dpst.studio.download import repeating_command, write_folder, write_result
from dpst.studio.extractor import SharedExtractor
from dpst.studio.form import Form, make_request
from dpst.studio.links import chosen_links, link_choices
from dpst.studio.live_run import LiveRun
from dpst.studio.loaded_pair import LoadedPair, load_doodle, load_pair
from dpst.studio.run import Outcome, Seen, planned, solve_request
from dpst.studio.segments import (
    COLORS,
    Segments,
    edited_copy,
    filled_labels,
    painted_labels,
    painted_segments,
    segments_from_maps,
    tinted_copy,
)

Editor = dict[str, Any] | None


class Events:
    """The events of the page, each a function of what is on it.

    Args:
        extractor: shared by all sessions.
    """

    def __init__(self, extractor: SharedExtractor) -> None:
        """Keep the extractor."""
        self._extractor = extractor

    def load(
        self, content_path: str | None, style_path: str | None, num_segments: float
    ) -> Iterator[tuple[Any, ...]]:
        """Load a pair and find its segments: the photos are there at once, the segments follow.

        Yields:
            The pair, its segments, the two editors, the links and the status.
        """
        if not content_path or not style_path:
            missing = "photo to keep" if style_path else "style image"
            text = f"Now choose the {missing}." if content_path or style_path else ""
            unchanged = [gr.skip()] * (4 + len(COLORS))
            yield (*unchanged, page_parts.status(text))
            return
        with _told():
            pair = load_pair(content_path, style_path)
        pictures = [_editor(edited_copy(side.image)) for side in (pair.content, pair.style)]
        hidden = [gr.update(visible=False)] * len(COLORS)
        text = page_parts.status("Finding segments that both pictures have …")
        yield pair, None, *pictures, *hidden, text
        yield pair, *self.find(pair, num_segments)

    def load_doodle(
        self,
        style_path: str | None,
        num_segments: float,
        label_paths: Sequence[str] = (),
    ) -> tuple[Any, ...]:
        """Start a doodle in the segments of a style image, which are found, or read from files.

        Returns:
            As `load` yields.
        """
        with _told():
            if not style_path:
                raise ValueError("there is no style image yet: choose the one to paint with.")
            size = images.read_photo(label_paths[0]).size if label_paths else None
            pair = load_doodle(style_path, size)
        if label_paths:
            return pair, *self.read_maps(pair, *label_paths)
        return pair, *self.find(pair, num_segments)

    def find(
        self,
        pair: LoadedPair | None,
        num_segments: float,
        segments: Segments | None = None,
        content_editor: Editor = None,
    ) -> tuple[Any, ...]:
        """Find the segments of a pair anew; what is painted of a doodle stays.

        Returns:
            The segments, the two editors, the links and the status.
        """
        with _told():
            if pair is None:
                raise ValueError("there is no pair of photos yet: load one first.")
            from dpst.methods.transfer import find_label_maps

            known = pair.style if pair.is_doodle else pair.content
            maps = find_label_maps(
                known.image, pair.style.image, self._extractor.get(), int(num_segments)
            )
            found = segments_from_maps(*maps)
            if pair.is_doodle and segments is not None:
                found = Segments(
                    painted_labels(segments.content, _layers(content_editor)), found.style
                )
            elif pair.is_doodle:
                empty = np.full(pair.content.photo.size, found.style[-1, 0], np.uint8)
                found = Segments(empty, found.style)
        return self._shown(pair, found, "Segments found. Paint over them, or press Start.")

    def read_maps(
        self, pair: LoadedPair | None, content_path: str | None, style_path: str | None
    ) -> tuple[Any, ...]:
        """Take the segments from files.

        Returns:
            As `find`.
        """
        with _told():
            if pair is None or not content_path or not style_path:
                raise ValueError("a pair of photos and both of its label maps must be given.")
            sizes = pair.content.image.shape[:2], pair.style.image.shape[:2]
            segments = segments_from_maps(*read_label_maps(content_path, style_path, *sizes))
        return self._shown(pair, segments, "Label maps read.")

    def fill(
        self,
        pair: LoadedPair | None,
        segments: Segments | None,
        content_editor: Editor,
        style_editor: Editor,
        side: str,
        color: str,
        *box: float,
    ) -> tuple[Any, ...]:
        """Fill a rectangle of one picture; what was painted before stays.

        Returns:
            As `find`.
        """
        with _told():
            if pair is None or segments is None:
                raise ValueError("there are no segments yet: load a pair first.")
            segments = painted_segments(segments, _layers(content_editor), _layers(style_editor))
            index = COLORS.index(color)
            left, top, right, bottom = box
            edges = (left, top, right, bottom)
            if side == "content":
                segments = Segments(filled_labels(segments.content, index, edges), segments.style)
            else:
                segments = Segments(segments.content, filled_labels(segments.style, index, edges))
        return self._shown(pair, segments, "Filled.")

    def relink(
        self,
        segments: Segments | None,
        content_editor: Editor,
        style_editor: Editor,
        *chosen: str | None,
    ) -> list[Any]:
        """Bring the links up to date with what is painted; choices that are possible stay."""
        if segments is None:
            return [gr.update(visible=False)] * len(COLORS)
        segments = painted_segments(segments, _layers(content_editor), _layers(style_editor))
        return _link_updates(segments, _by_index(chosen))

    def run(
        self,
        pair: LoadedPair | None,
        segments: Segments | None,
        content_editor: Editor,
        style_editor: Editor,
        *values: Any,
    ) -> Iterator[dict[str, Any]]:
        """Solve, and show it; `values` are the fields of `Form` in order, and the links.

        Yields:
            What changes on the page, by name: run, view, chart, status, result, folder, command,
            measured, and whether it is running.
        """
        form = Form(*values[: -len(COLORS)])
        with _told():
            if segments is not None:
                segments = painted_segments(
                    segments, _layers(content_editor), _layers(style_editor)
                )
            request = make_request(pair, segments, _by_index(values[-len(COLORS) :]), form)
            plan = planned(request)
        get_extractor = self._extractor.get
        run: LiveRun[Seen, Outcome] = LiveRun(
            lambda report: solve_request(request, plan, get_extractor, report)
        )
        yield {
            "run": run,
            "is_running": True,
            "result": None,
            "folder": None,
            "chart": "",
            "measured": "",
            "command": repeating_command(request),
            "status": page_parts.status("Starting …"),
        }
        with _told():
            for seen in run.updates():
                yield {
                    "view": page_parts.picture(seen.image, seen.text),
                    "chart": page_parts.chart(seen.losses),
                    "status": page_parts.status(seen.text),
                }
            outcome = run.result()
        with tempfile.TemporaryDirectory(prefix="dpst-") as name, _told():
            folder = Path(name)
            result_path = write_result(folder, outcome)
            shown = request.pair.content.image
            output = outcome.result.look.apply(shown).clip(0, 1)
            done = f"Done after {outcome.seconds:.0f} s: {outcome.result.stop_reason.value}."
            if request.pair.is_doodle and request.segments is not None:
                shown = np.divide(request.segments.pictures()[0], 255, dtype=np.float32)
            yield {
                "view": page_parts.comparison(shown, output),
                "chart": page_parts.chart(outcome.losses),
                "result": str(result_path),
                "measured": "\n".join(metric_lines(outcome.result.metrics)),
                "status": page_parts.status(f"{done} Writing the report …"),
            }
            zip_path = write_folder(folder, outcome, result_path, get_extractor())
            yield {
                "run": None,
                "is_running": False,
                "folder": str(zip_path),
                "status": page_parts.status(done),
            }

    def stop(self, run: LiveRun[Seen, Outcome] | None) -> str:
        """End a run early; the best so far becomes its result."""
        if run is None:
            return page_parts.status("Nothing is running.")
        run.stop()
        return page_parts.status("Stopping after this step …")

    def _shown(self, pair: LoadedPair, segments: Segments, text: str) -> tuple[Any, ...]:
        if pair.is_doodle:
            drawn = edited_copy(np.divide(segments.pictures()[0], 255, dtype=np.float32))
        else:
            drawn = tinted_copy(pair.content.image, segments.content)
        return (
            segments,
            _editor(drawn),
            _editor(tinted_copy(pair.style.image, segments.style)),
            *_link_updates(segments, {}),
            page_parts.status(text),
        )


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Bad input becomes a message on the page, in one line."""
    try:
        yield
    except (ValueError, OSError, FloatingPointError, ImportError) as error:
        raise gr.Error(" ".join(str(error).split()), print_exception=False) from error


def _editor(picture: Any) -> dict[str, Any]:
    return {"background": picture, "layers": [], "composite": None}


def _layers(editor: Editor) -> Sequence[Any]:
    return editor["layers"] if editor else ()


def _by_index(chosen: Sequence[str | None]) -> dict[int, str]:
    return {index: value for index, value in enumerate(chosen) if value}


def _link_updates(segments: Segments, chosen: dict[int, str]) -> list[Any]:
    """Each link's box: shown where its segment occurs, with what can serve it."""
    values = chosen_links(segments, chosen)
    links = {link.index: link for link in link_choices(segments)}
    return [
        gr.update(
            visible=True,
            label=links[index].title,
            choices=list(links[index].choices),
            value=values[index],
        )
        if index in links
        else gr.update(visible=False, value=None)
        for index in range(len(COLORS))
    ]
