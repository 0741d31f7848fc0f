"""Checkpoints: a solve that was killed goes on, and gives the same image bit for bit."""

import numpy as np
import pytest
import tensorflow as tf

from dpst import images
from dpst.cli import cli
from dpst.methods.carriers import AS_PICTURE
from dpst.optimizers import OPTIMIZERS, StopReason
from dpst.solving import checkpoint as checkpoint_module
from dpst.solving.checkpoint import Checkpoint
from dpst.solving.levels import Level
from dpst.solving.objective import ImageTerm, Objective
from dpst.solving.solve import CHUNK_EVALUATIONS, solve
from tests.command_line import check_refused
from tests.exit_statuses import DONE

LEVELS = (Level((32, 40), 12), Level((40, 50), 13))


class Killed(BaseException):
    """Ends a run like a kill: nothing of the library catches it."""


@pytest.fixture(autouse=True)
def always_saved(monkeypatch):
    monkeypatch.setattr(checkpoint_module, "_TIME_SHARE", 1.0)


@pytest.fixture(scope="module")
def content():
    return np.random.default_rng(0).random((40, 50, 3), np.float32)


def _rippled(target, image):
    return tf.reduce_mean(tf.square(image - target) + 0.05 * tf.cos(40 * (image - target)))


def _no_features(images):
    return {}


def build(content):
    return Objective(_no_features, (ImageTerm("ripples", _rippled, content[..., ::-1]),))


class KilledAfter:
    def __init__(self, num_chunks):
        self.num_chunks = num_chunks

    def __call__(self, progress):
        if progress.loss is not None:
            self.num_chunks -= 1
            if self.num_chunks == 0:
                raise Killed


def solved(content, optimizer, checkpoint=None, callback=None):
    start = content[:32, :40]
    return solve(content, start, LEVELS, build, AS_PICTURE, optimizer, callback, checkpoint)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_killed_solve_goes_on_bit_for_bit(content, optimizer, tmp_path):
    whole = solved(content, optimizer)
    num_chunks = len(whole.history)
    assert num_chunks >= 4
    for killed_after in range(1, num_chunks + 1):
        with pytest.raises(Killed):
            solved(content, optimizer, Checkpoint(tmp_path, "a"), KilledAfter(killed_after))
        resumed = Checkpoint(tmp_path, "a")
        seen = []
        again = solved(content, optimizer, resumed, lambda p: seen.append(p.loss))  # noqa: B023
        assert len(seen) == num_chunks - killed_after
        assert again.history == whole.history and again.stop_reason is whole.stop_reason
        np.testing.assert_array_equal(again.output_map.picture, whole.output_map.picture)
        resumed.remove()
        assert list(tmp_path.iterdir()) == []


def test_solve_killed_again_and_again_is_finished(content, tmp_path):
    whole = solved(content, "lbfgs")
    for _ in range(len(whole.history)):
        with pytest.raises(Killed):
            solved(content, "lbfgs", Checkpoint(tmp_path, "a"), KilledAfter(1))
    again = solved(content, "lbfgs", Checkpoint(tmp_path, "a"))
    np.testing.assert_array_equal(again.output_map.picture, whole.output_map.picture)


def test_interrupted_solve_can_be_gone_on_with(content, tmp_path):
    whole = solved(content, "lbfgs")
    stopped = solved(content, "lbfgs", Checkpoint(tmp_path, "a"), lambda p: p.loss is not None)
    assert stopped.stop_reason is StopReason.INTERRUPTED
    again = solved(content, "lbfgs", Checkpoint(tmp_path, "a"))
    assert again.history == whole.history


@pytest.mark.parametrize("damage", [b"", b"not a state", "cut", "other"])
def test_state_that_cannot_be_read_is_begun_anew(content, tmp_path, damage):
    checkpoint = Checkpoint(tmp_path, "a")
    with pytest.raises(Killed):
        solved(content, "lbfgs", checkpoint, KilledAfter(2))
    data = checkpoint.path.read_bytes()
    if damage == "other":
        assert checkpoint.load(OPTIMIZERS["adam"], LEVELS) is None
        return
    checkpoint.path.write_bytes(data[: len(data) // 2] if damage == "cut" else damage)
    assert checkpoint.load(OPTIMIZERS["lbfgs"], LEVELS) is None
    whole = solved(content, "lbfgs", checkpoint)
    assert whole.history[0][1] == CHUNK_EVALUATIONS


FORGED = {
    "float64": lambda a: {**a, "position": a["position"].astype(np.float64)},
    "NaN": lambda a: {**a, "position": a["position"] * np.float32("nan")},
    "other shape": lambda a: {**a, "gradient": a["gradient"][1:]},
    "level 99": lambda a: {**a, "level": np.array(99)},
    "level -1": lambda a: {**a, "level": np.array(-1)},
    "other level": lambda a: {**a, "level": np.array(1)},
    "many evaluations": lambda a: {**a, "num_evaluations": np.array(10**6, np.int32)},
    "negative evaluations": lambda a: {**a, "num_evaluations": np.array(-1, np.int32)},
    "many pairs": lambda a: {**a, "num_pairs": np.array(11, np.int32)},
    "no history": lambda a: {**a, **{f"history_{i}": np.zeros(0) for i in range(3)}},
    "text": lambda a: {**a, "history_2": np.array(["x"] * len(a["history_2"]))},
    "no reason": lambda a: {**a, "stop_reason": np.array("?")},
    "missing": lambda a: {key: value for key, value in a.items() if key != "sy"},
}


@pytest.mark.parametrize("case", FORGED)
def test_state_that_does_not_fit_is_begun_anew_with_a_note(content, tmp_path, case):
    checkpoint = Checkpoint(tmp_path, "a")
    with pytest.raises(Killed):
        solved(content, "lbfgs", checkpoint, KilledAfter(2))
    with np.load(checkpoint.path) as file:
        np.savez(checkpoint.path, **FORGED[case](dict(file)))
    assert solved(content, "lbfgs", checkpoint).history == solved(content, "lbfgs").history
    assert "does not fit" in checkpoint.refused


def test_state_that_cannot_be_written_costs_the_run_nothing(content, tmp_path):
    (tmp_path / "file").touch()
    checkpoint = Checkpoint(tmp_path / "file", "a")
    assert solved(content, "adam", checkpoint).history
    assert "could not be written" in checkpoint.error


def test_saving_takes_a_small_part_of_the_time(content, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint_module, "_TIME_SHARE", 1e-9)
    checkpoint = Checkpoint(tmp_path, "a")
    solved(content, "adam", checkpoint)
    state = checkpoint.load(OPTIMIZERS["adam"], LEVELS)
    assert state.level == 0 and len(state.history) == 1


@pytest.fixture
def run(pair_files, run_cli, monkeypatch):
    """A function that runs the command line with checkpoints; its progress may end it."""

    def call(output, killed_after=0, **changes):
        flags = {
            "content_image": "content.png",
            "style_image": "style.png",
            "output_image": output,
            "max_evaluations": 12,
            "checkpoint_dir": "states",
            "segmentation": "none",
        }
        with monkeypatch.context() as patch:
            patch.setattr(cli.ProgressLine, "__call__", KilledAfter(killed_after).__call__)
            return run_cli.with_flags(**flags)(**changes)

    return call


def states(tmp_path):
    return [path.name for path in (tmp_path / "states").iterdir()]


def test_killed_run_gives_the_same_file_and_leaves_no_state(run, tmp_path):
    assert run("whole.png").status == DONE
    assert states(tmp_path) == []
    with pytest.raises(Killed):
        run("again.png", killed_after=2)
    assert len(states(tmp_path)) == 1 and not (tmp_path / "again.png").exists()
    # Another run has a state of its own.
    assert run("other.png", style_weight=2.0, max_evaluations=2).status == DONE
    assert len(states(tmp_path)) == 1
    assert run("again.png").status == DONE
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "whole.png").read_bytes()
    assert states(tmp_path) == []


def test_killed_composite_goes_on_with_the_style_that_was_under_way(run, tmp_path, photo_pair):
    images.write_image(tmp_path / "style_2.png", photo_pair[1][::-1, :, ::-1])
    halves = np.zeros((48, 64, 3), np.float32)
    halves[:, 32:] = 1
    images.write_image(tmp_path / "halves.png", halves)
    flags = {
        "method": "artistic",
        "style_image": "style.png,style_2.png",
        "content_labels": "halves.png",
        "segmentation": "labels",
        "multi_style": "composite",
    }
    assert run("whole.png", **flags).status == DONE
    with pytest.raises(Killed):
        run("again.png", killed_after=5, **flags)
    assert len(states(tmp_path)) == 2
    assert run("again.png", **flags).status == DONE
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "whole.png").read_bytes()
    assert states(tmp_path) == []


def test_folder_of_states_that_cannot_be_is_an_error(run):
    refused = run("output.png", checkpoint_dir="content.png")
    check_refused(refused, "checkpoint_dir 'content.png' cannot be a folder")
