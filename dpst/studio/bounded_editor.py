"""Pictures of an editor are bounded before they are decoded."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import HTTPException
from gradio.components.base import server

from dpst.images.formats import open_picture
from dpst.messages import one_line
from dpst.studio.segments import EDITED_SIDE

LARGEST_AREA = (2 * EDITED_SIDE) ** 2
"""Pixels of a picture that the page sends, at most: screens may have two for each of the page."""

MOST_LAYERS = 4
_MOST_BYTES = 2**24  # of pictures that wait for their event
_FORMATS = ("PNG", "WEBP", "JPEG")


def bound_editor(editor: gr.ImageEditor) -> None:
    """Let an editor refuse what its page does not send, before it decodes anything.

    The editor's own methods are replaced: Gradio writes a file beside the source of every class
    that is derived from its components.

    Args:
        editor: Gradio's editor, which decodes any number of pictures of any size.
    """
    decode, keep = editor.preprocess, editor.accept_blobs

    def preprocess(payload: Any) -> Any:
        given = payload
        if payload is not None and payload.id is not None:
            given = editor.blob_storage.get(payload.id)
        if given is not None:
            _check_pictures([given.background, *given.layers, given.composite])
        try:
            return decode(payload)
        except Exception as error:
            raise gr.Error(
                f"a picture of the editor cannot be read ({one_line(error)}): paint it anew.",
                print_exception=False,
            ) from error

    @server
    def accept_blobs(data: Any) -> None:
        _check_blob(data)
        keep(data)
        # The oldest first: pictures whose event never came.
        storage = editor.blob_storage
        while len(storage) > 1 and _num_bytes(storage) > _MOST_BYTES:
            storage.pop(next(iter(storage)))

    editor.preprocess, editor.accept_blobs = preprocess, accept_blobs


def _check_blob(data: Any) -> None:
    """Check a picture that an editor sends before its event.

    Raises:
        HTTPException: it is not a picture of an editor.
    """
    fields = getattr(data, "data", {})
    index = str(fields.get("index") or "null")
    is_known = {"type", "id", "index"} <= fields.keys() and len(data.files) == 1
    if not is_known or (index != "null" and not (index.isdecimal() and int(index) < MOST_LAYERS)):
        raise HTTPException(
            400, f"an editor has one picture and a layer below {MOST_LAYERS}: use the page."
        )
    try:
        _check_pictures([data.files[0][1]])
    except gr.Error as error:
        raise HTTPException(400, error.message) from error


def _check_pictures(sources: list[Any]) -> None:
    """Check what an editor sends, by the headers of its pictures."""
    if len(sources) > MOST_LAYERS + 2:
        raise gr.Error(
            f"the editor sent {len(sources) - 2} layers, must send at most {MOST_LAYERS}: load "
            "the photos anew.",
            print_exception=False,
        )
    for source in sources:
        if source is None:
            continue
        file = BytesIO(source) if isinstance(source, bytes) else Path(source.path)
        try:
            with open_picture(file, _FORMATS) as picture:
                width, height = picture.size
        except Exception as error:
            raise gr.Error(
                f"the editor sent what is not a picture ({one_line(error, 80)}), must send PNG: "
                "load the photos anew.",
                print_exception=False,
            ) from error
        if width * height > LARGEST_AREA:
            raise gr.Error(
                f"the editor sent a picture of {width}x{height}, must have at most {LARGEST_AREA} "
                "pixels: load the photos anew.",
                print_exception=False,
            )


def _num_bytes(storage: dict[str, Any]) -> int:
    return sum(
        len(picture)
        for blobs in storage.values()
        for picture in (blobs.background, *blobs.layers, blobs.composite)
        if picture is not None
    )
