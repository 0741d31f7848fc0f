"""The files of a report: checked before any work, and written whole or not at all."""

import os

import pytest

from dpst.report.files import check_report_dir, write_text


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


def test_check_creates_nothing(tmp_path):
    check_report_dir(tmp_path)
    check_report_dir(tmp_path / "new" / "folder")
    assert list(tmp_path.iterdir()) == []


def test_folder_named_trace_json_is_an_error(tmp_path):
    (tmp_path / "trace.json").mkdir()
    with pytest.raises(ValueError, match="'trace.json', where a file must go: choose"):
        check_report_dir(tmp_path)


@pytest.mark.parametrize("folder", [".", "new/folder"])
def test_folder_that_is_not_writable_is_an_error(folder, tmp_path, monkeypatch):
    # Asked of the system, not of the file mode: the superuser may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ValueError, match="not writable.*choose another"):
        check_report_dir(tmp_path / folder)
