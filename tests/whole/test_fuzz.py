"""A small share of the fuzzing that `python -m tests.whole.fuzz` does at length."""

import os

import pytest

from tests.whole.fuzz import fuzz


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and alarms of the system")
@pytest.mark.filterwarnings("ignore")  # Pillow's own, of files that are odd on purpose.
def test_mutated_input_gives_a_result_or_one_clear_line(tmp_path):
    counts, bugs = fuzz(tmp_path, 150)
    assert not bugs, "\n\n".join(bugs)
    assert counts["picture", "result"] > 5 and counts["picture", "error"] > 5
