"""Random command lines on mutated files: a few here, and as many as find the rare ones."""

import os

import pytest

from tests.whole.fuzz import fuzz

FEW = pytest.param(150, 0, id="few")
MANY = pytest.param(2400, 20, id="many", marks=pytest.mark.long)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and alarms of the system")
@pytest.mark.filterwarnings("ignore")  # Pillow's own, of files that are odd on purpose.
@pytest.mark.parametrize(("count", "num_solved"), [FEW, MANY])
def test_mutated_input_gives_a_result_or_one_clear_line(count, num_solved, tmp_path):
    counts, bugs = fuzz(tmp_path, count, num_solved=num_solved)
    assert not bugs, "\n\n".join(bugs)
    assert counts["picture", "result"] > count / 30 and counts["picture", "error"] > count / 30
