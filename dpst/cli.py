"""The command line: flags to a transfer, with progress, and one clear line for bad input.

Flags are generated from the fields of `TransferConfig`. TensorFlow is imported only after all that
can be checked without it has been.
"""

import dataclasses
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import flags

from dpst import images
from dpst.color_lut import LUT_SUFFIX, fit_color_lut, write_cube
from dpst.color_matching import match_colors
from dpst.config import TransferConfig
from dpst.inputs import WORKING_SIDE, check_styles, plan_from_maps, read_plan, split_paths
from dpst.look import LOOK_SUFFIX, Look, load_look, save_look
from dpst.progress_line import ProgressLine
from dpst.quiet_startup import quiet_startup
from dpst.report import PAGE_NAME, check_report_dir, metric_lines, run_trace
from dpst.segmentation import Pairing, segment_table
from dpst.style_plan import StylePlan
from dpst.whole_file import check_file_path

if TYPE_CHECKING:
    from dpst.painted_picture import PaintedPicture

DONE, BAD_INPUT, INTERRUPTED = 0, 1, 130

SAVED_LABELS = ("content_labels.png", "style_labels.png")

USAGE = """dpst: give a photo the look of another photo, and keep it a photo.

  run.py --content_image=C --style_image=S --output_image=O [--content_labels=CL --style_labels=SL]
  run.py --content_image=C --apply_map=look.npz --output_image=O
  run.py studio [--host=127.0.0.1] [--port=7860]     a page in the browser

Flags (boolean ones also as --noNAME):
"""

_REQUIRED = ("content_image", "style_image", "output_image")
_OF_A_SOLVE = (
    *("style_image", "content_labels", "style_labels", "weights", "preview"),
    *("save_labels", "save_map", "save_lut", "report_dir", "tensorboard_dir"),
)
_OF_PHOTOS = ("preview", "save_map", "save_lut")
_DEFINERS = {
    bool: flags.DEFINE_bool,
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    str: flags.DEFINE_string,
}


def run() -> int:
    """`main` with the arguments of the process: what `run.py` and the command `dpst` call."""
    return main(sys.argv)


def main(argv: Sequence[str]) -> int:
    """Run the command line.

    Args:
        argv: program name and flags.

    Returns:
        Exit status: 0 done, 1 bad input (said in one line on standard error, no output file),
        130 interrupted before there was a result.
    """
    values = define_flags()
    try:
        if argv[1:2] == ["studio"]:
            from dpst.studio.launch import launch

            return launch(argv[1:])
        rest = values(list(argv))[1:]
        if values.help:
            print(USAGE + values.module_help("dpst"))
            return DONE
        return _run(values, rest)
    except (flags.Error, ValueError, OSError, FloatingPointError, ImportError) as error:
        message = " ".join(str(error).split())
        print(f"dpst: error: {message}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("dpst: interrupted before there was a result; nothing was written.", file=sys.stderr)
        return INTERRUPTED


def define_flags() -> flags.FlagValues:
    """All flags: the files of a run, and one flag for each field of `TransferConfig`."""
    values = flags.FlagValues()

    def define(definer: Any, name: str, default: Any, help_text: str) -> None:
        definer(name, default, help_text, flag_values=values, module_name="dpst")

    for name, help_text in (
        ("content_image", "Photo to keep."),
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
            "segments, losses, quality, settings.",
        ),
        (
            "tensorboard_dir",
            "Folder to write records for TensorBoard to: losses, segments, images. Needs the "
            "package tensorboard.",
        ),
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


def _run(values: flags.FlagValues, rest: Sequence[str]) -> int:
    if rest:
        raise ValueError(f"unexpected argument {rest[0]!r}; all settings are flags, --name=value.")
    is_solved = not values.apply_map
    for name in _REQUIRED if is_solved else ("content_image", "output_image"):
        if not values[name].value:
            raise ValueError(
                f"--{name} is missing; --content_image, --style_image (or --apply_map) and "
                "--output_image are required, see --help."
            )
    for name in () if is_solved else _OF_A_SOLVE:
        if values[name].value:
            raise ValueError(
                f"--{name} is given and --apply_map too, which solves nothing: leave one out."
            )
    fields = dataclasses.fields(TransferConfig)
    settings: dict[str, Any] = {field.name: values[field.name].value for field in fields}
    config = TransferConfig(**settings)
    images.check_output_path(values.output_image)
    for name in _OF_PHOTOS if config.method != "photo" else ():
        if values[name].value:
            raise ValueError(
                f"--{name} is {values[name].value!r} and --method is {config.method!r}, it must be "
                f"'photo' for that: leave --{name} out."
            )
    if values.preview:
        images.check_output_path(values.preview, "preview")
    if values.report_dir:
        check_report_dir(values.report_dir)
    if values.tensorboard_dir:
        check_report_dir(values.tensorboard_dir, "tensorboard_dir")
    if values.save_map:
        check_file_path(values.save_map, "save_map", (LOOK_SUFFIX,))
    if values.save_lut:
        check_file_path(values.save_lut, "save_lut", (LUT_SUFFIX,))
    if values.save_labels:
        for name in SAVED_LABELS:
            images.check_output_path(Path(values.save_labels) / name, "save_labels")
    if not is_solved:
        return _apply_look(values, config)
    style_paths = split_paths(values.style_image)
    check_styles(len(style_paths), config)
    photo = images.read_photo(values.content_image, "content_image")
    style_photos = [images.read_photo(path, "style_image") for path in style_paths]
    working_side = max(WORKING_SIDE, config.solve_size)
    content_image = photo.image(working_side)
    style_images = [style_photo.image(working_side) for style_photo in style_photos]
    style_sizes = [style_photo.size for style_photo in style_photos]
    del style_photos
    plan = read_plan(
        content_image,
        style_images,
        values.content_labels,
        values.style_labels,
        config,
        (photo.size, *style_sizes),
    )
    if values.save_labels and plan:
        raise ValueError(
            "--save_labels is given, but no label maps are looked for; leave the label files out, "
            "or set --segmentation=auto."
        )
    if plan:
        _show(plan)
        _write_preview(values, photo, content_image, style_images[0], plan)
    with quiet_startup():
        from dpst.callbacks import CallbackRun, LossRecord, TensorBoard
        from dpst.extractors import load_extractor
        from dpst.memory import predicted_memory
        from dpst.pyramid import plan_levels
        from dpst.transfer import find_label_maps, load_segmentation_model, transfer

    losses: list[dict[str, float]] = []
    records: list[Any] = []
    if values.report_dir:
        records.append(LossRecord(losses))
    if values.tensorboard_dir:
        records.append(TensorBoard(values.tensorboard_dir))
    segmentation_model = load_segmentation_model(config) if plan is None else None
    extractor = load_extractor(config.extractor, values.weights, config.pooling)
    if plan is None:
        label_maps = find_label_maps(
            content_image, style_images[0], extractor, config.num_segments, segmentation_model
        )
        if values.save_labels:
            for name, label_map in zip(SAVED_LABELS, label_maps, strict=True):
                images.write_image(Path(values.save_labels) / name, label_map.picture())
        content_map, style_map = label_maps
        plan = plan_from_maps(content_image, style_images, content_map, [style_map], config)
        _show(plan)
        _write_preview(values, photo, content_image, style_images[0], plan)
    gigabytes = predicted_memory(extractor, config, photo, style_images[0].shape[:2]) / 1e9
    width, height = plan_levels(content_image.shape[:2], config.solve_size, 1)[-1].size[::-1]
    print(f"dpst: solving at {width}x{height} px takes at most about {gigabytes:.1f} GB of memory.")
    if values.dry_run:
        print("dpst: all inputs are in order; nothing was solved.")
        return DONE
    start = time.monotonic()
    reporter = ProgressLine(sys.stderr.isatty())
    # Solved and measured at the solve size; the photo itself comes after, in bands.
    small = dataclasses.replace(config, full_resolution=False)
    try:
        with CallbackRun(records, reporter) as callback:
            result = transfer(content_image, style_images, plan, extractor, small, callback)
    finally:
        reporter.close()
    look = result.look
    if isinstance(look, Look):
        look = dataclasses.replace(look, size=photo.size)
    _write_photo(values, config, look, photo)
    seconds = time.monotonic() - start
    print(f"dpst: {values.output_image} written after {seconds:.0f} s: {result.stop_reason.value}.")
    if values.save_map and isinstance(look, Look):
        save_look(values.save_map, look)
        print(f"dpst: {values.save_map} written, for --apply_map.")
    if values.save_lut:
        size = images.fit_size(content_image.shape[:2], config.solve_size)
        lut, error = fit_color_lut(images.resize(content_image, size), result.output_image)
        write_cube(values.save_lut, lut)
        print(
            f"dpst: {values.save_lut} written: it misses the picture by {255 * error:.1f} of 255 "
            "levels (root mean square), by what is not the same all over it."
        )
    for line in metric_lines(result.metrics):
        print(f"dpst:   {line}")
    if values.report_dir:
        from dpst.picture_report import write_report

        inputs = _inputs(values, photo.size, style_sizes)
        trace = run_trace(inputs, config, result, seconds, losses)
        arguments = (photo, style_images, plan, result, extractor, config)
        write_report(values.report_dir, trace, *arguments)
        print(f"dpst: {Path(values.report_dir) / PAGE_NAME} written.")
    return DONE


def _apply_look(values: flags.FlagValues, config: TransferConfig) -> int:
    """Apply a saved look to the content image."""
    look = load_look(values.apply_map)
    photo = images.read_photo(values.content_image, "content_image")
    look.check_view(photo.size)
    if values.dry_run:
        print("dpst: all inputs are in order; nothing was written.")
        return DONE
    _write_photo(values, config, look, photo)
    print(f"dpst: {values.output_image} written, with the look of {values.apply_map}.")
    return DONE


def _write_photo(
    values: flags.FlagValues,
    config: TransferConfig,
    look: "Look | PaintedPicture",
    photo: images.Photo,
) -> None:
    """Write the photo in its new look, and say what its file cannot hold."""
    if not config.full_resolution:
        photo = photo.resized(images.fit_size(photo.size, config.solve_size))
    for loss in images.losses_in_format(values.output_image, photo):
        print(f"dpst: note: in {values.output_image} {loss}.", file=sys.stderr)
    images.write_photo(values.output_image, look.apply_to_photo(photo))


def _show(plan: Pairing | StylePlan) -> None:
    """Print the table of segments, and what is messy about them."""
    is_colored = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in segment_table(plan.segments, is_colored):
        print(f"dpst:   {line}", flush=True)
    for note in plan.notes:
        print(f"dpst: note: {note}.", file=sys.stderr)


def _write_preview(
    values: flags.FlagValues,
    photo: images.Photo,
    content_image: Any,
    style_image: Any,
    plan: Pairing | StylePlan,
) -> None:
    """Write the colour-matched picture, if it is wanted."""
    if values.preview and not values.dry_run and isinstance(plan, Pairing):
        look = Look(match_colors(content_image, style_image, plan), None, photo.size)
        images.write_photo(values.preview, look.apply_to_photo(photo))
        print(f"dpst: preview {values.preview} written.", flush=True)


def _inputs(
    values: flags.FlagValues, content_size: images.Size, style_sizes: Sequence[images.Size]
) -> dict[str, dict[str, Any]]:
    """Paths and sizes of the input files that were given, by flag."""
    inputs: dict[str, dict[str, Any]] = {
        "content_image": {"path": values.content_image, "size": content_size},
        "style_image": {
            "path": values.style_image,
            "size": style_sizes[0] if len(style_sizes) == 1 else style_sizes,
        },
    }
    for name in ("content_labels", "style_labels", "weights"):
        if values[name].value:
            inputs[name] = {"path": values[name].value}
    return inputs
