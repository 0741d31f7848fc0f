"""The flags of the command line: a row for each file of a run, and a flag for each setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from absl import flags

from dpst import images
from dpst.batch.flag_roles import FlagRoles
from dpst.config import TransferConfig
from dpst.files.whole_file import check_file_path, check_folder_path
from dpst.looks.color_lut import LUT_SUFFIX
from dpst.looks.look_file import LOOK_SUFFIX
from dpst.pair_run import SAVED_LABELS
from dpst.report.files import PAGE_NAME, TRACE_NAME

FlagCheck: TypeAlias = Callable[[str, str], None]
"""Checks the value of a flag, given with the flag's name, before any work starts."""


@dataclass(frozen=True)
class FileFlag:
    """A flag that names a file, a folder, or what a batch needs.

    Attributes:
        name: of the flag.
        help: what it is for.
        role: "input" and "input_or_name" are read, "output" is written, "state" is written but
            does not change the result, "batch" is for all pairs of a batch.
        check: checks its value; None checks nothing.
        methods: the methods that it belongs to; empty for all.
        is_of_a_solve: whether it has no meaning where a saved look is applied.
        files: names of the files that are written into it, if it is a folder.
    """

    name: str
    help: str
    role: str
    check: FlagCheck | None = None
    methods: Sequence[str] = ()
    is_of_a_solve: bool = True
    files: Sequence[str] = ()


def _check_label_folder(value: str, name: str) -> None:
    check_folder_path(value, name, SAVED_LABELS.values())


def _check_look(value: str, name: str) -> None:
    check_file_path(value, name, (LOOK_SUFFIX,))


def _check_lut(value: str, name: str) -> None:
    check_file_path(value, name, (LUT_SUFFIX,))


def _check_report(value: str, name: str) -> None:
    check_folder_path(value, name, (TRACE_NAME, PAGE_NAME))


FILE_FLAGS = (
    FileFlag(
        "content_image",
        "Photo to keep; semantic: left out to paint a doodle or a texture.",
        "input",
        is_of_a_solve=False,
    ),
    FileFlag(
        "style_image",
        "Photo or painting whose look it takes; artistic: several as A,B.",
        "input",
    ),
    FileFlag(
        "output_image",
        "File to write: .png, .jpg, .tif, .webp or .bmp.",
        "output",
        images.check_output_path,
        is_of_a_solve=False,
    ),
    FileFlag(
        "content_labels",
        "Label map of the content image, one colour for each segment; or name=mask,...",
        "input",
    ),
    FileFlag(
        "style_labels",
        "Label map of the style image, in the same colours; or name=mask,...; several as A,B.",
        "input",
    ),
    FileFlag("weights", "The extractor's weight file; otherwise found, or downloaded.", "input"),
    FileFlag(
        "preview",
        "File to write a first, colour-matched picture to, within about a second.",
        "output",
        images.check_output_path,
        methods=("photo",),
    ),
    FileFlag(
        "save_labels",
        "Folder to write the label maps to that were found without label files: "
        f"{' and '.join(SAVED_LABELS.values())}, to be looked at, edited and given back.",
        "output",
        _check_label_folder,
        files=tuple(SAVED_LABELS.values()),
    ),
    FileFlag(
        "save_look",
        "File look.npz to write what was found to, for other frames or exports of the photo.",
        "output",
        _check_look,
        methods=("photo",),
    ),
    FileFlag(
        "apply_look",
        "File of --save_look to apply to a content image of the same view; nothing is solved.",
        "input_or_name",
        is_of_a_solve=False,
    ),
    FileFlag(
        "save_lut",
        "File look.cube to write the part of the look to that is the same all over the photo, a "
        "3D lookup table for photo and video editors.",
        "output",
        _check_lut,
        methods=("photo",),
    ),
    FileFlag(
        "report_dir",
        f"Folder to write a picture report to, {PAGE_NAME}, and {TRACE_NAME}: before and after, "
        "segments, losses, quality, settings. With --jobs a folder within --output_dir, for a "
        "report of each job and an overview.",
        "output",
        _check_report,
        files=(TRACE_NAME, PAGE_NAME),
    ),
    FileFlag(
        "tensorboard_dir",
        "Folder to write records for TensorBoard to: losses, segments, images. Needs the package "
        "tensorboard.",
        "output",
        check_folder_path,
    ),
    FileFlag(
        "checkpoint_dir",
        "Folder to keep the state of an unfinished solve in: a run that was killed goes on from "
        "there when it is started again.",
        "state",
        check_folder_path,
        is_of_a_solve=False,
    ),
    FileFlag(
        "jobs",
        "CSV file of many pairs, a row for each, with columns named as the flags; other flags hold "
        "for all rows. Jobs that are finished are not done again.",
        "batch",
    ),
    FileFlag("output_dir", "Folder for the results of --jobs.", "batch"),
    FileFlag(
        "cluster",
        "Run the jobs on a Ray cluster: its address, or `auto` for the cluster on this machine.",
        "batch",
    ),
)

RENAMED = {"save_map": "save_look", "apply_map": "apply_look"}
"""Flags by the names that they had up to 0.1, and have now."""

BATCH_FLAGS = (
    "help",
    "helpfull",
    "version",
    "quiet",
    *(row.name for row in FILE_FLAGS if row.role == "batch"),
)
"""Flags that are for a whole batch, and never a column of a jobs file."""

NOT_COLUMNS = ("dry_run", "overwrite", *(row.name for row in FILE_FLAGS if row.role == "state"))
"""Flags that may be given beside a jobs file, but not in it."""


def define_flags() -> flags.FlagValues:
    """Define all flags: the rows of `FILE_FLAGS`, and one for each field of `TransferConfig`."""
    values = flags.FlagValues()

    def define(definer: Any, name: str, default: Any, help_text: str) -> None:
        definer(name, default, help_text, flag_values=values, module_name="dpst")

    for row in FILE_FLAGS:
        methods = f" Method: {' and '.join(row.methods)}." if row.methods else ""
        define(flags.DEFINE_string, row.name, None, row.help + methods)
    define(
        flags.DEFINE_bool, "dry_run", False, "Check everything, show the segments, solve nothing."
    )
    define(
        flags.DEFINE_bool, "force", False, "Apply a look to a photo that does not show its view."
    )
    define(flags.DEFINE_bool, "overwrite", False, "Let an output take the place of an input.")
    define(flags.DEFINE_bool, "quiet", False, "Print nothing but notes and errors.")
    define(flags.DEFINE_bool, "help", False, "Show the flags that are used most.")
    define(flags.DEFINE_bool, "helpfull", False, "Show what all flags do.")
    define(flags.DEFINE_bool, "version", False, "Show the version.")
    definers = {
        bool: flags.DEFINE_bool,
        int: flags.DEFINE_integer,
        float: flags.DEFINE_float,
        str: flags.DEFINE_string,
    }
    for field in dataclasses.fields(TransferConfig):
        help_text = field.metadata["help"]
        if field.metadata["choices"]:
            help_text += f" One of: {', '.join(field.metadata['choices'])}."
        define(definers[field.metadata["type"]], field.name, field.default, help_text)
    return values


def with_present_names(arguments: Sequence[str]) -> list[str]:
    """Return command-line arguments with renamed flags under their present names."""
    renamed = []
    for argument in arguments:
        dashes = argument[: len(argument) - len(argument.lstrip("-"))]
        name, sign, value = argument[len(dashes) :].partition("=")
        is_old = dashes in ("-", "--") and name in RENAMED
        renamed.append(f"{dashes}{RENAMED[name]}{sign}{value}" if is_old else argument)
    return renamed


def flag_roles() -> FlagRoles:
    """Return what a batch must know of the flags of its jobs."""

    def of_role(role: str) -> tuple[str, ...]:
        return tuple(row.name for row in FILE_FLAGS if row.role == role)

    settings = dataclasses.fields(TransferConfig)
    names = tuple(field.name for field in settings if field.metadata["is_file"])
    return FlagRoles(
        inputs=of_role("input"),
        inputs_or_names=of_role("input_or_name") + names,
        outputs=of_role("output"),
        not_of_the_result=NOT_COLUMNS,
        files_within={row.name: row.files for row in FILE_FLAGS if row.files},
    )
