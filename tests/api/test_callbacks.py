"""Keras callbacks watch a transfer; TensorBoard keeps a record."""

import builtins
import csv
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import dpst
from dpst import images
from dpst.callbacks import TensorBoard
from tests.command_line import check_refused
from tests.exit_statuses import DONE

CONFIG = dpst.TransferConfig(max_evaluations=12)


@pytest.fixture(scope="module")
def stylizer(extractor):
    return dpst.Stylizer(CONFIG, extractor)


class Recorder(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.calls, self.logs = [], []

    def on_train_begin(self, logs=None):
        self.calls.append("begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"begin {epoch}")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(f"end {epoch}")
        self.logs.append(logs)
        assert self.model.progress.image.shape == (48, 64, 3)

    def on_train_end(self, logs=None):
        self.calls.append("end")


def test_callback_sees_every_chunk(stylizer, photo_pair):
    recorder = Recorder()
    result = stylizer(*photo_pair, callbacks=[recorder])
    epochs = [f"{word} {i}" for i in range(len(result.history)) for word in ("begin", "end")]
    assert recorder.calls == ["begin", *epochs, "end"]
    assert [logs["loss"] for logs in recorder.logs] == [loss for *_, loss in result.history]
    assert [logs["evaluations"] for logs in recorder.logs] == [n for _, n, _ in result.history]


def test_logs_hold_the_terms_and_the_segments_of_the_style(stylizer, photo_pair):
    recorder = Recorder()
    stylizer(*photo_pair, callbacks=[recorder])
    logs = recorder.logs[-1]
    terms = (
        "style",
        "content",
        "photorealism",
        "recoloring",
        "departure",
        "tint",
        "structure",
        "gamut",
    )
    assert sum(logs[name] for name in terms) == pytest.approx(logs["loss"], rel=1e-3)
    segments = [key for key in logs if key.startswith("style/")]
    assert segments == ["style/segment_0", "style/segment_1"]
    assert sum(logs[key] for key in segments) == pytest.approx(logs["style"], rel=1e-4)


def test_evaluations_add_up_over_levels(photo_pair, extractor, two_levels):
    recorder, labels = [], np.repeat([0, 1], 46) * np.ones((66, 1), int)
    content, style = (images.resize(image, (66, 92)) for image in photo_pair[:2])
    config = dpst.TransferConfig(max_evaluations=4)
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: recorder.append(logs))
    result = dpst.stylize(content, style, labels, labels, extractor, config, callbacks=[callback])
    coarse = [n for level, n, _ in result.history if level == 0]
    fine = [n + coarse[-1] for level, n, _ in result.history if level == 1]
    assert coarse and fine
    assert [logs["evaluations"] for logs in recorder] == coarse + fine


def test_callback_may_stop_the_transfer(stylizer, photo_pair):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    result = stylizer(*photo_pair, callbacks=[Stop()])
    assert len(result.history) == 1
    assert result.stop_reason is dpst.optimizers.StopReason.INTERRUPTED


def test_callbacks_of_keras_work(stylizer, photo_pair, tmp_path):
    callbacks = [
        keras.callbacks.CSVLogger(tmp_path / "history.csv"),
        keras.callbacks.EarlyStopping("loss", patience=5),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.History(),
    ]
    result = stylizer(*photo_pair, callbacks=callbacks)
    with open(tmp_path / "history.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == pytest.approx(
        [loss for *_, loss in result.history]
    )
    assert callbacks[-1].history["level"] == [0] * len(rows)


def test_callbacks_end_also_after_an_error(stylizer, photo_pair):
    recorder = Recorder()
    with pytest.raises(ValueError, match="content_image has shape"):
        stylizer(photo_pair[0][0], photo_pair[1], callbacks=[recorder])
    assert recorder.calls == ["begin", "end"]


def test_function_in_the_place_of_a_callback_is_an_error(stylizer, photo_pair):
    with pytest.raises(ValueError, match="must be a keras.callbacks.Callback: pass a function as"):
        stylizer(*photo_pair, callbacks=[print])


def read_events(folder: Path) -> dict[str, list[tuple[int, np.ndarray]]]:
    """(step, value) of each tag in a folder of records."""
    found: dict[str, list[tuple[int, np.ndarray]]] = {}
    for path in sorted(folder.glob("events.out.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                item = event.step, tf.make_ndarray(value.tensor)
                found.setdefault(value.tag, []).append(item)
    return found


def test_tensorboard_records_losses_segments_and_images(stylizer, photo_pair, tmp_path):
    result = None
    for _ in range(2):
        result = stylizer(*photo_pair, callbacks=[TensorBoard(tmp_path / "logs", 2)])
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["run_1", "run_2"]
    events = read_events(tmp_path / "logs" / "run_2")
    steps = [n for _, n, _ in result.history]
    assert [step for step, _ in events["loss"]] == steps
    losses = [float(value) for _, value in events["loss"]]
    assert losses == pytest.approx([loss for *_, loss in result.history], rel=1e-5)
    assert {"style", "photorealism", "style/segment_1"} <= events.keys()
    pictures = events["output_image"]
    assert [step for step, _ in pictures] == [n for i, n in enumerate(steps) if i % 2 == 0]
    assert tf.io.decode_png(pictures[-1][1][2]).shape == (48, 64, 3)


def test_last_image_is_written_whatever_the_interval(stylizer, photo_pair, tmp_path):
    result = stylizer(*photo_pair, callbacks=[TensorBoard(tmp_path, 100)])
    pictures = read_events(tmp_path / "run_1")["output_image"]
    assert [step for step, _ in pictures] == [result.history[0][1], result.history[-1][1]]


def test_command_line_writes_records(pair_files, run_cli):
    run = run_cli.with_flags(
        content_image="content.png",
        style_image="style.png",
        output_image="output.png",
        max_evaluations=2,
        segmentation="none",
    )
    assert run(tensorboard_dir="logs").status == DONE
    assert read_events(pair_files / "logs" / "run_1")["loss"]
    check_refused(run(tensorboard_dir="style.png"), "tensorboard_dir")


def test_missing_tensorboard_is_an_error_that_says_what_to_install(monkeypatch, tmp_path):
    def refuse(name, *args, _import=builtins.__import__, **kwargs):
        if name == "tensorboard":
            raise ImportError("No module named 'tensorboard'")
        return _import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(
        ImportError, match=r'needs the package tensorboard.*: pip install -e "\.\[tensorboard\]"'
    ):
        TensorBoard(tmp_path)


def test_interval_below_one_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="image_interval is 0, must be at least 1"):
        TensorBoard(tmp_path, 0)
