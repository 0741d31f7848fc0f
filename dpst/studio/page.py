"""The page: its sections, and which event belongs to which component."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from dpst.studio import run_events, segment_events
from dpst.studio.extractor import GetExtractor
from dpst.studio.form import Form, doodle_method
from dpst.studio.sample import Sample
from dpst.studio.sections import (
    FormSection,
    LabelMapSection,
    PictureSection,
    RectangleSection,
    ResultSection,
    SegmentSection,
    form_section,
    label_map_section,
    picture_section,
    rectangle_section,
    result_section,
    segment_section,
)

NUM_AT_ONCE = 2
"""Transfers that run at once; more wait."""

KEPT_SECONDS = 2 * 60 * 60
"""How long uploads and results are kept."""

_CLEANING_SECONDS = 600


@dataclass(frozen=True)
class Session:
    """What the page of one session remembers between events.

    Attributes:
        pair: the `LoadedPair`.
        segments: its `Segments`.
        run: the `LiveRun` that is going on.
    """

    pair: gr.State
    segments: gr.State
    run: gr.State


def build_page(get_extractor: GetExtractor) -> gr.Blocks:
    """Build the page.

    Args:
        get_extractor: returns the extractor that all sessions share, or waits for it.

    Returns:
        The page, to be launched.
    """
    cleaning = (_CLEANING_SECONDS, KEPT_SECONDS)
    with gr.Blocks(
        title="dpst studio", analytics_enabled=False, fill_width=True, delete_cache=cleaning
    ) as page:
        session = Session(
            pair=gr.State(None, time_to_live=KEPT_SECONDS),
            segments=gr.State(None, time_to_live=KEPT_SECONDS),
            run=gr.State(None),
        )
        gr.Markdown("# dpst studio\nGive a photo the look of another picture.")
        pictures = picture_section()
        segments = segment_section()
        rectangle = rectangle_section()
        label_maps = label_map_section()
        form = form_section()
        results = result_section()
        _wire_pictures(session, pictures, segments, form, get_extractor)
        _wire_segments(session, segments, rectangle, label_maps, get_extractor)
        _wire_form(session, form, segments, results, get_extractor)
    return page


def _wire_pictures(
    session: Session,
    pictures: PictureSection,
    segments: SegmentSection,
    form: FormSection,
    get_extractor: GetExtractor,
) -> None:
    """Load what is chosen."""
    loaded = [session.pair, *_segment_components(session, segments)]
    files = [pictures.content_file, pictures.style_file]
    for file in files:
        file.upload(
            partial(segment_events.load_photos, get_extractor),
            [*files, segments.num_segments],
            loaded,
            concurrency_limit=NUM_AT_ONCE,
        )
    for sample, button in pictures.samples:
        button.click(
            partial(_load_sample, get_extractor, sample),
            [segments.num_segments],
            loaded,
            concurrency_limit=NUM_AT_ONCE,
        ).then(lambda method=sample.method: method, None, [form.method])
    pictures.doodle_button.click(
        partial(segment_events.start_doodle, get_extractor),
        [pictures.style_file, segments.num_segments],
        loaded,
        concurrency_limit=NUM_AT_ONCE,
    ).success(doodle_method, None, [form.method])


def _wire_segments(
    session: Session,
    segments: SegmentSection,
    rectangle: RectangleSection,
    label_maps: LabelMapSection,
    get_extractor: GetExtractor,
) -> None:
    """Find, read and fill segments, and keep the links up to date with them."""
    shown = _segment_components(session, segments)
    segments.find_button.click(
        partial(segment_events.find_segments, get_extractor),
        [session.pair, segments.num_segments, session.segments, segments.editors[0]],
        shown,
        concurrency_limit=NUM_AT_ONCE,
    )
    label_maps.read_button.click(segment_events.read_maps, [session.pair, *label_maps.files], shown)
    painting = [session.segments, *segments.editors]
    rectangle.fill_button.click(
        segment_events.fill_rectangle, [session.pair, *painting, *rectangle.fields], shown
    )
    for editor in segments.editors:
        editor.change(
            segment_events.relink,
            [*painting, *segments.links],
            segments.links,
            show_progress="hidden",
            queue=False,
        )


def _wire_form(
    session: Session,
    form: FormSection,
    segments: SegmentSection,
    results: ResultSection,
    get_extractor: GetExtractor,
) -> None:
    """Give each method its settings, and run and stop transfers."""
    form.method.change(_defaults, [form.method], form.settings, show_progress="hidden")
    shown = {field.name: getattr(results, field.name) for field in dataclasses.fields(results)}
    shown["run"] = session.run

    def run(*values: Any) -> Iterator[dict[Any, Any]]:
        for changes in run_events.run(get_extractor, *values):
            yield _component_updates(changes, shown, form)

    form.run_button.click(
        run,
        [
            *(session.pair, session.segments, *segments.editors),
            *(form.method, *form.settings, *segments.links),
        ],
        [*shown.values(), form.run_button, form.stop_button],
        concurrency_limit=NUM_AT_ONCE,
        show_progress="minimal",
        show_progress_on=[results.status],
    ).failure(
        lambda: (gr.update(interactive=True), gr.update(interactive=False), None, ""),
        None,
        [form.run_button, form.stop_button, session.run, results.status],
    )
    form.stop_button.click(
        run_events.stop, [session.run], [results.status], queue=False, show_progress="hidden"
    )


def _segment_components(session: Session, segments: SegmentSection) -> list[Any]:
    """Return the components that show segments, in the order of `page_values.segment_values`."""
    return [session.segments, *segments.editors, *segments.links, segments.status]


def _load_sample(
    get_extractor: GetExtractor, sample: Sample, num_segments: float
) -> Iterator[tuple[Any, ...]]:
    style = str(sample.style)
    if sample.labels:
        paths = [str(path) for path in sample.labels]
        yield segment_events.start_doodle(get_extractor, style, num_segments, paths)
    else:
        yield from segment_events.load_photos(
            get_extractor, str(sample.content), style, num_segments
        )


def _defaults(method: str) -> list[Any]:
    """Return a method's settings as they stand before anything is changed."""
    return list(dataclasses.astuple(Form.with_defaults(method)))[1:]


def _component_updates(
    changes: run_events.Changes, shown: dict[str, Any], form: FormSection
) -> dict[Any, Any]:
    """Return what changes on the page, by component."""
    updates: dict[Any, Any] = {}
    for name, value in changes.items():
        if name == "is_running":
            updates[form.run_button] = gr.update(interactive=not value)
            updates[form.stop_button] = gr.update(interactive=value)
        elif name in ("result", "folder"):
            updates[shown[name]] = gr.update(value=value, interactive=value is not None)
        else:
            updates[shown[name]] = value
    return updates
