"""Where paths lead: homes, links, and names that differ in case alone."""

import os

import pytest

from dpst.files.place import Places, home_path, is_same_file, is_within


def test_home_folder_is_meant_by_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/home/of")
    assert home_path("~/a.png", "init") == "/home/of/a.png"
    assert home_path("a~b/c.png", "init") == "a~b/c.png"
    with pytest.raises(ValueError, match=r"init is '~nosuchuser/a.png'.* no such user"):
        home_path("~nosuchuser/a.png", "init")
    monkeypatch.chdir(tmp_path)
    os.mkdir("~nosuchuser")
    assert home_path("~nosuchuser/a.png", "init") == "~nosuchuser/a.png"
    assert home_path("~backup.png", "init") == "~backup.png"


def test_paths_to_one_file_have_one_place(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "a/l.png").symlink_to("x.png")
    places = Places()
    names = ("a/x.png", "link/x.png", "a/../link/x.png", "a/l.png", "link/X.PNG")
    assert len({places.place(tmp_path / name) for name in names}) == 1
    assert places.place(tmp_path / "a/y.png") != places.place(tmp_path / "a/x.png")
    assert is_same_file(tmp_path / "a/x.png", tmp_path / "link/l.png")


def test_link_leads_out_of_a_folder(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in/link").symlink_to("../out")
    monkeypatch.chdir(tmp_path / "out")
    assert is_within("../in/x", "../in") and is_within("../in", "../in")
    assert not is_within("../in/link/x", "../in") and not is_within("../inner", "../in")
