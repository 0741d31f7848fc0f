"""The command line: flags to a transfer, with progress, and one clear line for bad input.

Flags are generated from the fields of `TransferConfig`. TensorFlow is imported only after all that
can be checked without it has been.
"""

import dataclasses
import functools
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import flags

from dpst import images
from dpst.batch.batch import run_batch
from dpst.batch.job_run import Show
from dpst.batch.jobs_file import read_jobs
from dpst.cli.flags import SAVED_LABELS, define_flags
from dpst.cli.progress_line import ProgressLine
from dpst.config import TransferConfig
from dpst.files.whole_file import check_file_path, check_folder_path
from dpst.looks.color_lut import LUT_SUFFIX, fit_color_lut, write_cube
from dpst.looks.color_matching import match_colors
from dpst.looks.look import LOOK_SUFFIX, Look, load_look, save_look
from dpst.methods.artistic.plan import StylePlan
from dpst.methods.plan import (
    WORKING_SIDE,
    check_content,
    check_styles,
    plan_from_maps,
    read_plan,
    split_paths,
)
from dpst.methods.semantic.plan import SemanticPlan, plan_semantic
from dpst.quiet_startup import quiet_startup
from dpst.report.files import PAGE_NAME, TRACE_NAME
from dpst.report.trace import metric_lines, run_trace
from dpst.segmentation import Pairing, segment_table

if TYPE_CHECKING:
    from dpst.extractors import Extractor
    from dpst.looks.painted_picture import PaintedPicture

DONE, BAD_INPUT, SOME_FAILED, INTERRUPTED = 0, 1, 2, 130

USAGE = """dpst: give a photo the look of another photo, and keep it a photo.

  run.py --content_image=C --style_image=S --output_image=O [--content_labels=CL --style_labels=SL]
  run.py --content_image=C --apply_map=look.npz --output_image=O
  run.py --method=semantic --content_labels=DOODLE --style_image=S --style_labels=SL \\
         --output_image=O
  run.py --jobs=jobs.csv --output_dir=D
  run.py studio [--host=127.0.0.1] [--port=7860]     a page in the browser

Flags (boolean ones also as --noNAME):
"""

_REQUIRED = ("style_image", "output_image")
_OF_A_SOLVE = (
    *("style_image", "content_labels", "style_labels", "weights", "preview"),
    *("save_labels", "save_map", "save_lut", "report_dir", "tensorboard_dir"),
)
_OF_PHOTOS = ("preview", "save_map", "save_lut")
_OF_BATCHES = ("jobs", "output_dir", "cluster", "help")


def run() -> int:
    """`main` with the arguments of the process: what `run.py` and the command `dpst` call."""
    return main(sys.argv)


def main(argv: Sequence[str]) -> int:
    """Run the command line.

    Args:
        argv: program name and flags.

    Returns:
        Exit status: 0 done, 1 bad input (said in one line on standard error, no output file),
        2 some jobs of a batch failed, 130 interrupted before there was a result.
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
        return _run_jobs(values, rest) if values.jobs else _run(values, rest)
    except (flags.Error, ValueError, OSError, FloatingPointError, ImportError) as error:
        message = " ".join(str(error).split())
        print(f"dpst: error: {message}", file=sys.stderr)
        return BAD_INPUT
    except MemoryError:
        print("dpst: error: there is too little memory: lower --solve_size.", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("dpst: interrupted before there was a result; nothing was written.", file=sys.stderr)
        return INTERRUPTED


def _run_jobs(values: flags.FlagValues, rest: Sequence[str]) -> int:
    """Run the jobs of a jobs file; what is given beside it holds for all of them."""
    if rest:
        raise ValueError(f"unexpected argument {rest[0]!r}; all settings are flags, --name=value.")
    if not values.output_dir:
        raise ValueError("--output_dir is missing, --jobs must have a folder to put results in.")
    # Without a report_dir for all, rows may still have reports of their own.
    reports = os.path.join(values.output_dir, values.report_dir) if values.report_dir else ""
    if reports and not Path(os.path.abspath(reports)).is_relative_to(
        os.path.abspath(values.output_dir)
    ):
        raise ValueError(
            f"--report_dir is '{values.report_dir}', with --jobs it must lie in --output_dir: give "
            "a name within it."
        )
    given = [name for name in values if values[name].present and name not in _OF_BATCHES]
    common = {name: str(values[name].value) for name in given}
    columns = [name for name in values if name not in (*_OF_BATCHES, "checkpoint_dir", "dry_run")]
    jobs = read_jobs(values.jobs, values.output_dir, columns, common)
    _shared_extractor.cache_clear()
    return run_batch(
        jobs, values.output_dir, run_pair, values.dry_run, values.cluster or "", reports
    )


def run_pair(pair_flags: Mapping[str, str], show: Show) -> None:
    """Run one pair of a batch; pairs of one process share their extractor, and by it traces.

    Args:
        pair_flags: values of its flags by name.
        show: is told of its progress.

    Raises:
        KeyboardInterrupt: interrupted; no output was written.
        Exception: what else `main` tells in one line.
    """
    values = define_flags()
    values(["run.py", *(f"--{name}={text}" for name, text in pair_flags.items())])
    _run(values, (), show)


@functools.lru_cache(maxsize=4)
def _shared_extractor(name: str, weights: str | None, pooling: str) -> "Extractor":
    from dpst.extractors import load_extractor

    return load_extractor(name, weights, pooling)


def _run(values: flags.FlagValues, rest: Sequence[str], show: Show | None = None) -> int:
    """Run a pair; one of a batch if `show` is given, which is told of its progress."""
    if rest:
        raise ValueError(f"unexpected argument {rest[0]!r}; all settings are flags, --name=value.")
    for name in ("output_dir", "cluster"):
        if values[name].value:
            raise ValueError(f"--{name} is given without --jobs, which it is for: leave it out.")
    is_solved = not values.apply_map
    for name in _REQUIRED if is_solved else ("content_image", "output_image"):
        if not values[name].value:
            raise ValueError(
                f"--{name} is missing; --content_image (but for a doodle), --style_image (or "
                "--apply_map) and --output_image are required, see --help."
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
        check_folder_path(values.report_dir, "report_dir", (TRACE_NAME, PAGE_NAME))
    if values.tensorboard_dir:
        check_folder_path(values.tensorboard_dir, "tensorboard_dir")
    if values.checkpoint_dir:
        check_folder_path(values.checkpoint_dir, "checkpoint_dir")
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
    check_content(bool(values.content_image), config)
    photo = None
    if values.content_image:
        photo = images.read_photo(values.content_image, "content_image")
        _check_sizes(values, config, photo.size)
    style_photos = [images.read_photo(path, "style_image") for path in style_paths]
    working_side = max(WORKING_SIDE, config.solve_size)
    style_images = [style_photo.image(working_side) for style_photo in style_photos]
    style_sizes = [style_photo.size for style_photo in style_photos]
    del style_photos
    labels = values.content_labels, values.style_labels
    plan: Pairing | StylePlan | SemanticPlan | None
    if photo is None or config.method == "semantic":  # No other method is let through without.
        size = photo.size if photo else None
        plan = semantic_plan = plan_semantic(size, style_sizes[0], *labels, config)
        photo = photo or images.Photo((255 * semantic_plan.canvas()).astype("uint8"))
        _check_sizes(values, config, photo.size)
        content_image = photo.image(working_side)
    else:
        content_image = photo.image(working_side)
        plan = read_plan(content_image, style_images, *labels, config, (photo.size, *style_sizes))
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
        from dpst.cli.run_checkpoint import run_checkpoint
        from dpst.extractors import load_extractor
        from dpst.methods.transfer import find_label_maps, load_segmentation_model, transfer
        from dpst.optimizers import StopReason
        from dpst.solving.memory import predicted_memory
        from dpst.solving.solve import plan_levels

    losses: list[dict[str, float]] = []
    records: list[Any] = []
    if values.report_dir:
        records.append(LossRecord(losses))
    if values.tensorboard_dir:
        records.append(TensorBoard(values.tensorboard_dir))
    segmentation_model = load_segmentation_model(config) if plan is None else None
    load = _shared_extractor if show else load_extractor
    extractor = load(config.extractor, values.weights, config.pooling)
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
    checkpoint = None
    if values.checkpoint_dir:
        checkpoint = run_checkpoint(
            values.checkpoint_dir, content_image, style_images, plan, extractor, config
        )
    start = time.monotonic()
    reporter = ProgressLine(sys.stderr.isatty() and not show)
    # Solved and measured at the solve size; the photo itself comes after, in bands.
    small = dataclasses.replace(config, full_resolution=False)
    try:
        with CallbackRun(records, show or reporter) as callback:
            result = transfer(
                content_image, style_images, plan, extractor, small, callback, checkpoint
            )
    finally:
        reporter.close()
    if show and result.stop_reason is StopReason.INTERRUPTED:
        raise KeyboardInterrupt  # A batch does the pair anew.
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
        from dpst.report.report import write_report

        inputs = _inputs(values, photo.size, style_sizes)
        trace = run_trace(inputs, config, result, seconds, losses)
        arguments = (photo, style_images, plan, result, extractor, config)
        write_report(values.report_dir, trace, *arguments)
        print(f"dpst: {Path(values.report_dir) / PAGE_NAME} written.")
    if checkpoint and checkpoint.error:
        print(f"dpst: note: the checkpoint {checkpoint.error}.", file=sys.stderr)
    if checkpoint and result.stop_reason is not StopReason.INTERRUPTED:
        checkpoint.remove()
    return DONE


def _apply_look(values: flags.FlagValues, config: TransferConfig) -> int:
    """Apply a saved look to the content image."""
    look = load_look(values.apply_map)
    photo = images.read_photo(values.content_image, "content_image")
    look.check_view(photo.size)
    _check_sizes(values, config, photo.size)
    if values.dry_run:
        print("dpst: all inputs are in order; nothing was written.")
        return DONE
    _write_photo(values, config, look, photo)
    print(f"dpst: {values.output_image} written, with the look of {values.apply_map}.")
    return DONE


def _check_sizes(values: flags.FlagValues, config: TransferConfig, size: images.Size) -> None:
    """Check that the formats of the pictures hold the content image's size."""
    for name in ("output_image", "preview"):
        path = values[name].value
        if path and (config.full_resolution or name == "preview"):
            images.check_output_size(path, size, name)


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


def _show(plan: Pairing | StylePlan | SemanticPlan) -> None:
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
    plan: Pairing | StylePlan | SemanticPlan,
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
    inputs: dict[str, dict[str, Any]] = {}
    if values.content_image:
        inputs["content_image"] = {"path": values.content_image, "size": content_size}
    inputs |= {
        "style_image": {
            "path": values.style_image,
            "size": style_sizes[0] if len(style_sizes) == 1 else style_sizes,
        },
    }
    for name in ("content_labels", "style_labels", "weights"):
        if values[name].value:
            inputs[name] = {"path": values[name].value}
    return inputs
