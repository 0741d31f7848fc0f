"""The flags of the command line: the files of a run, and a flag for each setting."""

import dataclasses
from typing import Any

from absl import flags

from dpst.config import TransferConfig
from dpst.report.files import PAGE_NAME

SAVED_LABELS = ("content_labels.png", "style_labels.png")

_DEFINERS = {
    bool: flags.DEFINE_bool,
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    str: flags.DEFINE_string,
}


def define_flags() -> flags.FlagValues:
    """All flags: the files of a run, and one flag for each field of `TransferConfig`."""
    values = flags.FlagValues()

    def define(definer: Any, name: str, default: Any, help_text: str) -> None:
        definer(name, default, help_text, flag_values=values, module_name="dpst")

    for name, help_text in (
        ("content_image", "Photo to keep; semantic: left out to paint a doodle or a texture."),
        ("style_image", "Photo or painting whose look it takes; artistic: several as A,B."),
        ("output_image", "File to write: .png, .jpg, .tif, .webp or .bmp."),
        ("content_labels", "Label map of the content image, a colour a segment; or name=mask,..."),
        (
            "style_labels",
            "Label map of the style image, in the same colours; or name=mask,...; several as A,B.",
        ),
        ("weights", "The extractor's weight file; otherwise found, or downloaded."),
        ("preview", "File to write a first, colour-matched picture to, within about a second."),
        (
            "save_labels",
            "Folder to write the label maps to that were found without label files: "
            f"{' and '.join(SAVED_LABELS)}, to be looked at, edited and given back.",
        ),
        (
            "save_map",
            "File look.npz to write what was found to, for other frames or exports of the photo.",
        ),
        (
            "apply_map",
            "File of --save_map to apply to a content image of the same view; nothing is solved.",
        ),
        (
            "save_lut",
            "File look.cube to write the part of the look to that is the same all over the photo, "
            "a 3D lookup table for photo and video editors.",
        ),
        (
            "report_dir",
            f"Folder to write a picture report to, {PAGE_NAME}, and trace.json: before and after, "
            "segments, losses, quality, settings. With --jobs a folder within --output_dir, for a "
            "report of each job and an overview.",
        ),
        (
            "tensorboard_dir",
            "Folder to write records for TensorBoard to: losses, segments, images. Needs the "
            "package tensorboard.",
        ),
        (
            "checkpoint_dir",
            "Folder to keep the state of an unfinished solve in: a run that was killed goes on "
            "from there when it is started again.",
        ),
        (
            "jobs",
            "CSV file of many pairs, one a row, columns named as the flags; other flags given hold "
            "for all rows. Jobs that are finished are not done again.",
        ),
        ("output_dir", "Folder for the results of --jobs."),
        ("cluster", "Run the jobs on a Ray cluster: its address, or auto for the one of here."),
    ):
        define(flags.DEFINE_string, name, None, help_text)
    define(
        flags.DEFINE_bool, "dry_run", False, "Check everything, show the segments, solve nothing."
    )
    define(flags.DEFINE_bool, "help", False, "Show this text.")
    for field in dataclasses.fields(TransferConfig):
        help_text = field.metadata["help"]
        if field.metadata["choices"]:
            help_text += f" One of: {', '.join(field.metadata['choices'])}."
        define(_DEFINERS[field.metadata["type"]], field.name, field.default, help_text)
    return values
