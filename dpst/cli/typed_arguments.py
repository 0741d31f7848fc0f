"""The command line as it is typed: short forms, paths without flags, `~`, and slips of the pen."""

from __future__ import annotations

import re
from collections.abc import Sequence

from absl import flags

from dpst.cli.label_files import split_paths
from dpst.files.place import home_path

PATH_FLAGS = ("content_image", "style_image", "output_image")
"""The flags that paths without a flag stand for, in order."""

SHORT_FORMS = {"-h": "--help", "-V": "--version", "-q": "--quiet"}

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DECIMAL_COMMA = re.compile(r"-{1,2}(\w+)[=\s]\s*(-?\d+),(\d+)\b")


def with_long_forms(arguments: Sequence[str]) -> list[str]:
    """Return the arguments of a command line with `-h` and its like as flags."""
    return [SHORT_FORMS.get(argument, argument) for argument in arguments]


def take_paths(values: flags.FlagValues, rest: Sequence[str]) -> list[str]:
    """Let paths without a flag stand for the photos and the output, in that order.

    Args:
        values: the flags, which are set.
        rest: the arguments that are not flags.

    Returns:
        What is left of the arguments; all of them where a path has a flag of its own already.
    """
    if values.jobs or any(values[name].present for name in PATH_FLAGS[: len(rest)]):
        return list(rest)
    for name, path in zip(PATH_FLAGS, rest, strict=False):
        values[name].parse(path)
    return list(rest[len(PATH_FLAGS) :])


def file_path(text: str, name: str) -> str:
    """Return a path as it was meant: `~` is the home folder.

    Args:
        text: what was given.
        name: of the flag, for the message.

    Raises:
        ValueError: it is the address of a page or a file on the web, or there is no such user.
    """
    if _ADDRESS.match(text):
        raise ValueError(
            f"--{name} is {text!r}, an address, it must be a file: download it first, and give "
            "its path."
        )
    return home_path(text, f"--{name}")


def file_paths(text: str, name: str) -> str:
    """Return the value of a flag that names a file, or several, with their paths as meant.

    Args:
        text: a path, or several as A,B, or masks by name.
        name: of the flag, for the message.

    Raises:
        ValueError: see `file_path`.
    """
    parts = (part.rpartition("=") for part in split_paths(text))
    return ",".join(f"{mask}{sign}{file_path(path, name)}" for mask, sign, path in parts)


def with_decimal_point(error: flags.Error, arguments: Sequence[str]) -> flags.Error:
    """Return an error, or one with the remedy where a number has a decimal comma."""
    slip = _DECIMAL_COMMA.search(" ".join(arguments))
    if slip is None or f"{slip[1]}={slip[2]}," not in str(error):
        return error
    return flags.Error(
        f"--{slip[1]} is {slip[2]},{slip[3]}, a number must have a decimal point: write "
        f"{slip[2]}.{slip[3]}."
    )
