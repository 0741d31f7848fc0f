"""What passes the guard of the studio, and what it refuses with a reason."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dpst.cli.cli import main
from dpst.studio import launch, stored_files
from dpst.studio.own_files import OwnFilesOnly
from dpst.studio.own_site import OwnSiteOnly, is_local, page_address
from dpst.studio.refusals import App, Refused
from dpst.studio.safe_answers import SafeAnswers
from dpst.studio.server_folder import sweep
from dpst.studio.stored_files import StoredFiles
from tests.browser_tools import REPOSITORY
from tests.exit_statuses import BAD_INPUT

ADDRESS = ("192.0.2.7", 7860)
JSON = {"content-type": "application/json"}


async def hello(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'["hello"]'})


def answer_of(app: App, path: str = "/", body: bytes = b"", method: str = "GET", **headers: str):
    """Return (status, headers, body) of the answer to a request; _ in names stands for -."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if method == "POST":
        raw.append((b"content-length", str(len(body)).encode()))
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "server": ADDRESS}
    sent: list[Any] = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    content = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], dict(sent[0]["headers"]), content.decode()


@pytest.mark.parametrize(
    ("served", "host", "origin"),
    [
        ("127.0.0.1", "127.0.0.1:7860", ""),
        ("127.0.0.1", "localhost:7860", "http://localhost:7860"),
        ("127.0.0.1", "[::1]:7860", "http://[::1]:7860"),
        ("127.0.0.1", "localhost:80", "http://localhost"),
        ("127.0.0.1", "proxy.example", "https://proxy.example"),
        ("127.0.0.1", "127.0.0.1:7860", "https://proxy.example"),
        ("192.0.2.7", "192.0.2.7:7860", "http://192.0.2.7:7860"),
        ("0.0.0.0", "192.0.2.7:7860", "http://192.0.2.7:7860"),  # noqa: S104
    ],
)
def test_own_page_is_served(served, host, origin) -> None:
    app = OwnSiteOnly(hello, served, ["proxy.example"])
    headers = {"host": host} | ({"origin": origin} if origin else {})
    assert answer_of(app, **headers)[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", ""]
)
@pytest.mark.parametrize("served", ["127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_foreign_host_is_refused(served, host) -> None:
    status, _, text = answer_of(OwnSiteOnly(hello, served), host=host)
    assert status == 403 and "--allowed_hosts" in text and "\n" not in text


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://localhost:3000",
        "http://[",
        "file://localhost:7860",
    ],
)
def test_foreign_origin_is_refused(origin, method) -> None:
    app = OwnSiteOnly(hello, "127.0.0.1")
    status, _, text = answer_of(app, method=method, host="localhost:7860", origin=origin)
    assert status == 403 and "studio's own page" in text


def test_what_another_site_loads_is_refused_but_a_link_may_be_followed() -> None:
    app = OwnSiteOnly(hello, "127.0.0.1")
    site = {"host": "localhost", "sec_fetch_site": "cross-site"}
    link = {"sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert answer_of(app, **site)[0] == 403
    assert answer_of(app, **site, **link)[0] == 200


def test_foreign_web_socket_is_closed() -> None:
    sent: list[Any] = []

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [(b"host", b"evil.example")]}
    asyncio.run(OwnSiteOnly(hello, "127.0.0.1")(scope, None, send))
    assert sent[0]["type"] == "websocket.close"


@pytest.fixture
def files(tmp_path) -> StoredFiles:
    megabyte = stored_files.MEGABYTE
    return StoredFiles(tmp_path, largest_session=2 * megabyte, largest_store=3 * megabyte)


def uploading(path: Path) -> App:
    """Return an application that stores one file, whatever it is asked."""

    async def app(scope, receive, send) -> None:
        path.write_bytes(b"photo")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps([str(path)]).encode()})

    return app


def test_file_is_served_to_its_owner_alone(files, tmp_path) -> None:
    path = tmp_path / "a" / "mine.svg"
    path.parent.mkdir()
    app = SafeAnswers(OwnFilesOnly(uploading(path), files))
    _, headers, _ = answer_of(app, "/gradio_api/upload", b"x", "POST")
    cookie = headers[b"set-cookie"].decode().split(";")[0]
    address = f"/gradio_api/file={path}"
    status, headers, _ = answer_of(app, address, cookie=cookie)
    assert status == 200 and headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"content-disposition"].startswith(b"attachment")
    for other in ("", "dpst-session=" + "A" * 32, "dpst-session=x"):
        status, _, text = answer_of(app, address, cookie=other)
        assert status == 403 and "not one of this session" in text
    event = {"data": [{"path": str(path)}], "fn_index": 0, "session_hash": "abc"}
    body = json.dumps(event).encode()
    join = "/gradio_api/queue/join"
    assert answer_of(app, join, body, "POST", cookie=cookie, **JSON)[0] == 200
    assert answer_of(app, join, body, "POST", cookie=other, **JSON)[0] == 403


def test_page_belongs_to_the_session_that_opened_it(files) -> None:
    app = OwnFilesOnly(hello, files)
    body = json.dumps({"data": [], "fn_index": 0, "session_hash": "abc"}).encode()
    mine, theirs = (f"dpst-session={letter * 32}" for letter in "ab")
    assert answer_of(app, "/gradio_api/queue/join", body, "POST", cookie=mine, **JSON)[0] == 200
    assert answer_of(app, "/gradio_api/heartbeat/abc", cookie=mine)[0] == 200
    assert answer_of(app, "/gradio_api/heartbeat/abc", cookie=theirs)[0] == 403
    assert answer_of(app, "/gradio_api/queue/join", body, "POST", cookie=theirs, **JSON)[0] == 403


def test_stored_bytes_are_bounded_for_a_session_and_in_all(files, tmp_path) -> None:
    for number, session in enumerate(("one", "one", "two")):
        path = tmp_path / f"{number}"
        path.write_bytes(bytes(stored_files.MEGABYTE))
        files.add(session, str(path))
    with pytest.raises(Refused, match="this session have 2 MB and this adds 1 MB.*at most 2 MB"):
        files.check_room("one", stored_files.MEGABYTE)
    with pytest.raises(Refused, match="all sessions have 3 MB.*at most 3 MB: wait"):
        files.check_room("three", stored_files.MEGABYTE)
    path.unlink()
    files.check_room("two", stored_files.MEGABYTE)


def test_fragments_of_uploads_are_deleted_once_none_arrives(files, tmp_path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "photo.png").touch()
    with files.arriving("one", 1):
        with contextlib.suppress(OSError), files.arriving("two", 1):
            (tmp_path / "fragment").touch()
            raise OSError("the connection broke")
        assert (tmp_path / "fragment").exists()
    assert [path.name for path in tmp_path.rglob("*")] == ["whole", "photo.png"]


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/gradio_api/queue/join", b"{", "application/json", 400),
        ("/gradio_api/queue/join", b"[" * 100_000, "application/json", 400),
        ("/gradio_api/queue/join", b"[]", "application/json", 400),
        ("/gradio_api/queue/join", b'{"data": 1}', "application/json", 400),
        ("/gradio_api/queue/join", b" " * 2**20 + b"{}", "application/json", 413),
        ("/gradio_api/component_server", bytes(2**24 + 1), "multipart/form-data", 413),
        ("/gradio_api/upload", bytes(2**21 + 1), "multipart/form-data", 413),
        ("/gradio_api/call/run", b"{}", "application/json", 404),
    ],
)
def test_bodies_are_bounded_before_any_work(path, body, kind, status, files) -> None:
    app = OwnFilesOnly(hello, files)
    answered, _, text = answer_of(app, path, body, "POST", content_type=kind)
    assert answered == status and text


def test_failure_of_an_event_is_told() -> None:
    async def failing(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})

    app = OwnFilesOnly(failing, StoredFiles(Path("none")))
    status, _, text = answer_of(app, "/gradio_api/component_server", b"{}", "POST", **JSON)
    assert status == 400 and "makes no sense" in json.loads(text)["detail"]


SERVER = """
import signal, sys, tempfile, threading
from dpst.studio.launch import _end_by_signals
from dpst.studio.server_folder import server_folder
tempfile.tempdir = sys.argv[1]
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_DFL)  # Whoever runs the tests may ignore some.
_end_by_signals()
with server_folder() as folder:
    open(folder + "/upload", "w").close()
    print(folder, flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGKILL"])
def test_uploads_are_gone_however_the_server_ends(name, tmp_path) -> None:
    def started() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(tmp_path)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout.readline()
        return process

    with started() as alive, started() as process:
        process.send_signal(getattr(signal, name))
        process.wait(30)
        sweep(tmp_path)
        assert alive.poll() is None and len(list(tmp_path.iterdir())) == 1
        assert len(list(tmp_path.glob("*/upload"))) == 1
        alive.send_signal(signal.SIGTERM)
        alive.wait(30)
    assert list(tmp_path.iterdir()) == []


def test_serving_to_others_without_a_password_is_warned_of(monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(launch, "_end_by_signals", lambda: None)
    for name in ("GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED"):
        monkeypatch.setenv(name, "")
    main(["run.py", "studio", "--host=0.0.0.0"])
    assert "there is no password" in capsys.readouterr().err
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv(launch.PASSWORD_VARIABLE, "secret")
    main(["run.py", "studio", "--host=0.0.0.0"])
    assert "warning" not in capsys.readouterr().err
    assert main(["run.py", "studio", "--password="]) == BAD_INPUT
    assert "--password is empty" in capsys.readouterr().err
    assert is_local("localhost") and is_local("[::1]") and not is_local("192.0.2.7")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("localhost", "http://localhost:80"),
        ("::1", "http://[::1]:80"),
        ("[::1]", "http://[::1]:80"),
    ],
)
def test_address_is_one_that_a_browser_opens(host, address):
    assert page_address(host, 80) == address
