"""What is installed: the command, the types, the extras."""

from __future__ import annotations

import configparser
import importlib
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.exit_statuses import DONE


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(REPOSITORY / "setup.cfg", encoding="utf-8")
    return parser


def test_command_is_run_py(setup, monkeypatch, capsys) -> None:
    script = setup["options.entry_points"]["console_scripts"].strip()
    name, target = (part.strip() for part in script.split("="))
    module, function = target.split(":")
    assert name == "dpst"
    monkeypatch.setattr(sys, "argv", ["dpst", "--help"])
    assert getattr(importlib.import_module(module), function)() == DONE
    run = [sys.executable, str(REPOSITORY / "run.py"), "--help"]
    result = subprocess.run(run, capture_output=True, text=True, check=True)
    assert result.stdout == capsys.readouterr().out


def test_packages_are_marked_as_typed(setup) -> None:
    for package in ("dpst", "matting"):
        assert "py.typed" in setup["options.package_data"][package]
        assert (REPOSITORY / package / "py.typed").exists()


def test_gpu_extra_and_python_versions(setup) -> None:
    assert "tensorflow[and-cuda]" in setup["options.extras_require"]["gpu"]
    classifiers = setup["metadata"]["classifiers"]
    for version in ("3.10", "3.11", "3.12", "3.13"):
        assert f"Python :: {version}" in classifiers
    assert setup["options"]["python_requires"] == ">=3.10"
