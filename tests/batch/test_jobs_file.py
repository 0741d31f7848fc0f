"""The jobs file: what is read from it, and what is said of a file that is not one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dpst.batch.flag_roles import FlagRoles
from dpst.batch.job import Job
from dpst.batch.jobs_file import input_files, read_jobs

FLAGS = ("content_image", "style_image", "output_image", "content_labels", "init", "tv_weight")
ROLES = FlagRoles(
    inputs=("content_image", "style_image", "content_labels"),
    inputs_or_names=("init",),
    outputs=("output_image",),
)


def read(tmp_path, text, common=None):
    path = tmp_path / "jobs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_jobs(path, tmp_path / "out", FLAGS, common or {}, ROLES)


def test_row_is_a_job_with_its_line_and_paths_from_the_files_folder(tmp_path):
    rows = "\ufeffcontent_image, tv_weight ,style_image\n\na.png,0.5,b.png\nc.png,,b.png\n"
    first, second = read(tmp_path, rows, {"tv_weight": "2"})
    assert (first.line, second.line) == (3, 4)
    assert first.flags == {
        "content_image": str(tmp_path / "a.png"),
        "style_image": str(tmp_path / "b.png"),
        "tv_weight": "0.5",
        "output_image": str(tmp_path / "out/a_b.png"),
    }
    assert second.flags["tv_weight"] == "2"


def test_lists_of_files_and_masks_are_resolved_one_by_one(tmp_path):
    (tmp_path / "x,y.png").touch()
    (tmp_path / "start.png").touch()
    rows = 'style_image,content_labels,init\n"a.png, b.png","sky=s.png,r=r.png",content\n'
    rows += '"x,y.png",,start.png\n'
    first, second = read(tmp_path, rows, {"content_image": "c.png"})
    assert first.flags["style_image"] == f"{tmp_path}/a.png,{tmp_path}/b.png"
    assert first.flags["content_labels"] == f"sky={tmp_path}/s.png,r={tmp_path}/r.png"
    assert first.flags["init"] == "content"
    assert second.flags["style_image"] == f"{tmp_path}/x,y.png"
    assert second.flags["init"] == f"{tmp_path}/start.png"
    assert input_files(second) == [f"{tmp_path}/start.png", f"{tmp_path}/x,y.png"]


def test_masks_count_as_inputs(tmp_path):
    for name in ("s.png", "r.png"):
        (tmp_path / name).touch()
    flags = {"content_labels": f"sky={tmp_path}/s.png,r={tmp_path}/r.png"}
    assert input_files(Job(2, flags, roles=ROLES)) == [f"{tmp_path}/r.png", f"{tmp_path}/s.png"]


def test_bad_row_is_a_job_with_an_error_and_costs_no_other(tmp_path):
    rows = (
        "content_image,style_image,output_image\na.png,b.png\na.png,b.png,../x.png\na.png,b.png,\n"
    )
    short, outside, good = read(tmp_path, rows)
    error = "the row has 2 cells and the header 3, they must agree."
    assert short == Job(2, error=error, roles=ROLES)
    assert "must lie in output_dir" in outside.error
    assert not good.error


BAD = {
    "empty": ("", "is empty"),
    "header alone": ("content_image,style_image\n", "holds no rows"),
    "unknown column": ("content_imagee,style_image\na,b\n", "did you mean 'content_image'"),
    "semicolons": ("content_image;style_image\na;b\n", "with commas between them"),
    "no header": ("a.png,b.png\n", "column 'a.png'"),
    "two columns of a name": ("init,init\na,b\n", "two columns 'init'"),
    "one output twice": (
        "content_image,output_image\na,x.png\nb,X.png\n",
        "by line 2 and by line 3",
    ),
    "not UTF-8": (b"content_image\n\xff\xfe\n", "in UTF-8"),
    "NUL": (b"content_image\na\0b\n", "cannot be read"),
    "open quote": ('content_image\n"a\n', "cannot be read"),
    "endless cell": ("content_image\n" + "a" * 200_000, "cannot be read"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "cannot be read"),
}


@pytest.mark.parametrize("case", BAD)
def test_file_that_is_not_a_jobs_file_is_an_error_before_anything_is_run(case, tmp_path):
    text, message = BAD[case]
    with pytest.raises(ValueError, match=message) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value) and "jobs.csv" in str(caught.value)


def test_file_that_is_missing_or_a_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        read_jobs(tmp_path / "no.csv", tmp_path, FLAGS, {}, ROLES)
    with pytest.raises(ValueError, match="is a folder"):
        read_jobs(tmp_path, tmp_path, FLAGS, {}, ROLES)


@settings(deadline=None)  # Files take their time on a busy disk.
@given(data=st.binary(max_size=200) | st.text('abc,"\n\r;=/.\0é', max_size=200).map(str.encode))
def test_any_bytes_give_jobs_or_one_clear_error(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    for text in (data, b"content_image,style_image\n" + data):
        try:
            jobs = read(folder, text)
        except ValueError as error:
            assert str(error).startswith("jobs ")
        else:
            assert jobs
