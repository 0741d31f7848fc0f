"""Standard streams that fail: the picture is made all the same, and the status is honest."""

import os
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.exit_statuses import BAD_INPUT, DONE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a shell of POSIX")


@pytest.fixture
def shell(pair_files, tmp_path):
    """A function that runs a command line in a shell, which redirects its streams."""

    def call(text, **environment):
        command = f'"{sys.executable}" "{REPOSITORY / "run.py"}" {text}'
        return subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
            capture_output=True,
        )

    return call


RUN = "content.png style.png out.png --max_evaluations=1 --segmentation=none"


@pytest.mark.parametrize(
    "streams", [">&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full", ">/dev/full 2>/dev/full", "2>&-"]
)
def test_stream_that_fails_costs_no_picture(shell, tmp_path, streams):
    if "full" in streams and not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    run = shell(f"{RUN} {streams}")
    assert run.returncode == DONE, run.stderr
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    assert b"Traceback" not in run.stderr
    if streams == ">/dev/full":
        assert b"standard output could not be written" in run.stderr


def test_reader_that_goes_costs_no_picture(shell, tmp_path):
    run = shell(f"{RUN} 2>&1 | true")
    assert (tmp_path / "out.png").exists() and b"Traceback" not in run.stderr


def test_text_that_was_asked_for_and_is_lost_is_an_error_unless_nobody_reads_on(shell):
    run = shell("--help | head -1")
    assert run.stdout.startswith(b"dpst:") and not run.stderr
    assert shell("--version >&-").returncode == DONE
    if os.path.exists("/dev/full"):
        run = shell("--help >/dev/full")
        assert run.returncode == BAD_INPUT and run.stderr.count(b"\n") == 1


def test_terminal_of_few_characters_takes_any_name(shell, tmp_path):
    os.rename(tmp_path / "content.png", tmp_path / "cafe\u0301.png")
    text = RUN.replace("content.png", "cafe\u0301.png").replace("out.png", "\u00fc.png")
    run = shell(text + " --report_dir=r\u00e9", PYTHONIOENCODING="ascii", LC_ALL="C.UTF-8")
    assert run.returncode == DONE, run.stderr
    assert (tmp_path / "\u00fc.png").exists() and (tmp_path / "r\u00e9/index.html").exists()
