"""The studio's command line repeats a run: the real parser reads it as the same settings."""

import dataclasses
import shlex
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dpst.cli.cli import main
from dpst.cli.flags import define_flags
from dpst.config import TransferConfig
from dpst.studio.command import command_line
from tests.exit_statuses import BAD_INPUT, DONE

CONFIGS = [
    TransferConfig(),
    TransferConfig(solve_size=200, segment_map="0000ff=00ff00,ff0000=none", max_evaluations=7),
    TransferConfig(method="artistic", style_weight=2.5),
    TransferConfig(method="artistic", normalization="gatys"),
    TransferConfig(segmentation="none", full_resolution=False, photorealism_weight=1e-7),
]


def parsed(command: str) -> tuple[dict[str, object], TransferConfig]:
    program, script, *arguments = shlex.split(command)
    assert (program, script) == ("python", "run.py")
    values = define_flags()
    assert values([script, *arguments]) == [script]
    names = {field.name for field in dataclasses.fields(TransferConfig)}
    config = TransferConfig(**{name: values[name].value for name in names})
    given_files = {n: values[n].value for n in values if n not in names and values[n].present}
    return given_files, config


@pytest.mark.parametrize("config", CONFIGS)
def test_parser_reads_the_same_settings_and_files(config) -> None:
    files = {"content_image": "a b's.jpg", "style_image": "ü$HOME.png", "output_image": "o.png"}
    assert parsed(command_line(files, config)) == (files, config)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_file_name_survives_the_shell(name: str) -> None:
    assert parsed(command_line({"content_image": name}, TransferConfig()))[0] == {
        "content_image": name
    }


def test_defaults_are_left_out() -> None:
    command = command_line({"content_image": "c.jpg"}, TransferConfig(method="artistic"))
    assert command == "python run.py --content_image=c.jpg --method=artistic"


def test_settings_follow_the_files() -> None:
    command = command_line({"output_image": str(Path("o.png"))}, TransferConfig(solve_size=64))
    assert command == "python run.py --output_image=o.png --solve_size=64"


def test_studio_has_its_own_help(capsys) -> None:
    assert main(["run.py", "studio", "--help"]) == DONE
    help_text = capsys.readouterr().out
    assert "--host" in help_text and "127.0.0.1" in help_text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port=0"], "port"),
        (["--solve_size=64"], "solve_size"),
        (["photo.jpg"], "unexpected argument 'photo.jpg'"),
    ],
)
def test_bad_flags_of_the_studio_are_told_in_one_line(arguments, message, capsys) -> None:
    assert main(["run.py", "studio", *arguments]) == BAD_INPUT
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_missing_extra_is_told_with_its_remedy(monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("dpst.studio.launch._end_by_signals", lambda: None)
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "")
    assert main(["run.py", "studio"]) == BAD_INPUT
    assert 'pip install -e ".[studio]"' in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
