"""A studio that is served: what its page is protected from, and that the protection holds."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import signal
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.browser_tools import check_packages, studio_server
from tests.fuzz.http import API, fuzz_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    check_packages("gradio")
    with studio_server(tmp_path_factory.mktemp("server")) as url:
        yield urlsplit(url).netloc


def answered(address: str, method: str, path: str, body: bytes = b"", **headers: str):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        connection.request(method, path, body, names)
        with connection.getresponse() as response:
            return response.status, response.headers, response.read()


def uploaded(address: str, content: bytes) -> tuple[str, str]:
    """Return (path, cookie) of an upload."""
    form = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    kind = "multipart/form-data; boundary=b"
    body = form + content + b"\r\n--b--\r\n"
    status, headers, text = answered(address, "POST", f"{API}/upload", body, content_type=kind)
    assert status == 200
    return json.loads(text)[0], headers["Set-Cookie"].split(";")[0]


def test_hostile_requests_are_refused(address) -> None:
    fuzz_server(f"http://{address}", 300, 1)


def test_large_layers_are_refused_before_they_are_decoded(address) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (9400, 9400)).save(file, "PNG")
    path, cookie = uploaded(address, file.getvalue())
    config = json.loads(answered(address, "GET", "/config")[2])
    event = next(e for e in config["dependencies"] if e["api_name"] == "relink")
    layer = {"path": path, "meta": {"_type": "gradio.FileData"}}
    editor = {"background": None, "layers": [layer] * 3, "composite": None, "id": None}
    data = [None, editor, editor, *[None] * (len(event["inputs"]) - 3)]
    body = json.dumps({"data": data, "fn_index": event["id"], "session_hash": "abc"}).encode()
    headers = {"content_type": "application/json", "cookie": cookie}
    status, _, text = answered(address, "POST", f"{API}/run/relink", body, **headers)
    assert status == 400 and "9400x9400, must have at most" in json.loads(text)["error"]


def test_password_is_asked_for(tmp_path, monkeypatch) -> None:
    check_packages("gradio")
    monkeypatch.setenv("DPST_STUDIO_PASSWORD", "secret")
    with studio_server(tmp_path) as url:
        host = urlsplit(url).netloc
        assert answered(host, "GET", "/config")[0] == 401
        form = {"content_type": "application/x-www-form-urlencoded"}
        for word, status in (("wrong", 400), ("secret", 200)):
            body = f"username=dpst&password={word}".encode()
            answer = answered(host, "POST", "/login", body, **form)
            assert answer[0] == status
        cookies = [value.split(";")[0] for value in answer[1].get_all("Set-Cookie")]
        assert answered(host, "GET", "/config", cookie="; ".join(cookies))[0] == 200


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no hangup")
def test_uploads_are_gone_after_a_hangup(tmp_path, request) -> None:
    check_packages("gradio")
    # Whoever runs the tests may ignore it, and so would the server.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    request.addfinalizer(lambda: signal.signal(signal.SIGHUP, before))
    # `studio_server` checks that nothing is left.
    with studio_server(tmp_path) as url:
        uploaded(urlsplit(url).netloc, b"photo")
        (lock,) = tmp_path.glob("dpst-studio-*/owner.lock")
        os.kill(int(lock.read_text()), signal.SIGHUP)
