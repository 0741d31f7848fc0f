"""The settings of one pair from its flags, once these are found to go together."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from typing import Any

from absl import flags

from dpst.cli.flags import FILE_FLAGS, FileFlag, flag_roles
from dpst.cli.typed_arguments import file_paths
from dpst.config import TransferConfig
from dpst.files.place import home_path, is_same_file


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
        values[row.name].value = file_paths(str(values[row.name].value), row.name)
    _check_required(values)
    settings: dict[str, Any] = {}
    for field in dataclasses.fields(TransferConfig):
        if field.metadata["is_file"] and values[field.name].value:
            values[field.name].value = home_path(str(values[field.name].value), f"--{field.name}")
        settings[field.name] = values[field.name].value
    config = TransferConfig(**settings)
    for row in given:
        _check_method(row, values)
        if row.check:
            row.check(os.fspath(place(str(values[row.name].value))), row.name)
    _check_keeps_files(values)
    return config


def _check_keeps_files(values: flags.FlagValues) -> None:
    """Check that no output takes the place of an input or of another output."""
    roles = flag_roles()
    texts = {name: str(values[name].value) for name in roles.files if values[name].value}
    inputs = [] if values.overwrite else list(roles.read_paths(texts))
    outputs: list[tuple[str, str]] = []
    for name, path in roles.written_paths(texts):
        for others, remedy in ((inputs, ", or add --overwrite"), (outputs, "")):
            for other_name, other in others:
                if is_same_file(path, other):
                    raise ValueError(
                        f"--{name} is '{path}', the same file as --{other_name}, which would be "
                        f"lost: choose another path{remedy}."
                    )
        outputs.append((name, path))


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
