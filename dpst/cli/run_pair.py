"""One pair on the command line: its flags checked, transferred, and told of on the way."""

from __future__ import annotations

import functools
import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from absl import flags

from dpst import images
from dpst.batch.exit_status import ExitStatus
from dpst.cli.checked_config import checked_config
from dpst.cli.flags import FILE_FLAGS, flag_roles
from dpst.cli.label_files import label_files, split_paths
from dpst.cli.saved_labels import save_labels
from dpst.config import TransferConfig
from dpst.files.whole_file import remove_leftovers
from dpst.looks.color_lut import fit_color_lut, write_cube
from dpst.looks.look import Look
from dpst.looks.look_file import load_look, save_look
from dpst.looks.recoloring import Recoloring
from dpst.methods import Inputs, Plan
from dpst.pair_run import PairRun, PlannedPair, SolvedPair, write_photo
from dpst.process.quiet_startup import quiet_startup
from dpst.report.trace import metric_lines
from dpst.segmentation import LabelMap, segment_table

if TYPE_CHECKING:
    import keras

    from dpst.extractors import Extractor
    from dpst.solving.checkpoint import Checkpoint
    from dpst.solving.progress import Progress

_INPUT_FLAGS = [row.name for row in FILE_FLAGS if row.role == "input"]


class ProgressReporter(Protocol):
    """Shows the progress of a solve."""

    def __call__(self, progress: Progress) -> None:
        """Show where it stands."""

    def close(self) -> None:
        """End what is shown."""


@dataclass(frozen=True)
class Surroundings:
    """What differs between a pair that is run alone and one of a batch.

    Attributes:
        load_extractor: gives the extractor of a name, its weight file and its kind of pooling.
        reporter: shows the progress.
        keeps_partial_result: whether the best so far is written after an interruption.
    """

    load_extractor: Callable[[str, str | None, str], Extractor]
    reporter: ProgressReporter
    keeps_partial_result: bool = True


def run_pair(
    values: flags.FlagValues, rest: Sequence[str], surroundings: Surroundings
) -> ExitStatus:
    """Run one pair.

    Args:
        values: the flags.
        rest: arguments that are not flags, of which there should be none.
        surroundings: what differs between a pair alone and one of a batch.

    Returns:
        DONE.

    Raises:
        KeyboardInterrupt: interrupted before there was anything to keep; nothing was written.
        Exception: everything else that `main` tells in one line.
    """
    config = checked_config(values, rest)
    if surroundings.keeps_partial_result and not values.dry_run:
        _remove_leftovers(values)
    if values.apply_look:
        return _apply_look(values, config)
    networks = _Networks(values, config, surroundings)
    planned = _plan(values, config, networks)
    _show(planned.plan)
    _write_preview(values, planned)
    _show_memory(planned, networks.extractor)
    if values.dry_run:
        print("dpst: all inputs are in order; nothing was solved.")
        return ExitStatus.DONE
    records = _records(values)
    checkpoint = _checkpoint(values, planned, networks.extractor)
    try:
        solved = planned.solve(networks.extractor, surroundings.reporter, records, checkpoint)
    finally:
        surroundings.reporter.close()
    if solved.is_interrupted and not surroundings.keeps_partial_result:
        raise KeyboardInterrupt
    _write(values, solved)
    for fault in (checkpoint.refused, checkpoint.error) if checkpoint else ():
        if fault:
            print(f"dpst: note: the checkpoint {fault}.", file=sys.stderr)
    if checkpoint and not solved.is_interrupted:
        checkpoint.remove()
    return ExitStatus.DONE


def _remove_leftovers(values: flags.FlagValues) -> None:
    """Remove what an earlier run, killed while it wrote, left beside the outputs."""
    roles = flag_roles()
    texts = {name: str(values[name].value) for name in roles.outputs if values[name].value}
    for folder in {os.path.dirname(path) or "." for _, path in roles.written_paths(texts)}:
        remove_leftovers(folder)


class _Networks:
    """The networks of a run, loaded when they are first wanted, and the segments they find."""

    def __init__(
        self, values: flags.FlagValues, config: TransferConfig, surroundings: Surroundings
    ) -> None:
        self._values = values
        self._config = config
        self._surroundings = surroundings
        self.has_found = False

    @functools.cached_property
    def extractor(self) -> Extractor:
        """The source of the features."""
        _load_tensorflow()
        config = self._config
        load = self._surroundings.load_extractor
        return load(config.extractor, self._values.weights, config.pooling)

    def find(self, inputs: Inputs) -> tuple[LabelMap, LabelMap]:
        """Find the segments of a pair, and save their label maps if they are wanted."""
        _load_tensorflow()
        from dpst.methods.find_segments import find_segments, load_segmentation_model

        label_maps = find_segments(
            inputs.photo(self._config),
            inputs.style_images[0],
            self._config,
            lambda: self.extractor,
            lambda: load_segmentation_model(self._config),
        )
        if self._values.save_labels:
            folder = Path(self._values.save_labels)
            save_labels(folder, label_maps, self._values.overwrite)
        self.has_found = True
        return label_maps


def _load_tensorflow() -> None:
    """Import TensorFlow without its messages; it takes seconds, so only what needs it waits.

    The garbage collector would look through its half a million objects again and again, while they
    are made and ever after; they are never garbage.
    """
    if "tensorflow" in sys.modules:
        return
    gc.disable()
    try:
        with quiet_startup():
            import tensorflow  # noqa: F401
        gc.freeze()
    finally:
        gc.enable()


def _check_sizes(values: flags.FlagValues, config: TransferConfig, size: images.Size) -> None:
    """Check that the formats of the pictures hold the content image's size."""
    for name in ("output_image", "preview"):
        path = values[name].value
        if path and (config.full_resolution or name == "preview"):
            images.check_output_size(path, size, name)


def _apply_look(values: flags.FlagValues, config: TransferConfig) -> ExitStatus:
    """Apply a saved look to the content image."""
    look = load_look(values.apply_look)
    photo = images.read_photo(values.content_image, "content_image")
    if not values.force:
        look.check_view(photo.working_image(images.WORKING_SIDE), photo.size)
    _check_sizes(values, config, photo.size)
    if values.dry_run:
        print("dpst: all inputs are in order; nothing was written.")
        return ExitStatus.DONE
    _show_losses(values.output_image, write_photo(values.output_image, look, photo, config))
    print(f"dpst: {values.output_image} written, with the look of {values.apply_look}.")
    return ExitStatus.DONE


def _plan(values: flags.FlagValues, config: TransferConfig, networks: _Networks) -> PlannedPair:
    """Read the photos that the flags name, and plan the transfer.

    Raises:
        ValueError: the inputs do not fit together, or an output cannot hold the result.
    """
    styles = split_paths(values.style_image)
    style_labels = label_files(values.style_labels, len(styles))
    pair = PairRun.read(values.content_image, styles, values.content_labels, style_labels, config)
    if pair.photo:
        _check_sizes(values, config, pair.photo.size)
    planned = pair.plan(networks.find)
    _check_sizes(values, config, planned.photo.size)
    if values.save_labels and not networks.has_found:
        raise ValueError(
            "--save_labels is given, but no label maps are looked for; leave the label files out, "
            "or set --segmentation=auto."
        )
    return planned


def _records(values: flags.FlagValues) -> list[keras.callbacks.Callback]:
    """Return the callbacks that record the solve, for a report and for TensorBoard."""
    from dpst.callbacks import LossRecord, TensorBoard

    records: list[keras.callbacks.Callback] = []
    if values.report_dir:
        records.append(LossRecord())
    if values.tensorboard_dir:
        records.append(TensorBoard(values.tensorboard_dir))
    return records


def _checkpoint(
    values: flags.FlagValues, planned: PlannedPair, extractor: Extractor
) -> Checkpoint | None:
    """Return the checkpoint of a run, if one is to be kept."""
    if not values.checkpoint_dir:
        return None
    from dpst.cli.run_checkpoint import run_checkpoint

    return run_checkpoint(
        values.checkpoint_dir,
        planned.content_image,
        planned.pair.style_images,
        planned.plan,
        extractor,
        planned.pair.config,
    )


def _show(plan: Plan) -> None:
    """Print the table of segments, and what is odd about them."""
    is_colored = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in segment_table(plan.segments, is_colored):
        print(f"dpst:   {line}", flush=True)
    for note in plan.notes:
        print(f"dpst: note: {note}.", file=sys.stderr)


def _write_preview(values: flags.FlagValues, planned: PlannedPair) -> None:
    """Write the first look, if it is wanted."""
    if values.preview and not values.dry_run and planned.preview:
        images.write_photo(values.preview, planned.preview.apply_to_photo(planned.photo))
        print(f"dpst: preview {values.preview} written.", flush=True)


def _show_memory(planned: PlannedPair, extractor: Extractor) -> None:
    """Print the size that is solved, and how much memory that takes at most."""
    from dpst.solving.levels import plan_levels
    from dpst.solving.memory import predicted_memory

    config = planned.pair.config
    style_size = planned.pair.style_images[0].shape[:2]
    gigabytes = predicted_memory(extractor, config, planned.photo, style_size) / 1e9
    height, width = plan_levels(planned.content_image.shape[:2], config.solve_size)[-1].size
    print(f"dpst: solving at {width}x{height} px takes at most about {gigabytes:.1f} GB of memory.")


def _show_losses(path: str, losses: Sequence[str]) -> None:
    """Print what a file cannot hold of the photo."""
    for loss in losses:
        print(f"dpst: note: in {path} {loss}.", file=sys.stderr)


def _write(values: flags.FlagValues, solved: SolvedPair) -> None:
    """Write all outputs that are wanted, and print the metrics."""
    result = solved.result
    start = time.monotonic()
    _show_losses(values.output_image, solved.write_output(values.output_image))
    seconds = solved.seconds + time.monotonic() - start
    how = "" if result.is_complete else f", but early: {result.stop_reason.value}"
    print(f"dpst: {values.output_image} written, done in {seconds:.0f} s{how}.")
    if values.save_look:
        save_look(values.save_look, _recoloring(solved.look))
        print(f"dpst: {values.save_look} written, for --apply_look.")
    if values.save_lut:
        content_image = solved.planned.content_image
        size = images.fit_area(content_image.shape[:2], solved.planned.pair.config.solve_size)
        lut, error = fit_color_lut(images.resize(content_image, size), result.output_image)
        write_cube(values.save_lut, lut)
        print(
            f"dpst: {values.save_lut} written: it differs from the picture by {255 * error:.1f} "
            "of 255 levels (root mean square), because it cannot hold local changes."
        )
    for line in metric_lines(result.metrics):
        print(f"dpst:   {line}")
    if values.report_dir:
        paths = {name: str(values[name].value) for name in _INPUT_FLAGS if values[name].value}
        print(f"dpst: {solved.write_report(values.report_dir, paths)} written.")


def _recoloring(look: Look) -> Recoloring:
    """Return a look that can be saved.

    Raises:
        ValueError: it is not a recolouring.
    """
    if not isinstance(look, Recoloring):
        raise ValueError(
            f"the look is a {type(look).__name__}, it must be a recolouring to be saved: leave "
            "--save_look out."
        )
    return look
