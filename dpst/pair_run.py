"""A pair of photos end to end: read, planned, previewed, solved, written and reported.

The command line, a batch and the studio all go this way: a `PairRun` is planned, a `PlannedPair`
solved, and a `SolvedPair` written. TensorFlow is loaded where the first network is.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.looks.look import Look
from dpst.looks.recoloring import Recoloring
from dpst.methods import Inputs, Plan, load_method
from dpst.methods.plan import LabelSource

if TYPE_CHECKING:
    import keras

    from dpst.extractors import Extractor
    from dpst.methods.result import TransferResult
    from dpst.segmentation import LabelMap
    from dpst.solving.checkpoint import Checkpoint
    from dpst.solving.progress import Callback

SAVED_LABELS = {"content_labels": "content_labels.png", "style_labels": "style_labels.png"}
"""Names of the files of label maps, by the flag that they can be given back to."""


@dataclass(frozen=True, eq=False)
class PairRun:
    """What is read of a pair, or a doodle, and how it is to be transferred.

    Attributes:
        config: the settings.
        photo: the content photo; None for a doodle or a texture.
        style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1]: copies to work on.
        style_sizes: (height, width) of the photos that these are copies of.
        content_labels: label map of the content photo.
        style_labels: label maps of the style images.
        notes: what is odd about the files, one clause each.
    """

    config: TransferConfig
    photo: images.Photo | None
    style_images: Sequence[images.FloatImage]
    style_sizes: Sequence[images.Size]
    content_labels: LabelSource | None = None
    style_labels: Sequence[LabelSource] | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        content_path: str | os.PathLike[str] | None,
        style_paths: Sequence[str | os.PathLike[str]],
        content_labels: LabelSource | None,
        style_labels: Sequence[LabelSource] | None,
        config: TransferConfig,
    ) -> PairRun:
        """Read the photos; label maps are read with the plan.

        Args:
            content_path: the content photo; None for a doodle or a texture.
            style_paths: the style images.
            content_labels: label map of the content photo.
            style_labels: label maps of the style images.
            config: the settings.

        Returns:
            The pair.

        Raises:
            FileNotFoundError: a file does not exist.
            ValueError: a file is not a readable photo.
        """
        photo = images.read_photo(content_path, "content_image") if content_path else None
        styles, sizes = [], []
        notes = [] if photo is None else list(photo.notes)
        for path in style_paths:
            style_photo = images.read_photo(path, "style_image")
            styles.append(style_photo.working_image(working_side(config)))
            sizes.append(style_photo.size)
            notes += style_photo.notes
        return cls(config, photo, styles, sizes, content_labels, style_labels, tuple(notes))

    def plan(self, find: Callable[[Inputs], tuple[LabelMap, LabelMap]]) -> PlannedPair:
        """Check the pair, and plan which part of the style serves which of the content.

        Args:
            find: finds label maps in the images; only called where segments are to be found.

        Returns:
            The pair and its plan.

        Raises:
            FileNotFoundError: a label map does not exist.
            ValueError: images, label maps and settings do not fit together.
        """
        photo = self.photo
        content_image = None if photo is None else photo.working_image(working_side(self.config))
        inputs = Inputs(
            content_image=content_image,
            style_images=self.style_images,
            content_labels=self.content_labels,
            style_labels=self.style_labels,
            content_size=None if photo is None else photo.size,
            style_sizes=self.style_sizes,
        )
        plan = load_method(self.config).plan(inputs, self.config, lambda: find(inputs))
        plan = dataclasses.replace(plan, notes=(*self.notes, *plan.notes))
        if photo is None or content_image is None:
            photo = images.Photo((255 * plan.canvas()).astype(np.uint8))
            content_image = photo.image(working_side(self.config))
        return PlannedPair(self, photo, content_image, plan)


@dataclass(frozen=True, eq=False)
class PlannedPair:
    """A pair that is ready to be solved.

    Attributes:
        pair: what was read.
        photo: the content photo; a grey canvas for a doodle or a texture.
        content_image: float32 [height, width, 3], RGB in [0, 1], the copy to work on.
        plan: which part of the style serves which of the content.
    """

    pair: PairRun
    photo: images.Photo
    content_image: images.FloatImage
    plan: Plan

    @functools.cached_property
    def preview(self) -> Recoloring | None:
        """A first look, made in about a second; None where the method has none."""
        local_map = self.plan.preview(self.content_image, self.pair.style_images[0])
        return None if local_map is None else Recoloring(local_map, None, self.photo.size)

    def solve(
        self,
        extractor: Extractor,
        callback: Callback | None = None,
        records: Sequence[keras.callbacks.Callback] = (),
        checkpoint: Checkpoint | None = None,
    ) -> SolvedPair:
        """Solve and measure at the solve size; the photo at its own size comes after, in bands.

        Args:
            extractor: source of the features.
            callback: is told of each chunk of evaluations.
            records: Keras callbacks, see `dpst.callbacks`; the rows of a `LossRecord` among them
                are the losses of the result.
            checkpoint: keeps the state of the solve.

        Returns:
            The pair and its result. After a KeyboardInterrupt, the best so far.

        Raises:
            KeyboardInterrupt: interrupted before there was any result.
            FloatingPointError: the objective is not finite where it starts.
            ValueError: the weights leave nothing to solve, or a layer is unknown.
        """
        from dpst.callbacks import CallbackRun, LossRecord
        from dpst.methods.work import Work

        start = time.monotonic()
        losses = [record.rows for record in records if isinstance(record, LossRecord)]
        config = dataclasses.replace(self.pair.config, full_resolution=False)
        with CallbackRun(records, callback) as run:
            work = Work(extractor, config, run, checkpoint)
            result = load_method(config).transfer(
                self.plan, self.content_image, self.pair.style_images, work
            )
        result = dataclasses.replace(result, look=result.look.with_size(self.photo.size))
        return SolvedPair(
            planned=self,
            result=result,
            losses=tuple(losses[0]) if losses else (),
            seconds=time.monotonic() - start,
            extractor=extractor,
        )


@dataclass(frozen=True, eq=False)
class SolvedPair:
    """A pair with its result.

    Attributes:
        planned: the pair and its plan.
        result: the result of the transfer, at the solve size.
        losses: what Keras callbacks are told after each chunk, see `dpst.callbacks.CallbackRun`;
            empty if nothing recorded it.
        seconds: how long the solve took.
        extractor: the features that it was solved with.
    """

    planned: PlannedPair
    result: TransferResult
    losses: Sequence[Mapping[str, float]]
    seconds: float
    extractor: Extractor

    @property
    def look(self) -> Look:
        """What was found, for the content photo and others of its size."""
        return self.result.look

    @property
    def is_interrupted(self) -> bool:
        """Whether the solve was ended early, with the best so far."""
        from dpst.optimizers import StopReason

        return self.result.stop_reason is StopReason.INTERRUPTED

    def write_output(self, path: str | os.PathLike[str]) -> list[str]:
        """Write the photo in its new look, see `write_photo`."""
        return write_photo(path, self.look, self.planned.photo, self.planned.pair.config)

    def write_report(self, folder: str | os.PathLike[str], paths: Mapping[str, str]) -> Path:
        """Write the report of the run: a page to look at, and a trace to compute with.

        Args:
            folder: where they go; made if it is missing.
            paths: the paths of the input files, by flag.

        Returns:
            The path of the page.

        Raises:
            ValueError: a file cannot be written.
        """
        from dpst.report.report import write_report
        from dpst.report.trace import run_trace

        planned, pair = self.planned, self.planned.pair
        inputs: dict[str, dict[str, Any]] = {flag: {"path": path} for flag, path in paths.items()}
        if pair.photo is not None:
            inputs["content_image"]["size"] = pair.photo.size
        sizes = pair.style_sizes
        inputs["style_image"]["size"] = sizes[0] if len(sizes) == 1 else sizes
        return write_report(
            folder,
            run_trace(inputs, pair.config, self.result, self.seconds, self.losses),
            planned.photo,
            pair.style_images,
            planned.plan,
            self.result,
            self.extractor,
            pair.config,
        )


def working_side(config: TransferConfig) -> int:
    """Return the longer side in pixels of the copies of photos that are worked on."""
    return max(images.WORKING_SIDE, config.solve_size)


def write_photo(
    path: str | os.PathLike[str], look: Look, photo: images.Photo, config: TransferConfig
) -> list[str]:
    """Write a photo in its new look: at its own size, or at the solve size if that is wanted.

    Args:
        path: the file to write.
        look: what a transfer found.
        photo: the photo to apply it to.
        config: `full_resolution` and `solve_size`.

    Returns:
        What the file cannot hold of the photo, one clause each.

    Raises:
        ValueError: the file cannot be written.
    """
    if not config.full_resolution:
        photo = photo.resized(images.fit_area(photo.size, config.solve_size))
    losses = list(images.losses_in_format(path, photo))
    images.write_photo(path, look.apply_to_photo(photo))
    return losses
