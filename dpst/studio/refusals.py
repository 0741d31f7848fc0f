"""How a request is refused: with a status and one line that says why and what to do."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""A server's application, as the ASGI specification defines it."""

_POLICY_VIOLATION = 1008  # RFC 6455: status of a WebSocket that is closed for the server's rules


class Refused(Exception):
    """A request that is not served.

    Args:
        status: the HTTP status, 4xx.
        text: why, and what to do, in one line.
    """

    def __init__(self, status: int, text: str) -> None:
        """Keep the status and the text."""
        super().__init__(text)
        self.status = status


async def refuse(scope: Scope, send: Send, refused: Refused) -> None:
    """Answer with a refusal.

    The page shows the `detail` of JSON, but of an upload the whole body.
    """
    if scope["type"] == "websocket":
        reason = str(refused)[:100]
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": reason})
        return
    is_json = scope["method"] == "POST" and not scope["path"].endswith("/upload")
    text = json.dumps({"detail": str(refused), "error": str(refused)}) if is_json else str(refused)
    kind = b"application/json" if is_json else b"text/plain; charset=utf-8"
    body = text.encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # what is left of the request is not read
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def header_values(scope: Scope, name: bytes) -> list[str]:
    """Return the values of a header, by its name in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]
