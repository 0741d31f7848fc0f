"""The benchmark of large batches checks its rows, each without the whole check of the flags."""

from unittest import mock

from benchmarks.jobs_checked import measure
from dpst.cli import run_jobs


def test_rows_of_one_kind_are_checked_as_one(tmp_path):
    with mock.patch.object(run_jobs, "checked_config", wraps=run_jobs.checked_config) as check:
        seconds, number = measure(tmp_path, 300)
    assert number == 300 and seconds > 0
    assert check.call_count <= 100  # folders
