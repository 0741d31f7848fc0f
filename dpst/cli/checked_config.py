"""The settings of one pair from its flags, once these are found to go together."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from absl import flags

from dpst.cli.flags import FILE_FLAGS, FileFlag
from dpst.cli.label_files import split_paths
from dpst.cli.typed_arguments import file_path, is_same_file
from dpst.config import TransferConfig
from dpst.pair_run import SAVED_LABELS
from dpst.report.files import PAGE_NAME, TRACE_NAME


def checked_config(
    values: flags.FlagValues,
    rest: Sequence[str],
    place: Callable[[str], str | os.PathLike[str]] = str,
) -> TransferConfig:
    """Check that the flags go together and that the outputs can be written; return the settings.

    Args:
        values: the flags.
        rest: arguments that are not flags, of which there should be none.
        place: where the path of an output is checked; a batch has yet to make its folders.

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
        values[row.name].value = _meant_paths(str(values[row.name].value), row.name)
    _check_required(values)
    fields = dataclasses.fields(TransferConfig)
    settings: dict[str, Any] = {field.name: values[field.name].value for field in fields}
    config = TransferConfig(**settings)
    for row in given:
        _check_method(row, values)
        if row.check:
            row.check(os.fspath(place(str(values[row.name].value))), row.name)
    _check_keeps_files(given, values)
    return config


def _meant_paths(text: str, name: str) -> str:
    """Return the value of a flag that names a file, or several, with their paths as meant."""
    parts = (part.rpartition("=") for part in split_paths(text))
    return ",".join(f"{mask}{sign}{file_path(path, name)}" for mask, sign, path in parts)


def _check_keeps_files(given: Sequence[FileFlag], values: flags.FlagValues) -> None:
    """Check that no output takes the place of an input or of another output."""
    inputs = {
        path: row.name
        for row in given
        if row.role.startswith("input") and not values.overwrite
        for path in _input_paths(str(values[row.name].value))
    }
    outputs: dict[str, str] = {}
    for row in given:
        if row.role != "output":
            continue
        for path in _output_paths(str(values[row.name].value), row.name):
            for other, name in inputs.items():
                if is_same_file(path, other):
                    raise ValueError(
                        f"--{row.name} is '{path}', the same file as --{name}, which would be "
                        "lost: choose another path, or add --overwrite."
                    )
            for other, name in outputs.items():
                if is_same_file(path, other):
                    raise ValueError(
                        f"--{row.name} is '{path}', the same file as --{name}, of which one would "
                        "be lost: choose another path."
                    )
            outputs[path] = row.name


def _input_paths(text: str) -> Iterator[str]:
    """Yield the files that a flag may name: a path, or several, or masks by name."""
    yield text
    yield from (part.rpartition("=")[2].strip() for part in text.split(","))


def _output_paths(text: str, name: str) -> list[str]:
    """Return the files that an output flag makes, of folders too."""
    within = {"save_labels": tuple(SAVED_LABELS.values()), "report_dir": (PAGE_NAME, TRACE_NAME)}
    return [os.path.join(text, file) for file in within.get(name, ())] or [text]


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
