"""An editor whose pictures are bounded before they are decoded."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import gradio as gr
from fastapi import HTTPException
from gradio.components.base import server
from PIL import Image

from dpst.messages import one_line
from dpst.studio.segments import EDITED_SIDE

LARGEST_AREA = (2 * EDITED_SIDE) ** 2
"""Pixels of a picture that the page sends, at most: screens may have two for each of the page."""

MOST_LAYERS = 4
_MOST_BYTES = 2**24  # of pictures that wait for their event
_FORMATS = ("PNG", "WEBP", "JPEG")


class BoundedEditor(gr.ImageEditor):
    """Gradio's editor, which would decode any number of pictures of any size."""

    is_template = True  # it looks like its parent

    def preprocess(self, payload: Any) -> Any:
        """Return the pictures, as Gradio's editor does.

        Raises:
            gr.Error: there are too many, one is too large, or one is not a picture.
        """
        given = payload
        if payload is not None and payload.id is not None:
            given = self.blob_storage.get(payload.id)
        if given is not None:
            _check_pictures([given.background, *given.layers, given.composite])
        try:
            return super().preprocess(payload)
        except Exception as error:
            raise gr.Error(
                f"a picture of the editor cannot be read ({one_line(error)}): paint it anew.",
                print_exception=False,
            ) from error

    @server
    def accept_blobs(self, data: Any) -> None:
        """Keep a picture until the event that it belongs to.

        Raises:
            HTTPException: it is not a picture of an editor.
        """
        fields = data.data
        index = str(fields.get("index") or "null")
        is_known = {"type", "id", "index"} <= fields.keys() and len(data.files) == 1
        if not is_known or (index != "null" and not (index.isdigit() and int(index) < MOST_LAYERS)):
            text = f"an editor has one picture and a layer below {MOST_LAYERS}: use the page."
            raise HTTPException(400, text)
        try:
            _check_pictures([data.files[0][1]])
        except gr.Error as error:
            raise HTTPException(400, error.message) from error
        super().accept_blobs(data)
        # The oldest first: pictures whose event never came.
        while len(self.blob_storage) > 1 and _num_bytes(self.blob_storage) > _MOST_BYTES:
            self.blob_storage.pop(next(iter(self.blob_storage)))


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
        file = BytesIO(source) if isinstance(source, bytes) else source.path
        try:
            with Image.open(file, formats=_FORMATS) as picture:
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
