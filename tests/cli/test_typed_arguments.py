"""The command line as newcomers type it, and what it must not overwrite."""

import os
import subprocess
import sys

import pytest

import dpst
from dpst import images
from dpst.cli.flags import define_flags
from dpst.cli.help_text import MOST_USED
from tests.command_line import check_refused
from tests.exit_statuses import BAD_INPUT, DONE

PAIR = ("content.png", "style.png")


def test_version_and_help_have_their_usual_forms(run_cli):
    assert run_cli("--version").out == run_cli("-V").out == f"dpst {dpst.__version__}\n"
    assert run_cli("-h").out == run_cli("--help").out


def test_nothing_typed_shows_how_and_fails(run_cli):
    run = run_cli()
    assert run.status == BAD_INPUT and not run.out
    assert run.err == run_cli("-h").out


def test_help_explains_the_most_used_and_names_all_flags(run_cli):
    text = run_cli("--help").out
    for name in MOST_USED:
        assert f"\n  --{name}" in text
    for name in define_flags():
        assert name in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_full_help_explains_every_flag_once(run_cli):
    text = run_cli("--helpfull").out
    for name in define_flags():
        lines = [line for line in text.splitlines() if line.split()[:1] == [f"--{name}"]]
        assert len(lines) == 1, name


def test_module_is_the_command_line():
    run = subprocess.run(
        [sys.executable, "-m", "dpst", "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"dpst {dpst.__version__}\n"


def test_three_paths_are_content_style_and_output(pair_files, run_cli):
    assert run_cli("--max_evaluations=1", *PAIR, "out.png").status == DONE
    assert images.read_image("out.png").shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (PAIR, ["--output_image is missing"]),
        ((*PAIR, "out.png", "more.png"), ["unexpected argument 'more.png'"]),
        (("--style_image=style.png", *PAIR, "out.png"), ["unexpected argument 'content.png'"]),
    ],
)
def test_other_numbers_of_paths_are_told_of(pair_files, run_cli, arguments, parts):
    check_refused(run_cli("--dry_run", *arguments), *parts)


def test_path_that_is_also_a_flags_value_keeps_its_place(pair_files, run_cli):
    arguments = ["--content_labels", "content_labels.png", "--style_labels", "style_labels.png"]
    assert run_cli("--dry_run", *arguments, *PAIR, "out.png").status == DONE


def test_quiet_run_prints_nothing(pair_files, run_cli):
    run = run_cli("-q", "--max_evaluations=1", *PAIR, "out.png")
    assert (run.status, run.out, run.err) == (DONE, "", "")
    check_refused(run_cli("--quiet", "no.png", "style.png", "out2.png"), "no.png")


@pytest.mark.parametrize("text", ["--style_weight=0,5", "--style_weight 0,5"])
def test_decimal_comma_is_explained(pair_files, run_cli, text):
    run = run_cli(*text.split(), *PAIR, "out.png")
    check_refused(run, "--style_weight is 0,5", "decimal point", "0.5")


@pytest.mark.parametrize("name", PAIR)
def test_output_that_is_an_input_needs_overwrite(pair_files, run_cli, name):
    os.link(name, "again.png")
    for output in (name, f"./{name}", "again.png"):
        check_refused(run_cli("--dry_run", *PAIR, output), "--overwrite")
    assert run_cli("--dry_run", "--overwrite", *PAIR, name).status == DONE


def test_output_that_is_a_mask_or_a_label_map_needs_overwrite(pair_files, run_cli):
    labels = {"content_labels": "content_labels.png", "style_labels": "style_labels.png"}
    for output in labels.values():
        check_refused(run_cli("--dry_run", *PAIR, output, **labels), "--overwrite")
    masks = {"content_labels": "a=content_labels.png", "style_labels": "a=style_labels.png"}
    check_refused(run_cli("--dry_run", *PAIR, "content_labels.png", **masks), "--overwrite")


@pytest.mark.parametrize(
    "flags",
    [
        {"preview": "out.png"},
        {"preview": "./out.png"},
        {"save_labels": "folder", "preview": "folder/style_labels.png"},
    ],
)
def test_two_outputs_are_two_files(pair_files, run_cli, flags):
    (pair_files / "folder").mkdir()
    run = run_cli("--dry_run", *PAIR, "out.png", **flags)
    check_refused(run, "the same file as", "choose another path")


def test_labels_are_saved_in_a_new_folder(pair_files, run_cli):
    run = run_cli("--max_evaluations=1", *PAIR, "out.png", save_labels="a/new")
    assert run.status == DONE and (pair_files / "a/new/content_labels.png").exists()


def test_symbolic_link_is_written_through(pair_files, run_cli):
    os.mkdir("there")
    os.symlink("there/real.png", "out.png")
    assert run_cli("--max_evaluations=1", *PAIR, "out.png").status == DONE
    assert os.path.islink("out.png")
    assert images.read_image("there/real.png").shape == (48, 64, 3)


def test_read_only_output_is_refused_before_the_solve(pair_files, run_cli, monkeypatch):
    (pair_files / "out.png").write_bytes(b"precious")
    monkeypatch.setattr(os, "access", lambda path, mode: "out.png" not in os.fspath(path))
    run = run_cli(*PAIR, "out.png")
    assert run.status == BAD_INPUT and "read-only" in run.err
    assert (pair_files / "out.png").read_bytes() == b"precious"


def test_name_that_is_not_utf_8_costs_nothing(pair_files, run_cli):
    name = os.fsdecode(b"caf\xe9.png")
    os.rename("content.png", name)
    output = os.fsdecode(b"d\xe9j\xe0.png")
    done = run_cli("--max_evaluations=1", name, "style.png", output, report_dir="report")
    assert done.status == DONE and images.read_image(output).shape == (48, 64, 3)
    page = (pair_files / "report/index.html").read_bytes().decode()
    assert "caf\\udce9.png" in page or "caf\\xe9.png" in page


def test_home_folder_and_address(pair_files, run_cli, monkeypatch):
    monkeypatch.setenv("HOME", str(pair_files))
    run = run_cli(
        "--dry_run", "--content_image=~/content.png", style_image="style.png", output_image="o.png"
    )
    assert run.status == DONE
    check_refused(run_cli("~nosuchuser/a.png", "style.png", "o.png"), "~nosuchuser/a.png")
    check_refused(
        run_cli("https://example.org/a.jpg", "style.png", "o.png"), "an address", "download it"
    )


def test_commas_in_names_of_several_styles(pair_files, run_cli):
    os.rename("style.png", "a, b.png")
    run = run_cli(
        "--method=artistic",
        "--dry_run",
        content_image="content.png",
        style_image="a, b.png,content.png,a, b.png",
        output_image="o.png",
        multi_style="composite",
    )
    assert "does not exist" not in run.err


def test_rows_that_cannot_run_are_told_of_before_the_first_is_solved(pair_files, run_cli):
    rows = [
        "content_image,style_image,output_image,style_weight",
        "content.png,style.png,one.png,",
        "content.png,style.png,two.png,-1",
        'content.png,style.png,three.png,"0,5"',
        "content.png,gone.png,four.png,",
    ]
    (pair_files / "jobs.csv").write_text("\n".join(rows))
    run = run_cli("--max_evaluations=1", jobs="jobs.csv", output_dir="out")
    lines = run.err.splitlines()
    position = {
        name: next(i for i, line in enumerate(lines) if f"/{name}.png" in line)
        for name in ("one", "two", "three", "four")
    }
    assert position["two"] < position["three"] < position["four"] < position["one"], run.err
    assert "decimal point: write 0.5" in lines[position["three"]]
    assert "gone.png' does not exist" in lines[position["four"]]
    assert "out/one.png" in run.files and "out/two.png" not in run.files


def test_saved_labels_never_take_the_place_of_painted_ones(pair_files, run_cli):
    flags = {"save_labels": "maps", "segmentation": "auto", "num_segments": 2}
    saves = run_cli.with_flags(**flags)
    assert saves("--dry_run", *PAIR, "out.png").status == DONE
    assert saves("--dry_run", *PAIR, "out.png").status == DONE
    path = pair_files / "maps/style_labels.png"
    painted = images.read_image(path)
    painted[:9] = (1, 0, 1)
    images.write_image(path, painted)
    held = path.read_bytes()
    check_refused(saves("--dry_run", *PAIR, "out.png"), "painted by hand", "--overwrite")
    assert path.read_bytes() == held
    assert saves("--dry_run", "--overwrite", *PAIR, "out.png").status == DONE
