"""The rows of the flags: what is checked before work starts, and what a batch is told of them."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from dpst import images
from dpst.cli.flags import (
    BATCH_FLAGS,
    FILE_FLAGS,
    NOT_COLUMNS,
    RENAMED,
    define_flags,
    flag_roles,
    with_present_names,
)
from dpst.config import METHODS, TransferConfig
from dpst.looks.look_file import save_look
from dpst.looks.recoloring import Recoloring
from matting import fit_local_affine
from tests.command_line import check_refused
from tests.exit_statuses import DONE

ROLES = ("input", "input_or_name", "output", "state", "batch")
WRITTEN = [row.name for row in FILE_FLAGS if row.role in ("output", "state")]
OF_OTHERS = [
    (row.name, method)
    for row in FILE_FLAGS
    for method in METHODS
    if row.methods and method not in row.methods
]
OF_A_SOLVE = [row.name for row in FILE_FLAGS if row.is_of_a_solve and row.role != "batch"]


@pytest.fixture
def run(pair_files, run_cli):
    return run_cli.with_flags(
        content_image="content.png",
        style_image="style.png",
        output_image="output.png",
        max_evaluations=1,
        segmentation="none",
    )


@pytest.fixture
def look(photo_pair, tmp_path):
    """Name of a file with a look that makes the content photo of `photo_pair` darker."""
    content = photo_pair[0]
    local_map = fit_local_affine(content, 0.5 * content)
    save_look(tmp_path / "look.npz", Recoloring(local_map, None, content.shape[:2]))
    return "look.npz"


def test_every_row_and_every_setting_is_a_flag_once():
    rows = [row.name for row in FILE_FLAGS]
    settings = [field.name for field in dataclasses.fields(TransferConfig)]
    names = [
        *rows,
        *settings,
        "dry_run",
        "force",
        "overwrite",
        "quiet",
        "help",
        "helpfull",
        "version",
    ]
    assert sorted(define_flags()) == sorted(names)
    assert len(set(names)) == len(names)
    assert {row.role for row in FILE_FLAGS} == set(ROLES)


@pytest.mark.parametrize("name", WRITTEN)
def test_place_that_cannot_be_written_to_is_told_of_before_a_photo_is_read(name, run):
    flags = {"content_image": "missing.png", name: "style.png/odd/file"}
    check_refused(run(**flags), name, "style.png")


@pytest.mark.parametrize(("name", "method"), OF_OTHERS)
def test_flag_of_another_method_is_an_error_that_names_the_method(name, method, run):
    refused = run(**{"method": method, "content_image": "missing.png", name: "file"})
    (row,) = (row for row in FILE_FLAGS if row.name == name)
    owners = " or ".join(map(repr, row.methods))
    check_refused(refused, f"--{name} is 'file' and --method is {method!r}", f"must be {owners}")


@pytest.mark.parametrize("name", OF_A_SOLVE)
def test_flag_of_a_solve_is_an_error_beside_a_look_to_apply(name, run, look):
    flags = {"style_image": None, "segmentation": None, "apply_look": look, name: "style.png"}
    check_refused(run(**flags), f"--{name} is given and --apply_look too")


def test_batch_is_told_which_flags_name_files():
    roles = flag_roles()
    labels = ("content_labels", "style_labels")
    assert set(roles.inputs) == {"content_image", "style_image", *labels, "weights"}
    assert set(roles.inputs_or_names) == {"apply_look", "extractor", "segmentation_model", "init"}
    assert set(roles.outputs) | {"checkpoint_dir"} == set(WRITTEN)
    assert set(roles.not_of_the_result) == {"dry_run", "overwrite", "checkpoint_dir"}


@pytest.mark.parametrize("name", [*BATCH_FLAGS, *NOT_COLUMNS])
def test_flag_that_is_for_all_rows_is_no_column(name, run_cli, tmp_path):
    (tmp_path / "jobs.csv").write_text(f"content_image,{name}\ncontent.png,1\n")
    check_refused(run_cli(jobs="jobs.csv", output_dir="out"), f"has the column '{name}'")


def test_renamed_flags_are_found_in_each_way_to_write_them():
    arguments = ["run.py", "--save_map=a", "-apply_map", "b", "--apply_map=c=d"]
    assert with_present_names(arguments) == [
        *("run.py", "--save_look=a", "-apply_look", "b", "--apply_look=c=d")
    ]
    others = ["run.py", "save_map", "--content_image=save_map=x", "---save_map", "--save_mapped=a"]
    assert with_present_names(others) == others
    assert set(RENAMED.values()) <= {row.name for row in FILE_FLAGS}
    assert not RENAMED.keys() & {row.name for row in FILE_FLAGS}


def test_renamed_flags_work_on_the_command_line(run):
    assert run(save_map="look.npz").status == DONE
    apply = run.with_flags(style_image=None, output_image="again.png", apply_map="look.npz")
    assert apply().status == DONE
    output, again = (images.read_image(name) for name in ("output.png", "again.png"))
    np.testing.assert_array_equal(again, output)


def test_look_is_refused_by_a_photo_of_another_view_unless_forced(run, pair_files):
    assert run(save_look="look.npz").status == DONE
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[8:24, 8:24], pixels[30:44, 40:60] = (250, 120, 30), (20, 80, 200)
    Image.fromarray(pixels).save(pair_files / "other.png")
    apply = run.with_flags(style_image=None, apply_look="look.npz", content_image="other.png")
    check_refused(apply(output_image="no.png"), "content_image", "shows something else")
    assert apply(output_image="other_out.png", force=True).status == DONE


def test_renamed_flags_work_as_columns(run_cli, pair_files, look):
    for name in ("apply_map", "apply_look"):
        rows = f"content_image,{name},output_image\ncontent.png,{look},{name}.png\n"
        (pair_files / f"{name}.csv").write_text(rows)
        done = run_cli(jobs=f"{name}.csv", output_dir="out")
        assert done.status == DONE and f"out/{name}.png" in done.files
    old, new = (pair_files / f"out/{name}.png" for name in ("apply_map", "apply_look"))
    assert old.read_bytes() == new.read_bytes()
    expected = 0.5 * images.read_image("content.png")
    np.testing.assert_allclose(images.read_image(old), expected, atol=0.02)


def test_column_by_both_names_is_an_error(run_cli, tmp_path):
    (tmp_path / "jobs.csv").write_text("content_image,apply_map,apply_look\na.png,b.npz,b.npz\n")
    check_refused(run_cli(jobs="jobs.csv", output_dir="out"), "has two columns 'apply_look'")
