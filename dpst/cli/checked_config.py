"""The settings of one pair from its flags, once these are found to go together."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from absl import flags

from dpst.cli.flags import FILE_FLAGS, FileFlag
from dpst.cli.typed_arguments import is_same_file
from dpst.config import TransferConfig


def checked_config(values: flags.FlagValues, rest: Sequence[str]) -> TransferConfig:
    """Check that the flags go together and that the outputs can be written; return the settings.

    Args:
        values: the flags.
        rest: arguments that are not flags, of which there should be none.

    Returns:
        The settings.

    Raises:
        ValueError: a flag is missing, too many, or out of range, or an output cannot be written.
    """
    if rest:
        raise ValueError(f"unexpected argument {rest[0]!r}; all settings are flags, --name=value.")
    given = [row for row in FILE_FLAGS if values[row.name].value]
    for row in given:
        _check_belongs(row, values)
    _check_required(values)
    fields = dataclasses.fields(TransferConfig)
    settings: dict[str, Any] = {field.name: values[field.name].value for field in fields}
    config = TransferConfig(**settings)
    for row in given:
        _check_method(row, values)
        if row.check:
            row.check(str(values[row.name].value), row.name)
    if not values.overwrite:
        _check_keeps_inputs(given, values)
    return config


def _check_keeps_inputs(given: Sequence[FileFlag], values: flags.FlagValues) -> None:
    """Check that no output takes the place of an input."""
    inputs = [row.name for row in given if row.role.startswith("input")]
    for output in (row.name for row in given if row.role == "output"):
        path = str(values[output].value)
        for name in inputs:
            text = str(values[name].value)
            parts = (part.rpartition("=")[2].strip() for part in text.split(","))
            if any(is_same_file(path, each) for each in (text, *parts)):
                raise ValueError(
                    f"--{output} is '{path}', the same file as --{name}, which would be lost: "
                    "choose another path, or add --overwrite."
                )


def _check_required(values: flags.FlagValues) -> None:
    """Check that nothing is missing that every run needs."""
    first = "content_image" if values.apply_look else "style_image"
    for name in (first, "output_image"):
        if not values[name].value:
            raise ValueError(
                f"--{name} is missing; --content_image (but for a doodle), --style_image (or "
                "--apply_look) and --output_image are required, see --help."
            )


def _check_belongs(row: FileFlag, values: flags.FlagValues) -> None:
    """Check that a flag means something in a run of one pair that solves, or does not."""
    if row.role == "batch":
        raise ValueError(
            f"--{row.name} is given without --jobs, and only works with it: leave it out, or add "
            "--jobs."
        )
    if row.is_of_a_solve and values.apply_look:
        raise ValueError(
            f"--{row.name} is given and --apply_look too, which solves nothing: leave one out."
        )


def _check_method(row: FileFlag, values: flags.FlagValues) -> None:
    """Check that a flag belongs to the method."""
    if row.methods and values.method not in row.methods:
        methods = " or ".join(map(repr, row.methods))
        raise ValueError(
            f"--{row.name} is {values[row.name].value!r} and --method is {values.method!r}, it "
            f"must be {methods} for that: leave --{row.name} out."
        )
