"""JSON that a page sends, read and checked before it is worked on."""

from __future__ import annotations

import json
from typing import Any

from dpst.studio.refusals import Message, Receive, Refused

LARGEST_JSON = 2**20
"""Bytes of JSON in a request, at most."""

_TYPES: dict[str, tuple[type, ...]] = {
    "data": (list,),
    "session_hash": (str,),
    "fn_index": (int,),
    "trigger_id": (int, type(None)),
    "event_id": (str, type(None)),
    "event_data": (dict, list, str, int, float, type(None)),
}


async def read_json(receive: Receive) -> tuple[bytes, dict[str, Any]]:
    """Read the body of a request.

    Args:
        receive: of the request.

    Returns:
        The body, and the object in it.

    Raises:
        Refused: it is too large, or not a JSON object.
    """
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the request ended before its body: send it again.")
        body += message.get("body", b"")
        if len(body) > LARGEST_JSON:
            raise Refused(
                413, f"the request has more than {LARGEST_JSON} bytes of JSON: send less."
            )
        if not message.get("more_body", False):
            break
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"the request is not JSON: {error}; use the page.") from None
    if not isinstance(value, dict):
        raise Refused(
            400,
            f"the request is JSON of type {type(value).__name__}, must be an object: use the page.",
        )
    return body, value


def check_event(path: str, value: dict[str, Any]) -> None:
    """Check the fields that Gradio relies on.

    Args:
        path: of the request.
        value: what it holds.

    Raises:
        Refused: a field is missing, or of another type.
    """
    if "/queue/join" in path or "/run/" in path:
        for name in ("data", "fn_index", "session_hash"):
            if name not in value:
                raise Refused(400, f"the request lacks {name!r}: use the page.")
    for name, kinds in _TYPES.items():
        if name in value and "/component_server" not in path:
            if not isinstance(value[name], kinds) or isinstance(value[name], bool):
                raise Refused(
                    400,
                    f"{name} is of type {type(value[name]).__name__}, must be "
                    f"{kinds[0].__name__}: use the page.",
                )
    page = value.get("session_hash")
    if page is not None and not (isinstance(page, str) and 0 < len(page) <= 64):
        raise Refused(400, "session_hash must be a text of 1 to 64 characters: use the page.")


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read, and then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
