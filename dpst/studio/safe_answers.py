"""Answers that a browser takes for nothing but what they are said to be."""

from __future__ import annotations

from dpst.studio.refusals import App, Message, Receive, Scope, Send

FILE_ROUTES = ("/gradio_api/file=", "/gradio_api/file/")


class SafeAnswers:
    """Adds headers: no guessing of types, and files of users are downloads that run nothing.

    Args:
        app: what serves the requests.
    """

    def __init__(self, app: App) -> None:
        """Keep the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_file = scope["path"].startswith(FILE_ROUTES)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _safe(list(message.get("headers", ())), is_file)}
            await send(message)

        await self._app(scope, receive, send_safely)


def _safe(headers: list[tuple[bytes, bytes]], is_file: bool) -> list[tuple[bytes, bytes]]:
    added = [(b"x-content-type-options", b"nosniff")]
    if is_file:
        disposition = dict(headers).get(b"content-disposition", b"attachment")
        _, separator, name = disposition.partition(b";")
        added += [
            (b"content-disposition", b"attachment" + separator + name),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
        ]
    replaced = {name for name, _ in added}
    return [(name, value) for name, value in headers if name.lower() not in replaced] + added
