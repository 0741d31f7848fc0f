"""Values in the form in which Gradio hands them over, and errors in that in which it shows them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import gradio as gr
import numpy as np

from dpst import images
from dpst.messages import one_line
from dpst.studio import page_parts
from dpst.studio.links import chosen_links, link_choices
from dpst.studio.loaded_pair import LoadedPair
from dpst.studio.segments import COLORS, Segments, edited_copy, painted_segments, tinted_copy

Editor = dict[str, Any] | None
"""What an editor holds: its background, and the layers that were painted over it."""


@contextlib.contextmanager
def shown_on_page() -> Iterator[None]:
    """Turn bad input into a message on the page, in one line.

    Raises:
        gr.Error: an error that the user can do something about was raised.
    """
    try:
        yield
    except (ValueError, OSError, FloatingPointError, ImportError) as error:
        raise gr.Error(one_line(error), print_exception=False) from error


def editor_value(picture: np.ndarray) -> dict[str, Any]:
    """Return an editor's value with a picture, uint8 [height, width, 3], and nothing over it."""
    return {"background": picture, "layers": [], "composite": None}


def strokes(editor: Editor) -> Sequence[np.ndarray]:
    """Return the layers painted in an editor, uint8 [height, width, 4] each, the lowest first."""
    return editor["layers"] if editor else ()


def segments_on_page(segments: Segments, content_editor: Editor, style_editor: Editor) -> Segments:
    """Return the segments with what was painted over them since."""
    return painted_segments(segments, strokes(content_editor), strokes(style_editor))


def links_by_index(chosen: Sequence[str | None]) -> dict[int, str]:
    """Return the chosen links by the index of their segment's colour, without empty ones."""
    return {index: value for index, value in enumerate(chosen) if value}


def link_updates(segments: Segments | None, chosen: Mapping[int, str]) -> list[Any]:
    """Return what changes in each link: it is shown where its segment occurs.

    Args:
        segments: segments of the pair; None if there are none, which hides all links.
        chosen: values by index of the content segment's colour; they stay if they are possible.

    Returns:
        An update for each of `COLORS`.
    """
    hidden = gr.update(visible=False)
    if segments is None:
        return [hidden] * len(COLORS)
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


def segment_values(pair: LoadedPair, segments: Segments, text: str) -> tuple[Any, ...]:
    """Return the values that show segments.

    Args:
        pair: the photos.
        segments: of the pair.
        text: the status.

    Returns:
        The segments, the two editors, the links and the status.
    """
    if pair.is_doodle:
        drawn = edited_copy(content_picture(segments))
    else:
        drawn = tinted_copy(pair.content.image, segments.content)
    return (
        segments,
        editor_value(drawn),
        editor_value(tinted_copy(pair.style.image, segments.style)),
        *link_updates(segments, {}),
        page_parts.status(text),
    )


def content_picture(segments: Segments) -> images.FloatImage:
    """Return the content segments in their colours, float32 [height, width, 3] in [0, 1]."""
    return np.divide(segments.pictures()[0], 255, dtype=np.float32)
