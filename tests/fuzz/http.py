"""Hostile HTTP requests to the studio: each is refused or answered right, and the server lives."""

from __future__ import annotations

import contextlib
import json
import random
import re
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.browser_tools import studio_server

API = "/gradio_api"
ROUTES = ("/", "/config", f"{API}/upload", f"{API}/queue/join", f"{API}/run/relink", f"{API}/info")
JSON_ROUTES = tuple(f"{API}/{name}" for name in ("queue/join", "run/relink", "component_server"))
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH")
FOREIGN = ("evil.example", "127.0.0.1.evil.example", "169.254.169.254", "a b", "[::2]", "")
REFUSED = frozenset(range(400, 500))
CONTENT = b"a photo\n" * 100


@dataclass(frozen=True)
class Server:
    """A server that is running.

    Attributes:
        host: its host and port.
        cookie: of a session.
        file: path of a file of that session.
    """

    host: str
    cookie: str
    file: str


@dataclass(frozen=True)
class Case:
    """A request.

    Attributes:
        data: as it is sent.
        statuses: those that are right.
        content: what an answer with status 200 must be; None for anything.
    """

    data: bytes
    statuses: frozenset[int]
    content: bytes | None = None


def fuzz(count: int, seed: int) -> None:
    """Send hostile requests to a studio, and check the answers.

    Args:
        count: of requests.
        seed: of what is sent.

    Raises:
        AssertionError: an answer is wrong, or the server is gone.
    """
    with tempfile.TemporaryDirectory() as name, studio_server(Path(name)) as url:
        fuzz_server(url, count, seed)


def fuzz_server(url: str, count: int, seed: int) -> None:
    """Do so with a studio that is running at an address."""
    chance = random.Random(seed)
    server = _with_a_file(urlsplit(url).netloc)
    for number in range(count):
        case = chance.choice(KINDS)(server, chance)
        head, content = _answer(server.host, case.data)
        context = f"request {number} of seed {seed}: {case.data[:300]!r} got {head[:200]!r}"
        status = _status(head)
        assert status in case.statuses, context
        if status == 200 and case.content is not None:
            assert content == case.content, context
    head, content = _answer(server.host, _request(server.host, "GET", "/"))
    assert _status(head) == 200 and b"dpst studio" in content


def _foreign_host(server: Server, chance: random.Random) -> Case:
    name, route = chance.choice(FOREIGN), chance.choice(ROUTES)
    return Case(_request(name, chance.choice(METHODS), route), REFUSED)


def _foreign_origin(server: Server, chance: random.Random) -> Case:
    origin = f"{chance.choice(('http', 'https', 'file', 'null'))}://{chance.choice(FOREIGN)}"
    headers = {"Origin": origin, "Cookie": server.cookie}
    method, route = chance.choice(METHODS), chance.choice(ROUTES)
    return Case(_request(server.host, method, route, headers, b"{}"), REFUSED)


def _path(server: Server, chance: random.Random) -> Case:
    start = chance.choice(("/assets/", "/static/", "/svelte/", f"{API}/file=", f"{API}/file/"))
    up = chance.choice(("../", "..%2f", "%2e%2e/", "..\\", "//", "%00")) * chance.randrange(1, 12)
    path = start + up + chance.choice(("etc/passwd", "run.py", "%ff", "C:/x", "http://localhost"))
    return Case(_request(server.host, "GET", path, {"Cookie": server.cookie}), REFUSED)


def _unused(server: Server, chance: random.Random) -> Case:
    names = ("proxy=http://localhost", "call/run", "api/run", "dev/reload", "vibe-code", "stream/a")
    path = f"{API}/{chance.choice(names)}"
    return Case(_request(server.host, chance.choice(METHODS[:5]), path, {}, b"{}"), REFUSED)


def _headers(server: Server, chance: random.Random) -> Case:
    if chance.random() < 0.5:
        headers = {"X-Long": "x" * chance.randrange(70_000, 200_000)}
        # A server that takes such a header serves the page.
        return Case(_request(server.host, "GET", "/config", headers), REFUSED | {200})
    line = chance.choice(
        (b"Content-Length: -1", b"Content-Length: x", b": x", b"no colon", b"\xff")
    )
    start = f"POST {API}/queue/join HTTP/1.1\r\nHost: {server.host}\r\n".encode()
    return Case(start + line + b"\r\nConnection: close\r\n\r\n", REFUSED)


def _json(server: Server, chance: random.Random) -> Case:
    values = [None, -1, 2**70, "x", [], {}, [[]] * 5, True, 1e308, {"path": "/etc/passwd"}]
    body: object = {
        name: chance.choice(values)
        for name in ("data", "fn_index", "session_hash", "event_data", "component_id", "fn_name")
        if chance.random() < 0.8
    }
    data = json.dumps(chance.choice((body, body, chance.choice(values)))).encode()
    data = chance.choice((data, data, data[:-1], b"[" * 50_000, b"\xff\xfe", b" " * (2**20 + 1)))
    headers = {"Content-Type": "application/json", "Cookie": server.cookie}
    return Case(_request(server.host, "POST", chance.choice(JSON_ROUTES), headers, data), REFUSED)


def _multipart(server: Server, chance: random.Random) -> Case:
    kind = chance.choice(("multipart/form-data", "multipart/form-data; boundary=b", "text/plain"))
    data = chance.choice((b"", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx"))
    route = chance.choice((f"{API}/upload", f"{API}/component_server"))
    headers = {"Content-Type": kind, "Cookie": server.cookie}
    # An empty form stores nothing.
    return Case(_request(server.host, "POST", route, headers, data), REFUSED | {200}, b"[]")


def _session(server: Server, chance: random.Random) -> Case:
    cookies = ("", "dpst-session=", "dpst-session=" + "A" * 32, "\xff=;;", "dpst-session=../x")
    headers = {"Cookie": chance.choice(cookies)}
    return Case(_request(server.host, "GET", f"{API}/file={server.file}", headers), REFUSED)


def _range(server: Server, chance: random.Random) -> Case:
    ranges = ("bytes=0-5", "bytes=5-1", "bytes=0-1-2", "bytes=-", "bytes=-99999999999", "x")
    headers = {"Cookie": server.cookie, "Range": chance.choice(ranges)}
    data = _request(server.host, "GET", f"{API}/file={server.file}", headers)
    return Case(data, frozenset({200}), CONTENT)


Kind = Callable[[Server, random.Random], Case]
KINDS: tuple[Kind, ...] = (
    _foreign_host,
    _foreign_origin,
    _path,
    _unused,
    _headers,
    _json,
    _multipart,
    _session,
    _range,
)


def _request(
    host: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _answer(host: str, data: bytes) -> tuple[bytes, bytes]:
    """Send a request and return the head and the body of its answer."""
    name, _, port = host.partition(":")
    received = b""
    with socket.create_connection((name, int(port)), timeout=60) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)  # it may be refused before all of it was sent
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(2**16):
                received += part
    head, _, content = received.partition(b"\r\n\r\n")
    return head, content


def _status(head: bytes) -> int:
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    return int(match[1]) if match else 0


def _with_a_file(host: str) -> Server:
    """Upload a file, as the page does."""
    form = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    body = form + CONTENT + b"\r\n--b--\r\n"
    head, content = _answer(host, _request(host, "POST", f"{API}/upload", kind, body))
    match = re.search(rb"dpst-session=[^;]+", head)
    assert match, head
    return Server(host, match[0].decode(), json.loads(content)[0])
