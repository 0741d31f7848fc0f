"""The command line as newcomers type it, and what it must not overwrite."""

import os

import pytest

import dpst
from dpst import images
from tests.command_line import check_refused
from tests.exit_statuses import DONE

PAIR = ("content.png", "style.png")


def test_version_and_help_have_their_usual_forms(run_cli):
    assert run_cli("--version").out == f"dpst {dpst.__version__}\n"
    assert run_cli("-h").out == run_cli("--help").out == run_cli().out


def test_three_paths_are_content_style_and_output(pair_files, run_cli):
    assert run_cli("--max_evaluations=1", *PAIR, "out.png").status == DONE
    assert images.read_image("out.png").shape == (48, 64, 3)


@pytest.mark.parametrize("name", PAIR)
def test_output_that_is_an_input_needs_overwrite(pair_files, run_cli, name):
    os.link(name, "again.png")
    for output in (name, f"./{name}", "again.png"):
        check_refused(run_cli("--dry_run", *PAIR, output), "--overwrite")
    assert run_cli("--dry_run", "--overwrite", *PAIR, name).status == DONE


def test_symbolic_link_is_written_through(pair_files, run_cli):
    os.mkdir("there")
    os.symlink("there/real.png", "out.png")
    assert run_cli("--max_evaluations=1", *PAIR, "out.png").status == DONE
    assert os.path.islink("out.png")
    assert images.read_image("there/real.png").shape == (48, 64, 3)


def test_report_of_a_photo_whose_name_is_not_utf_8(pair_files, run_cli):
    name = os.fsdecode(b"caf\xe9.png")
    os.rename("content.png", name)
    done = run_cli("--max_evaluations=1", name, "style.png", "out.png", report_dir="report")
    assert done.status == DONE
