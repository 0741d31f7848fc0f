"""The page: what is on it, and which event belongs to what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import gradio as gr

from dpst.config import METHODS
from dpst.segmentation.finding.cosegmentation import MAXIMUM_SEGMENTS
from dpst.studio.events import Events
from dpst.studio.extractor import SharedExtractor
from dpst.studio.form import Form
from dpst.studio.sample import Sample, find_samples
from dpst.studio.segments import COLORS, EDITED_SIDE, NAMES

NUM_AT_ONCE = 2
"""Transfers that run at once; more wait."""

KEPT_SECONDS = 2 * 60 * 60
"""How long uploads and results are kept."""

_CLEANING_SECONDS = 600
_LARGEST_SOLVE = 1400  # the copies that are worked on are no larger
_METHOD_WORDS = {
    "photo": "photo: keep the photo a photo",
    "artistic": "artistic: paint it anew, as a painting",
    "semantic": "semantic: paint its segments out of patches of the style",
}
_METHODS = tuple(method for method in METHODS if method in _METHOD_WORDS)
_DEFAULT_SEGMENTS = 3
_IS_LIVE = "element.setAttribute('role', 'status'); element.setAttribute('aria-live', 'polite');"


def build_page(extractor: SharedExtractor) -> gr.Blocks:
    """Build the page.

    Args:
        extractor: shared by all sessions.

    Returns:
        The page, to be launched.
    """
    events = Events(extractor)
    cleaning = (_CLEANING_SECONDS, KEPT_SECONDS)
    with gr.Blocks(
        title="dpst studio", analytics_enabled=False, fill_width=True, delete_cache=cleaning
    ) as page:
        pair = gr.State(None, time_to_live=KEPT_SECONDS)
        segments = gr.State(None, time_to_live=KEPT_SECONDS)
        run = gr.State(None)
        gr.Markdown("# dpst studio\nGive a photo the look of another picture.")
        gr.Markdown("## 1. Pictures")
        with gr.Row():
            content_file = _image_file("Photo to keep", "content-file")
            style_file = _image_file("Style: the picture whose look it takes", "style-file")
        with gr.Row():
            sample_buttons = [
                (sample, gr.Button(sample.title, elem_id=f"sample-{sample.method}"))
                for sample in find_samples()
            ]
            doodle_button = gr.Button("New doodle, no photo", elem_id="doodle")
        gr.Markdown(
            "## 2. Segments\nThe same colour in both pictures says: this takes the look of that. "
            "Paint over what is wrong."
        )
        status = gr.HTML("", elem_id="status", js_on_load=_IS_LIVE)
        with gr.Row():
            content_editor = _editor("Segments of the photo", "content-editor")
            style_editor = _editor("Segments of the style", "style-editor")
        with gr.Row():
            links = [
                gr.Dropdown(visible=False, label=name, elem_id=f"link-{index}", min_width=220)
                for index, name in enumerate(NAMES)
            ]
        with gr.Row(equal_height=True):
            num_segments = gr.Slider(
                1, MAXIMUM_SEGMENTS, _DEFAULT_SEGMENTS, step=1, label="Segments to look for"
            )
            find_button = gr.Button("Find segments anew", elem_id="find")
        with gr.Accordion("Without a mouse: fill a rectangle", open=False):
            with gr.Row():
                side = gr.Radio(["content", "style"], value="content", label="Picture")
                color = gr.Dropdown(
                    list(zip(NAMES, COLORS, strict=True)), value=COLORS[0], label="Colour"
                )
            with gr.Row():
                box = [
                    gr.Number(value, label=f"{edge} edge, %", minimum=0, maximum=100)
                    for edge, value in (("Left", 0), ("Top", 0), ("Right", 50), ("Bottom", 50))
                ]
            fill_button = gr.Button("Fill", elem_id="fill")
        with gr.Accordion("Label maps from files", open=False):
            with gr.Row():
                content_map = _image_file("Label map of the photo", "content-map")
                style_map = _image_file("Label map of the style", "style-map")
            maps_button = gr.Button("Take these label maps")
        gr.Markdown("## 3. Transfer")
        form, run_button, stop_button = _form()
        run_status = gr.HTML("", elem_id="run-status", js_on_load=_IS_LIVE)
        view = gr.HTML('<p class="dpst-places">The result appears here.</p>', elem_id="view")
        with gr.Row():
            result = gr.DownloadButton(
                "Download the result", interactive=False, elem_id="result", variant="primary"
            )
            folder = gr.DownloadButton(
                "Download all: report, inputs, label maps", interactive=False, elem_id="folder"
            )
        chart = gr.HTML("", elem_id="chart")
        measured = gr.Textbox(
            label="Measured", lines=7, max_lines=7, interactive=False, elem_id="measured"
        )
        command = gr.Textbox(
            label="Command line that repeats it, with the folder unpacked beside run.py",
            interactive=False,
            lines=3,
            buttons=["copy"],
            elem_id="command",
        )

        found = [segments, content_editor, style_editor, *links, status]
        loaded = [pair, *found]
        for file in (content_file, style_file):
            file.upload(
                events.load,
                [content_file, style_file, num_segments],
                loaded,
                concurrency_limit=NUM_AT_ONCE,
            )
        for sample, button in sample_buttons:
            button.click(
                _sample_event(events, sample),
                [num_segments],
                loaded,
                concurrency_limit=NUM_AT_ONCE,
            ).then(lambda method=sample.method: method, None, [form[0]])
        doodle_button.click(
            events.load_doodle,
            [style_file, num_segments],
            loaded,
            concurrency_limit=NUM_AT_ONCE,
        ).success(lambda: "semantic", None, [form[0]])
        find_button.click(
            events.find,
            [pair, num_segments, segments, content_editor],
            found,
            concurrency_limit=NUM_AT_ONCE,
        )
        maps_button.click(events.read_maps, [pair, content_map, style_map], found)
        painting = [segments, content_editor, style_editor]
        fill_button.click(events.fill, [pair, *painting, side, color, *box], found)
        for editor in (content_editor, style_editor):
            editor.change(
                events.relink, [*painting, *links], links, show_progress="hidden", queue=False
            )
        form[0].change(_defaults, [form[0]], form[1:], show_progress="hidden")
        shown = {
            "run": run,
            "view": view,
            "chart": chart,
            "status": run_status,
            "result": result,
            "folder": folder,
            "measured": measured,
            "command": command,
        }

        def solve(*values: Any) -> Iterator[dict[Any, Any]]:
            for changes in events.run(*values):
                yield _page_changes(changes, shown, run_button, stop_button)

        run_button.click(
            solve,
            [pair, *painting, *form, *links],
            [*shown.values(), run_button, stop_button],
            concurrency_limit=NUM_AT_ONCE,
            show_progress="minimal",
            show_progress_on=[run_status],
        ).failure(
            lambda: (gr.update(interactive=True), gr.update(interactive=False), None, ""),
            None,
            [run_button, stop_button, run, run_status],
        )
        stop_button.click(events.stop, [run], [run_status], queue=False, show_progress="hidden")
    return page


def _form() -> tuple[list[Any], gr.Button, gr.Button]:
    """Method and settings, in the order of the fields of `Form`, and the buttons."""
    start = Form.with_defaults(_METHODS[0])
    with gr.Row(equal_height=True):
        method = gr.Radio(
            [(_METHOD_WORDS[name], name) for name in _METHODS], value=start.method, label="Method"
        )
        is_by_segment = gr.Checkbox(start.is_by_segment, label="Match segment by segment")
    with gr.Accordion("Settings", open=False):
        solve_size = gr.Slider(
            64, _LARGEST_SOLVE, start.solve_size, step=2, label="Solve size, px (longer side)"
        )
        with gr.Row():
            content_weight = _number(start.content_weight, "Content weight")
            style_weight = _number(start.style_weight, "Style weight")
            photorealism_weight = _number(start.photorealism_weight, "Photorealism weight")
            max_evaluations = _number(start.max_evaluations, "Evaluations (0: default)")
    with gr.Row():
        run_button = gr.Button("Start", variant="primary", elem_id="run")
        stop_button = gr.Button("Stop early", interactive=False, elem_id="stop")
    settings = [solve_size, content_weight, style_weight, photorealism_weight, max_evaluations]
    return [method, is_by_segment, *settings], run_button, stop_button


def _image_file(label: str, name: str) -> gr.File:
    return gr.File(label=label, file_types=["image"], elem_id=name, height=150)


def _editor(label: str, name: str) -> gr.ImageEditor:
    colors = [f"#{color}" for color in COLORS]
    return gr.ImageEditor(
        label=label,
        elem_id=name,
        sources=(),
        transforms=(),
        layers=False,
        format="png",
        brush=gr.Brush(default_size=24, colors=colors, default_color=colors[0], color_mode="fixed"),
        eraser=gr.Eraser(default_size=24),
        buttons=["fullscreen"],
        height=400,
        canvas_size=(EDITED_SIDE, EDITED_SIDE * 2 // 3),
    )


def _number(value: float, label: str) -> gr.Number:
    return gr.Number(value, label=label, minimum=0)


def _sample_event(events: Events, sample: Sample) -> Any:
    def load(num_segments: float) -> Iterator[tuple[Any, ...]]:
        if sample.method == "semantic":
            paths = [str(path) for path in sample.labels]
            yield events.load_doodle(str(sample.style), num_segments, paths)
        else:
            yield from events.load(str(sample.content), str(sample.style), num_segments)

    return load


def _defaults(method: str) -> list[Any]:
    """The settings of a method as they stand before anything is changed."""
    return list(dataclasses.astuple(Form.with_defaults(method)))[1:]


def _page_changes(
    changes: dict[str, Any], shown: dict[str, Any], run_button: Any, stop_button: Any
) -> dict[Any, Any]:
    """What changes on the page, by component."""
    updates: dict[Any, Any] = {}
    for name, value in changes.items():
        if name == "is_running":
            updates[run_button] = gr.update(interactive=not value)
            updates[stop_button] = gr.update(interactive=value)
        elif name in ("result", "folder"):
            updates[shown[name]] = gr.update(value=value, interactive=value is not None)
        else:
            updates[shown[name]] = value
    return updates
