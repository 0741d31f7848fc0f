"""A session gets its own files, and its requests are bounded before anything is done about them.

A session is a browser, told by a cookie. It owns what it uploaded and what answers to it name.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from dpst.messages import one_line
from dpst.studio.json_request import LARGEST_JSON, check_event, read_json, replayed
from dpst.studio.refusals import App, Message, Receive, Refused, Scope, Send, header_values, refuse
from dpst.studio.safe_answers import FILE_ROUTES
from dpst.studio.stored_files import LARGEST_UPLOAD, MEGABYTE, StoredFiles

COOKIE = "dpst-session"
API = "/gradio_api"
LARGEST_PICTURE = 16 * MEGABYTE
"""Bytes that an editor sends at once, at most."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_NAMED_PATH = re.compile(rb'"path":\s*("(?:[^"\\]|\\.)*")')
_NUM_REMEMBERED = 10_000  # pages whose session is known
_UNUSED = ("call", "api", "proxy=", "stream", "custom_component", "dev", "process_recording")
_UNUSED_ROUTES = tuple(f"{API}/{name}" for name in (*_UNUSED, "vibe", "deep_link", "mcp"))


class OwnFilesOnly:
    """Refuses files of other sessions, and requests that are too large or make no sense.

    Args:
        app: what serves the other requests.
        files: what is stored.
    """

    def __init__(self, app: App, files: StoredFiles) -> None:
        """Keep what is given."""
        self._app = app
        self._files = files
        self._pages: OrderedDict[str, str] = OrderedDict()  # sessions by Gradio's hash of a page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self._serve(scope, receive, answer)
        except Refused as refused:
            if refused.__context__ is not None:
                print(f"dpst: a request failed: {one_line(refused.__context__)}", file=sys.stderr)
            if not answer.has_begun:
                await refuse(scope, send, refused)

    async def _serve(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        path = scope["path"].rstrip("/") or "/"
        known = _session(scope)
        session = known or secrets.token_urlsafe(24)
        if path.startswith(_UNUSED_ROUTES):
            raise Refused(404, f"{path[:80]!r} is not served: open the studio's page.")
        if path.startswith(FILE_ROUTES):
            self._check_file(scope, session)
            # Ranges save nothing here, and are easily got wrong.
            scope = _without(scope, b"range", b"if-range")
        if known is None and (path == "/" or scope["method"] == "POST"):
            answer.cookie = f"{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax"
        with contextlib.ExitStack() as stack:
            if scope["method"] == "POST":
                answer.is_event = True
                receive = await self._checked_body(scope, receive, session, known, stack)
            if path.startswith((f"{API}/queue/data", f"{API}/heartbeat")):
                self._check_page(_page_of(scope), known)
            if path.startswith((f"{API}/queue", f"{API}/run", f"{API}/upload")):
                scope = _without(scope, b"accept-encoding")
                answer.note = lambda body: self._note(session, path, body)
            await self._app(scope, receive, answer)

    async def _checked_body(
        self,
        scope: Scope,
        receive: Receive,
        session: str,
        known: str | None,
        stack: contextlib.ExitStack,
    ) -> Receive:
        """Check the size of a body, and what it asks for where it is JSON."""
        path = scope["path"].rstrip("/")
        kind = "".join(header_values(scope, b"content-type")).lower()
        if path == f"{API}/upload":
            size = _declared_size(scope, LARGEST_UPLOAD + MEGABYTE)
            stack.enter_context(self._files.arriving(session, size))
            return receive
        if kind.startswith("multipart/form-data"):
            _declared_size(scope, LARGEST_PICTURE)
            return receive
        _declared_size(scope, LARGEST_JSON)
        if path == "/login" or not path.startswith(API):
            return receive
        body, value = await read_json(receive)
        check_event(path, value)
        self._check_page(value.get("session_hash"), known, is_new=True)
        for named in _paths(value):
            if not self._files.is_owned(session, named):
                raise Refused(
                    403,
                    f"the file {named[-80:]!r} is not one of this session, must be: load it anew "
                    "on this page.",
                )
        if path.startswith((f"{API}/queue", f"{API}/run")):
            self._files.check_room(session)
        return replayed(body, receive)

    def _check_file(self, scope: Scope, session: str) -> None:
        path = next(
            scope["path"].removeprefix(route)
            for route in FILE_ROUTES
            if scope["path"].startswith(route)
        )
        if "\0" in path or not self._files.is_owned(session, path):
            raise Refused(
                403,
                "the file is not one of this session, must be: open the page in the browser that "
                "made it, with cookies.",
            )

    def _check_page(self, page: str | None, known: str | None, *, is_new: bool = False) -> None:
        """Check that a page, as Gradio numbers them, is of this session."""
        if page is None:
            return
        owner = self._pages.get(page)
        if owner is not None and owner != known:
            raise Refused(403, "the page belongs to another session: load the page anew.")
        if is_new and known is not None:
            self._pages[page] = known
            self._pages.move_to_end(page)
            if len(self._pages) > _NUM_REMEMBERED:
                self._pages.popitem(last=False)

    def _note(self, session: str, path: str, body: bytes) -> None:
        """Give a session the files that an answer to it names."""
        if path == f"{API}/upload":
            with contextlib.suppress(ValueError):
                for name in json.loads(body):
                    self._files.add(session, str(name))
        else:
            for match in _NAMED_PATH.finditer(body):
                self._files.add(session, json.loads(match[1]))


class _Answer:
    """Sends an answer on, with a cookie, and shows its body to `note`."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False
        self.cookie = ""
        self.is_event = False
        self.note: Callable[[bytes], None] = lambda body: None
        self._is_failure = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self.is_event and message["status"] >= 500:
                message = _as_refusal(message)
            self.has_begun = True
            headers = list(message.get("headers", ()))
            if self.cookie:
                headers.append((b"set-cookie", self.cookie.encode()))
            message = {**message, "headers": headers}
            self._is_failure = message["status"] >= 400
        elif message["type"] == "http.response.body" and not self._is_failure:
            self.note(message.get("body", b""))
        await self._send(message)


def _as_refusal(message: Message) -> Message:
    """Return the start of the answer to an event that failed, as Gradio gives the reason in JSON.

    Raises:
        Refused: there is no reason in it.
    """
    kind = dict(message.get("headers", ())).get(b"content-type", b"")
    if kind.startswith(b"application/json"):
        return {**message, "status": 400}
    raise Refused(400, "the request makes no sense to the studio: use its page.")


def _session(scope: Scope) -> str | None:
    """Return the session that the cookie of a request names."""
    for header in header_values(scope, b"cookie"):
        with contextlib.suppress(CookieError):
            morsel = SimpleCookie(header).get(COOKIE)
            if morsel is not None and _TOKEN.fullmatch(morsel.value):
                return morsel.value
    return None


def _page_of(scope: Scope) -> str | None:
    if "/heartbeat/" in scope["path"]:
        return str(scope["path"].rpartition("/")[2])
    values = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash")
    return values[0] if values else None


def _without(scope: Scope, *names: bytes) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name not in names]
    return {**scope, "headers": headers}


def _declared_size(scope: Scope, limit: int) -> int:
    """Return how many bytes a request says it has.

    Raises:
        Refused: it does not say so, or has too many.
    """
    text = "".join(header_values(scope, b"content-length"))
    if not text.isascii() or not text.isdigit():
        raise Refused(411, "the request has no Content-Length, must have one: send its size.")
    size = int(text[:20])
    if size > limit:
        raise Refused(
            413,
            f"the request has {size / MEGABYTE:.1f} MB, must have at most "
            f"{limit / MEGABYTE:.0f} MB: send a smaller file.",
        )
    return size


def _paths(value: Any) -> Iterator[str]:
    """Yield the paths of files that a request names, at any depth."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if item.get("path") is not None:
                yield str(item["path"])
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
