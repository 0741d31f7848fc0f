"""A child of `os.fork` is told at once where TensorFlow would wait for ever."""

import os
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")

SCRIPT = """
import os, sys
import numpy as np
import dpst
image = np.random.default_rng(0).random((48, 64, 3), np.float32)
stylizer = dpst.Stylizer(dpst.TransferConfig(max_evaluations=1, segmentation="none"))
if sys.argv[1] == "used":
    stylizer.extractor
pid = os.fork()
if pid == 0:
    load = lambda: dpst.extractors.load_extractor("embedded")
    for work in (lambda: stylizer(image, image[::-1]), load):
        try:
            work()
        except ChildProcessError as error:
            print(error, flush=True)
    os._exit(0)
os.waitpid(pid, 0)
"""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("parent", "num_errors"), [("used", 2), ("unused", 0)])
def test_child_of_a_parent_at_work_is_told_how_to_start(parent, num_errors):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, parent],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout.count("get_context('spawn')") == num_errors, done
    assert done.returncode == 0
