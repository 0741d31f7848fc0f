"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dpst.files.whole_file import check_file_path, check_folder_path, remove_leftovers, whole_file


def test_file_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "file.npz"
    path.write_bytes(b"old")
    with whole_file(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_failure_leaves_the_old_file_and_no_other(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "file.npz"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), whole_file(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_path_is_checked_and_nothing_created(tmp_path: Path) -> None:
    check_file_path(tmp_path / "file.NPZ", "save_look", (".npz",))
    with pytest.raises(ValueError, match=r"save_look .* '\.cube', it must be \.npz: rename it"):
        check_file_path(tmp_path / "file.cube", "save_look", (".npz",))
    with pytest.raises(ValueError, match=r"must be one of \.png \.jpg"):
        check_file_path(tmp_path / "file", "output_image", (".png", ".jpg"))
    with pytest.raises(ValueError, match="is a folder"):
        check_file_path(tmp_path, "save_look", (".npz",))
    with pytest.raises(FileNotFoundError, match="create"):
        check_file_path(tmp_path / "no" / "file.npz", "save_look", (".npz",))
    assert list(tmp_path.iterdir()) == []


def test_folder_is_checked_and_nothing_created(tmp_path: Path) -> None:
    check_folder_path(tmp_path, "report_dir")
    check_folder_path(tmp_path / "new" / "folder", "report_dir", ("trace.json",))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_file_in_the_folders_place_is_an_error(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=f"save_dir .*{folder}' cannot be a folder, .*file' is a"):
        check_folder_path(tmp_path / folder, "save_dir")


def test_folder_in_a_files_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "trace.json").mkdir()
    check_folder_path(tmp_path, "report_dir", ("index.html",))
    with pytest.raises(ValueError, match="'trace.json', where a file must go: choose"):
        check_folder_path(tmp_path, "report_dir", ("index.html", "trace.json"))


@pytest.mark.parametrize("folder", [".", "new/folder"])
def test_folder_that_is_not_writable_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    # Asked of the system, not of the file mode: the superuser may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ValueError, match="not writable.*choose another"):
        check_folder_path(tmp_path / folder, "report_dir")


@pytest.mark.skipif(os.name != "posix", reason="needs locks of POSIX")
def test_leftover_of_a_killed_process_goes_and_a_file_being_written_stays(tmp_path: Path) -> None:
    left = tmp_path / f".{'0' * 16}.tmp"
    left.write_bytes(b"half")
    foreign = tmp_path / ".mine.tmp"
    foreign.write_bytes(b"")
    before = time.time() - 5
    with whole_file(tmp_path / "file.npz") as file:
        file.write(b"new")
        file.flush()
        for path in tmp_path.iterdir():
            os.utime(path, (before, before))
        remove_leftovers(tmp_path)
        assert not left.exists() and foreign.exists()
    assert (tmp_path / "file.npz").read_bytes() == b"new"


def test_folder_from_a_working_folder_that_is_gone_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def getcwd() -> str:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(os, "getcwd", getcwd)
    with pytest.raises(FileNotFoundError, match=r"report_dir 'rep' .* no longer exists"):
        check_folder_path("rep", "report_dir")
    check_folder_path(tmp_path / "rep", "report_dir")
