"""Callbacks in Keras's manner: any `keras.callbacks.Callback` can watch a transfer.

An epoch is a chunk of about five evaluations of the objective.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from dpst.messages import needs_package
from dpst.solving.progress import Callback, Progress

RUN_NAME = "run_{}"  # the folder of a transfer's records, counted from 1


class SolveModel:
    """What callbacks find as their `model`.

    Attributes:
        stop_training: a callback sets it to end the transfer with the best so far.
        progress: where the solve stands, with its image; None before it starts.
    """

    def __init__(self) -> None:
        """Start with nothing done."""
        self.stop_training = False
        self.progress: Progress | None = None


Solve = SolveModel  # its name up to 0.1


class CallbackRun:
    """Calls Keras callbacks during one transfer; itself a callback of `dpst.stylize`.

    As a context manager it begins and ends the callbacks' training. Callbacks get these logs at the
    end of an epoch: `loss`, the objective; `level`, counted from 0; `evaluations`, all so far; each
    name of its terms, weighted, as they add up to the loss; `style/segment_0` and so on, the parts
    of the style term; and what is reported alongside the terms, such as `locality`. Losses are
    comparable within a level.

    Args:
        callbacks: the callbacks.
        function: called with each `Progress` before them; if it returns True, the transfer ends.
    """

    def __init__(
        self,
        callbacks: Sequence[keras.callbacks.Callback],
        function: Callback | None = None,
    ) -> None:
        """Keep the callbacks, and give each its `model`."""
        self._callbacks = tuple(callbacks)
        self._function = function
        self._model = SolveModel()
        self._epoch = 0
        self._evaluations_below = 0  # at the levels that are done
        for callback in self._callbacks:
            if not isinstance(callback, keras.callbacks.Callback):
                raise ValueError(
                    f"callbacks holds {callback!r}, each must be a keras.callbacks.Callback: pass "
                    "a function as `callback`, or wrap it in keras.callbacks.LambdaCallback."
                )
            callback.set_params({})
            callback.set_model(self._model)

    def __enter__(self) -> "CallbackRun":
        """Begin."""
        for callback in self._callbacks:
            callback.on_train_begin({})
        return self

    def __exit__(self, *error: object) -> None:
        """End, also after an error: files must be closed."""
        for callback in self._callbacks:
            callback.on_train_end({})

    def __call__(self, progress: Progress) -> bool:
        """Tell the callbacks of a finished chunk; True if one of them wants to stop."""
        previous, self._model.progress = self._model.progress, progress
        if previous is not None and (
            previous.level != progress.level or previous.evaluations > progress.evaluations
        ):
            self._evaluations_below += previous.evaluations
        is_over = self._function is not None and bool(self._function(progress))
        if self._callbacks and progress.objective is not None:
            logs = _logs(progress, self._evaluations_below + progress.evaluations)
            for callback in self._callbacks:
                callback.on_epoch_begin(self._epoch, {})
                callback.on_epoch_end(self._epoch, dict(logs))
            self._epoch += 1
        return is_over or self._model.stop_training


class LossRecord(keras.callbacks.Callback):
    """Keeps the logs of each epoch; unlike `keras.callbacks.History` also those with gaps.

    Attributes:
        rows: the logs so far, in order.
    """

    def __init__(self) -> None:
        """Start with no logs."""
        super().__init__()
        self.rows: list[dict[str, float]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Append."""
        self.rows.append(dict(logs or {}))


class TensorBoard(keras.callbacks.Callback):
    """Writes losses, their terms and segments, and the image at intervals, for TensorBoard.

    Each transfer has a folder of its own, `run_1`, `run_2` and so on; the horizontal axis is the
    number of evaluations. Look at them with `tensorboard --logdir=FOLDER`.

    Args:
        log_dir: folder of the records, created if it is missing.
        image_interval: epochs, that is chunks of evaluations, from an image to the next, at least
            1; the last image is always written.

    Raises:
        ImportError: the package tensorboard is not installed.
        ValueError: the interval is below 1.
    """

    def __init__(self, log_dir: str | os.PathLike[str], image_interval: int = 4) -> None:
        """Check that TensorBoard is there; nothing is written yet."""
        super().__init__()
        check_tensorboard()
        if image_interval < 1:
            raise ValueError(
                f"image_interval is {image_interval}, must be at least 1; 1 writes every image."
            )
        self._log_dir = Path(log_dir)
        self._image_interval = image_interval
        self._writer: Any = None
        self._step = 0
        self._is_written = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Open the records of a new transfer."""
        names = {path.name for path in self._log_dir.glob(RUN_NAME.format("*"))}
        number = next(n for n in range(1, len(names) + 2) if RUN_NAME.format(n) not in names)
        folder = self._log_dir / RUN_NAME.format(number)
        self._writer = tf.summary.create_file_writer(os.fspath(folder))
        self._step = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the numbers, and at intervals the image."""
        values = dict(logs or {})
        self._step = values.pop("evaluations", epoch)
        with self._writer.as_default(self._step):
            for name, value in values.items():
                tf.summary.scalar(name, value)
        self._is_written = epoch % self._image_interval == 0
        if self._is_written:
            self._write_image()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Write the last image, and close the records."""
        if not self._is_written:
            self._write_image()
        self._writer.close()

    def _write_image(self) -> None:
        progress = self.model.progress
        if progress is not None:
            with self._writer.as_default(self._step):
                tf.summary.image("output_image", tf.clip_by_value(progress.image, 0, 1)[None])


def check_tensorboard() -> None:
    """Check that records can be written.

    Raises:
        ImportError: the package tensorboard is not installed.
    """
    try:
        import tensorboard  # noqa: F401
    except ImportError as error:
        message = needs_package("a record for TensorBoard", "tensorboard", "tensorboard", error)
        raise ImportError(message) from error


def _logs(progress: Progress, evaluations: int) -> dict[str, float | int]:
    """Return what is known at the end of a chunk."""
    logs: dict[str, float | int] = {
        "loss": progress.loss or 0.0,
        "level": progress.level,
        "evaluations": evaluations,
    }
    if progress.objective is None:
        return logs
    logs |= progress.objective.reported
    segments: dict[str, float] = {}
    for name, parts in progress.objective.term_parts(progress.image).items():
        logs[name] = float(tf.add_n([tf.reduce_sum(part) for part in parts]))
        for part in parts:
            for k, value in enumerate(part[0].numpy() if part.shape.rank == 2 else ()):
                key = f"{name}/segment_{k}"
                segments[key] = segments.get(key, 0.0) + float(value)
    # Padding segments are exactly 0 and not reported.
    return {**logs, **{key: value for key, value in segments.items() if value}}
