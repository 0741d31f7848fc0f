"""What happens when pictures are loaded and their segments are found, read or painted.

All data of a session go in and out as values of its page; nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr
import numpy as np

from dpst import images
from dpst.segmentation import read_label_maps
from dpst.studio import page_parts
from dpst.studio.extractor import GetExtractor
from dpst.studio.loaded_pair import LoadedPair, load_doodle, load_pair
from dpst.studio.page_values import (
    Editor,
    editor_value,
    link_updates,
    links_by_index,
    segment_values,
    segments_on_page,
    shown_on_page,
    strokes,
)
from dpst.studio.segments import (
    COLORS,
    Segments,
    edited_copy,
    filled_labels,
    painted_labels,
    segments_from_maps,
)


def load_photos(
    get_extractor: GetExtractor,
    content_path: str | None,
    style_path: str | None,
    num_segments: float,
) -> Iterator[tuple[Any, ...]]:
    """Load a pair and find its segments: the photos are shown at once, the segments follow.

    Args:
        get_extractor: loads the network, or waits for it.
        content_path: path of the photo to keep, if there is one yet.
        style_path: path of the style image, if there is one yet.
        num_segments: how many to look for.

    Yields:
        The pair, its segments, the two editors, the links and the status.
    """
    if not content_path or not style_path:
        missing = "photo to keep" if style_path else "style image"
        text = f"Now choose the {missing}." if content_path or style_path else ""
        unchanged = [gr.skip()] * (4 + len(COLORS))
        yield (*unchanged, page_parts.status(text))
        return
    with shown_on_page():
        pair = load_pair(content_path, style_path)
    pictures = [editor_value(edited_copy(side.image)) for side in (pair.content, pair.style)]
    text = page_parts.status("Finding segments that both pictures have …")
    yield pair, None, *pictures, *link_updates(None, {}), text
    yield pair, *find_segments(get_extractor, pair, num_segments)


def start_doodle(
    get_extractor: GetExtractor,
    style_path: str | None,
    num_segments: float,
    label_paths: Sequence[str] = (),
) -> tuple[Any, ...]:
    """Start a doodle in the segments of a style image, which are found, or read from files.

    Args:
        get_extractor: loads the network, or waits for it.
        style_path: path of the style image, if there is one yet.
        num_segments: how many to look for.
        label_paths: paths of the doodle's and the style image's label map; empty to find them.

    Returns:
        The same values as `load_photos` yields.
    """
    with shown_on_page():
        if not style_path:
            raise ValueError("there is no style image yet: choose the one to paint with.")
        size = images.read_photo(label_paths[0]).size if label_paths else None
        pair = load_doodle(style_path, size)
    if label_paths:
        return pair, *read_maps(pair, *label_paths)
    return pair, *find_segments(get_extractor, pair, num_segments)


def find_segments(
    get_extractor: GetExtractor,
    pair: LoadedPair | None,
    num_segments: float,
    segments: Segments | None = None,
    content_editor: Editor = None,
) -> tuple[Any, ...]:
    """Find the segments of a pair anew; what is painted of a doodle stays.

    Args:
        get_extractor: loads the network, or waits for it.
        pair: the photos, if there are any yet.
        num_segments: how many to look for.
        segments: the segments before, if there are any.
        content_editor: what is painted over those of the content image.

    Returns:
        The segments, the two editors, the links and the status.
    """
    with shown_on_page():
        if pair is None:
            raise ValueError("there is no pair of photos yet: load one first.")
        from dpst.methods.find_segments import find_label_maps

        known = pair.style if pair.is_doodle else pair.content
        maps = find_label_maps(known.image, pair.style.image, get_extractor, int(num_segments))
        found = segments_from_maps(*maps)
        if pair.is_doodle and segments is not None:
            doodle = painted_labels(segments.content, strokes(content_editor))
            found = Segments(doodle, found.style)
        elif pair.is_doodle:
            empty = np.full(pair.content.photo.size, found.style[-1, 0], np.uint8)
            found = Segments(empty, found.style)
    return segment_values(pair, found, "Segments found. Paint over them, or press Start.")


def read_maps(
    pair: LoadedPair | None, content_path: str | None, style_path: str | None
) -> tuple[Any, ...]:
    """Read the segments from files.

    Args:
        pair: the photos, if there are any yet.
        content_path: path of the content image's label map, if one is given.
        style_path: path of the style image's.

    Returns:
        The same values as `find_segments` returns.
    """
    with shown_on_page():
        if pair is None or not content_path or not style_path:
            raise ValueError("a pair of photos and both of its label maps must be given.")
        sizes = pair.content.image.shape[:2], pair.style.image.shape[:2]
        segments = segments_from_maps(*read_label_maps(content_path, style_path, *sizes))
    return segment_values(pair, segments, "Label maps read.")


def fill_rectangle(
    pair: LoadedPair | None,
    segments: Segments | None,
    content_editor: Editor,
    style_editor: Editor,
    side: str,
    color: str,
    *box: float,
) -> tuple[Any, ...]:
    """Fill a rectangle of one picture; what was painted before stays.

    Args:
        pair: the photos, if there are any yet.
        segments: their segments.
        content_editor: what is painted over those of the content image.
        style_editor: what is painted over those of the style image.
        side: "content" or "style".
        color: hex colour to fill it with.
        *box: left, top, right and bottom edge, in percent.

    Returns:
        The same values as `find_segments` returns.
    """
    with shown_on_page():
        if pair is None or segments is None:
            raise ValueError("there are no segments yet: load a pair first.")
        segments = segments_on_page(segments, content_editor, style_editor)
        index = COLORS.index(color)
        left, top, right, bottom = box
        edges = (left, top, right, bottom)
        if side == "content":
            segments = Segments(filled_labels(segments.content, index, edges), segments.style)
        else:
            segments = Segments(segments.content, filled_labels(segments.style, index, edges))
    return segment_values(pair, segments, "Filled.")


def relink(
    segments: Segments | None,
    content_editor: Editor,
    style_editor: Editor,
    *chosen: str | None,
) -> list[Any]:
    """Bring the links up to date with what is painted; choices that are possible stay."""
    with shown_on_page():
        if segments is not None:
            segments = segments_on_page(segments, content_editor, style_editor)
        return link_updates(segments, links_by_index(chosen))
