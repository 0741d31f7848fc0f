"""The page as it is built; it needs the extra `studio`, so this runs with the browser tests."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.browser_tools import REPOSITORY, check_packages

pytestmark = pytest.mark.browser

# In a process of its own, since Gradio leaves an event loop open.
BUILD = """
import json
from dpst.config import METHODS
from dpst.studio.page import build_page

METHODS["toy"] = "tests.methods.toy"
blocks = build_page(lambda: None).blocks.values()
print(json.dumps(next(b.choices for b in blocks if getattr(b, "label", None) == "Method")))
"""


def test_page_offers_each_method_that_is_registered() -> None:
    check_packages("gradio")
    command = [sys.executable, "-c", BUILD]
    process = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout.splitlines()[-1]) == [
        ["photo: keep the photo a photo", "photo"],
        ["artistic: paint it anew, as a painting", "artistic"],
        ["semantic: paint its segments out of patches of the style", "semantic"],
        ["toy: turn it upside down", "toy"],
    ]
