"""The record beside a result: what makes a job finished, and what makes it another job."""

import json
from dataclasses import replace

import pytest

from dpst.batch import job_record
from dpst.batch.flag_roles import FlagRoles
from dpst.batch.job import Job
from dpst.batch.job_record import is_finished, job_digest, record_path, write_record

ROLES = FlagRoles(
    inputs=("photo", "labels"),
    inputs_or_names=("start",),
    outputs=("output_image", "extra", "folder"),
    not_of_the_result=("states",),
)


@pytest.fixture
def job(tmp_path):
    """A job whose inputs and results are there."""
    for name in ("a.png", "sky.png"):
        (tmp_path / name).write_text(f"contents of {name}")
    (tmp_path / "out").mkdir()
    for name in ("x.png", "extra.npz"):
        (tmp_path / "out" / name).write_text(f"result {name}")
    return job_in(tmp_path)


def job_in(folder):
    flags = {
        "photo": f"{folder}/a.png",
        "labels": f"sky={folder}/sky.png,sea={folder}/missing.png",
        "start": "content",
        "weight": "0.5",
        "output_image": f"{folder}/out/x.png",
        "extra": f"{folder}/out/extra.npz",
        "folder": f"{folder}/out/reports",
        "states": f"{folder}/states",
    }
    return Job(2, flags, roles=ROLES)


def with_flags(job, **flags):
    return replace(job, flags={**job.flags, **flags})


def test_record_tells_of_the_job_and_holds_what_each_file_held(job, tmp_path):
    (tmp_path / "out/reports").mkdir()
    write_record(job, "digest", {"seconds": 1.5})
    assert record_path(job) == tmp_path / "out/x.png.job.json"
    record = json.loads(record_path(job).read_text())
    assert record["hash"] == "digest" and record["seconds"] == 1.5
    assert record["flags"] == job.flags
    assert sorted(record["outputs"]) == ["extra.npz", "x.png"]
    assert len(set(record["outputs"].values())) == 2


def test_job_is_finished_by_its_own_digest_alone(job):
    assert not is_finished(job, job_digest(job))
    write_record(job, job_digest(job), {})
    assert is_finished(job, job_digest(job))
    assert not is_finished(job, "another digest")


@pytest.mark.parametrize("name", ["x.png", "extra.npz"])
def test_job_is_not_finished_without_every_result_as_it_was_written(job, tmp_path, name):
    write_record(job, job_digest(job), {})
    path = tmp_path / "out" / name
    path.write_text("edited")
    assert not is_finished(job, job_digest(job))
    path.unlink()
    assert not is_finished(job, job_digest(job))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"hash": 1}', '{"outputs": []}', "\xff"])
def test_damaged_record_is_none(job, text):
    write_record(job, job_digest(job), {})
    record_path(job).write_bytes(text.encode("latin-1"))
    assert not is_finished(job, job_digest(job))


@pytest.mark.parametrize("key", ["outputs", "folders"])
def test_record_without_outputs_is_none(job, key):
    write_record(job, job_digest(job), {})
    record = json.loads(record_path(job).read_text())
    record_path(job).write_text(json.dumps({**record, key: {}}))
    assert not is_finished(job, job_digest(job))
    record_path(job).write_text(json.dumps({**record, key: {"../../a.png": "0" * 64}}))
    assert not is_finished(job, job_digest(job))


def test_job_whose_report_was_deleted_is_not_finished(job, tmp_path):
    (tmp_path / "out/reports").mkdir()
    (tmp_path / "out/reports/index.html").write_text("page")
    write_record(job, job_digest(job), {})
    assert is_finished(job, job_digest(job))
    (tmp_path / "out/reports/index.html").unlink()
    assert not is_finished(job, job_digest(job))
    (tmp_path / "out/reports").rmdir()
    assert not is_finished(job, job_digest(job))


def test_digest_is_of_contents_not_of_places(job, tmp_path):
    (tmp_path / "missing.png").write_text("here")
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("a.png", "sky.png", "missing.png"):
        (moved / name).write_bytes((tmp_path / name).read_bytes())
    assert job_digest(job_in(moved)) == job_digest(job)


def test_what_is_not_of_the_result_does_not_count(job):
    other = with_flags(job, states="elsewhere", folder="elsewhere/reports")
    assert job_digest(other) == job_digest(job)


def _edit_photo(job, folder):
    (folder / "a.png").write_text("other")
    return job


def _edit_mask(job, folder):
    (folder / "sky.png").write_text("other")
    return job


def _add_missing_mask(job, folder):
    (folder / "missing.png").write_text("new")
    return job


def _change_setting(job, folder):
    return with_flags(job, weight="0.6")


def _add_setting(job, folder):
    return with_flags(job, seed="1")


def _rename_output(job, folder):
    return with_flags(job, output_image=f"{folder}/out/y.png")


def _name_by_a_file(job, folder):
    return with_flags(job, start=f"{folder}/a.png")


CHANGES = [_edit_photo, _edit_mask, _add_missing_mask, _change_setting, _add_setting]
CHANGES += [_rename_output, _name_by_a_file]


@pytest.mark.parametrize("change", CHANGES)
def test_what_decides_the_result_changes_the_digest(job, tmp_path, change):
    before = job_digest(job)
    assert job_digest(change(job, tmp_path)) != before


def test_another_version_is_another_job(job, monkeypatch):
    before = job_digest(job)
    monkeypatch.setattr(job_record, "__version__", "next")
    assert job_digest(job) != before


def test_path_that_begins_another_is_not_taken_for_it(job, tmp_path):
    (tmp_path / "a.png.png").write_text("longer name")
    both = with_flags(job, photo=f"{tmp_path}/a.png,{tmp_path}/a.png.png")
    before = job_digest(both)
    (tmp_path / "a.png.png").write_text("changed")
    assert job_digest(both) != before
