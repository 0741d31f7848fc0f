"""The files of a report, written whole or not at all."""

import os

import pytest

from dpst.report.files import write_text


def test_failed_write_leaves_the_older_file_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "trace.json").write_text("old")

    def fail(*paths):
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ValueError, match="trace.json' cannot be written .no space.*free space"):
        write_text(tmp_path / "trace.json", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["trace.json"]
    assert (tmp_path / "trace.json").read_text() == "old"


def test_file_in_the_folders_place_is_an_error_of_writing_too(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="cannot be written"):
        write_text(tmp_path / "file" / "trace.json", "new")
