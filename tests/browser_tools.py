"""A browser that notes errors and requests to other hosts, and a server of the studio."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

REPOSITORY = Path(__file__).parent.parent
LOCAL = ("127.0.0.1", "")  # "": data:, blob: and file:
SECONDS = 300  # to wait for anything, on a busy machine
READY = "the studio is at "


def skip_or_fail(reason: str) -> None:
    """Skip the test; fail where DPST_REQUIRE_BROWSER is set, as in `.ci/run`."""
    if os.environ.get("DPST_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


def check_packages(*names: str) -> None:
    """Skip the test, or let it fail, where a package is missing."""
    for name in names:
        if importlib.util.find_spec(name) is None:
            skip_or_fail(f"needs the package {name}: pip install -e '.[browser]'")


@contextlib.contextmanager
def launched_browser() -> Iterator[Any]:
    """Start Chromium: Debian's, or Playwright's own.

    Yields:
        The browser.
    """
    check_packages("playwright")
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as error:
            skip_or_fail(f"needs Chromium: apt-get install chromium ({str(error).splitlines()[0]})")
        yield browser
        browser.close()


def described(line: Any) -> str:
    """Return a line of the page's console, and where it comes from."""
    location = line.location
    return f"{line.text} ({location['url']}:{location['lineNumber']})"


@contextlib.contextmanager
def watched_page(browser: Any, **options: Any) -> Iterator[Any]:
    """Open a page in a session of its own, and check that it meets no error.

    Args:
        browser: from `launched_browser`.
        **options: of the browser's context.

    Yields:
        The page. At the end there must be no error, and no request to another host.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(1000 * SECONDS)
    page = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    page.on("console", lambda line: line.type == "error" and errors.append(described(line)))
    page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack}"))
    page.on("request", lambda request: requests.append(request.url))
    yield page
    context.close()
    assert not errors, "\n".join(errors)
    others = [url for url in requests if (urlparse(url).hostname or "") not in LOCAL]
    assert not others, "\n".join(others)


@contextlib.contextmanager
def studio_server(folder: Path) -> Iterator[str]:
    """Serve a studio in a process of its own, and check that it leaves nothing behind.

    Args:
        folder: where its temporary files go.

    Yields:
        Its address.
    """
    check_packages("gradio")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(REPOSITORY / "run.py"), "studio", f"--port={port}"]
    environment = {**os.environ, "TMPDIR": str(folder)}
    with (
        open(folder / "errors.txt", "w+") as errors,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        try:
            line = process.stdout.readline()
            timer.cancel()
            errors.seek(0)
            assert READY in line, errors.read()
            yield line.split(READY)[1].split()[0]
        finally:
            timer.cancel()
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
    assert process.returncode == 0
    assert [path.name for path in folder.iterdir() if path.name.startswith("dpst-")] == []


def serious_faults(page: Any) -> list[str]:
    """Return the accessibility faults that axe calls serious or critical, and where they are."""
    check_packages("axe_playwright_python")
    from axe_playwright_python.sync_playwright import Axe

    response = Axe().run(page).response
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]}"
        for fault in response["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
