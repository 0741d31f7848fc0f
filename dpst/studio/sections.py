"""Sections of the page, from top to bottom: each puts its components on it and returns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from dpst import images
from dpst.config import MAXIMUM_SEGMENTS
from dpst.studio.bounded_editor import bound_editor
from dpst.studio.form import Form, method_choices
from dpst.studio.sample import Sample, find_samples
from dpst.studio.segments import COLORS, EDITED_SIDE, NAMES

_IS_LIVE = "element.setAttribute('role', 'status'); element.setAttribute('aria-live', 'polite');"


@dataclass(frozen=True)
class PictureSection:
    """Where the pictures come from.

    Attributes:
        content_file: the photo to keep.
        style_file: the style image.
        samples: each sample with its button.
        doodle_button: starts a doodle in the place of a photo.
    """

    content_file: gr.File
    style_file: gr.File
    samples: tuple[tuple[Sample, gr.Button], ...]
    doodle_button: gr.Button


@dataclass(frozen=True)
class SegmentSection:
    """The segments to paint, and their links.

    Attributes:
        status: says where things stand.
        editors: of the content and of the style image.
        links: one for each colour, what that segment takes.
        num_segments: how many to look for.
        find_button: finds them anew.
    """

    status: gr.HTML
    editors: tuple[gr.ImageEditor, gr.ImageEditor]
    links: tuple[gr.Dropdown, ...]
    num_segments: gr.Slider
    find_button: gr.Button


@dataclass(frozen=True)
class RectangleSection:
    """A rectangle to fill without a mouse.

    Attributes:
        fields: the picture, the colour, and the left, top, right and bottom edge.
        fill_button: fills it.
    """

    fields: tuple[Any, ...]
    fill_button: gr.Button


@dataclass(frozen=True)
class LabelMapSection:
    """Segments from files.

    Attributes:
        files: the label maps of the content and of the style image.
        read_button: reads them.
    """

    files: tuple[gr.File, gr.File]
    read_button: gr.Button


@dataclass(frozen=True)
class FormSection:
    """The settings of a transfer.

    Attributes:
        method: the first field of `Form`.
        settings: its other fields, in order.
        run_button: starts the transfer.
        stop_button: ends it early.
    """

    method: gr.Radio
    settings: tuple[Any, ...]
    run_button: gr.Button
    stop_button: gr.Button


@dataclass(frozen=True)
class ResultSection:
    """What a transfer shows and gives, by the names that `run_events.run` changes.

    Attributes:
        status: says where things stand.
        view: the picture, then before and after.
        result: downloads the picture.
        folder: downloads everything.
        chart: the losses.
        measured: the metrics.
        command: the command line that repeats it.
    """

    status: gr.HTML
    view: gr.HTML
    result: gr.DownloadButton
    folder: gr.DownloadButton
    chart: gr.HTML
    measured: gr.Textbox
    command: gr.Textbox


def picture_section() -> PictureSection:
    """Add the files, the samples and the doodle."""
    gr.Markdown("## 1. Pictures")
    with gr.Row():
        content_file = _image_file("Photo to keep", "content-file")
        style_file = _image_file("Style: the picture whose look it takes", "style-file")
    with gr.Row():
        samples = tuple(
            (sample, gr.Button(sample.title, elem_id=f"sample-{sample.method}"))
            for sample in find_samples()
        )
        doodle_button = gr.Button("New doodle, no photo", elem_id="doodle")
    return PictureSection(content_file, style_file, samples, doodle_button)


def segment_section() -> SegmentSection:
    """Add the editors and the links of the segments."""
    gr.Markdown(
        "## 2. Segments\nThe same colour in both pictures says: this takes the look of that. "
        "Paint over what is wrong."
    )
    status = gr.HTML("", elem_id="status", js_on_load=_IS_LIVE)
    with gr.Row():
        editors = (
            _editor("Segments of the photo", "content-editor"),
            _editor("Segments of the style", "style-editor"),
        )
    with gr.Row():
        links = tuple(
            gr.Dropdown(visible=False, label=name, elem_id=f"link-{index}", min_width=220)
            for index, name in enumerate(NAMES)
        )
    with gr.Row(equal_height=True):
        num_segments = gr.Slider(
            0, MAXIMUM_SEGMENTS, 0, step=1, label="Segments to look for (0: what both photos show)"
        )
        find_button = gr.Button("Find segments anew", elem_id="find")
    return SegmentSection(status, editors, links, num_segments, find_button)


def rectangle_section() -> RectangleSection:
    """Add the rectangle that is filled without a mouse."""
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
    return RectangleSection((side, color, *box), fill_button)


def label_map_section() -> LabelMapSection:
    """Add the label maps from files."""
    with gr.Accordion("Label maps from files", open=False):
        with gr.Row():
            files = (
                _image_file("Label map of the photo", "content-map"),
                _image_file("Label map of the style", "style-map"),
            )
        read_button = gr.Button("Take these label maps")
    return LabelMapSection(files, read_button)


def form_section() -> FormSection:
    """Add the method, its settings, and the buttons to start and to stop."""
    gr.Markdown("## 3. Transfer")
    choices = method_choices()
    start = Form.with_defaults(choices[0][1])
    with gr.Row(equal_height=True):
        method = gr.Radio(choices, value=start.method, label="Method")
        is_by_segment = gr.Checkbox(start.is_by_segment, label="Match segment by segment")
    with gr.Accordion("Settings", open=False):
        solve_size = gr.Slider(
            64, images.WORKING_SIDE, start.solve_size, step=2, label="Solve size, px (longer side)"
        )
        with gr.Row():
            numbers = [
                gr.Number(value, label=label, minimum=0)
                for label, value in (
                    ("Content weight", start.content_weight),
                    ("Style weight", start.style_weight),
                    ("Photorealism weight", start.photorealism_weight),
                    ("Evaluations (0: default)", start.max_evaluations),
                )
            ]
    with gr.Row():
        run_button = gr.Button("Start", variant="primary", elem_id="run")
        stop_button = gr.Button("Stop early", interactive=False, elem_id="stop")
    return FormSection(method, (is_by_segment, solve_size, *numbers), run_button, stop_button)


def result_section() -> ResultSection:
    """Add the view, the downloads, the losses, the metrics and the command."""
    status = gr.HTML("", elem_id="run-status", js_on_load=_IS_LIVE)
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
        label="Measured", lines=8, max_lines=8, interactive=False, elem_id="measured"
    )
    command = gr.Textbox(
        label="Command line that repeats it, with the folder unpacked beside run.py",
        interactive=False,
        lines=3,
        buttons=["copy"],
        elem_id="command",
    )
    return ResultSection(status, view, result, folder, chart, measured, command)


def _image_file(label: str, name: str) -> gr.File:
    return gr.File(label=label, file_types=["image"], elem_id=name, height=150)


def _editor(label: str, name: str) -> gr.ImageEditor:
    colors = [f"#{color}" for color in COLORS]
    editor = gr.ImageEditor(
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
    bound_editor(editor)
    return editor
