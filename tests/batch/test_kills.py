"""A batch that is killed (SIGKILL) at random moments and run again loses nothing."""

import json
import multiprocessing
import os
import random
import time
from pathlib import Path

import numpy as np
import pytest

from dpst import images
from dpst.cli import cli

# Keras saves through an `__array__` call that NumPy 2 deprecates; loading does not.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

FEW = ("artistic", "artistic")
MANY = ("photo", "photo", "artistic", "artistic", "photo")
TIME_LIMIT = 600  # seconds that a batch of these few small pairs may take on the slowest machine
PROC = Path("/proc/self/stat")


@pytest.fixture(scope="module")
def processes():
    """A maker of processes that have loaded what a batch needs, so that each only works."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["dpst.cli.cli", "dpst.callbacks", "dpst.methods.transfer", "dpst.solving.memory"]
    )
    return context


@pytest.fixture
def jobs_file(methods, tmp_path, photo_pair):
    """Path of a jobs file with images of several sizes, so that a rerun begins with another size.

    Photos are so long that they are solved at two levels.
    """
    import keras

    folder = tmp_path / "jobs"
    folder.mkdir()
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="conv1")(inputs)
    keras.utils.set_random_seed(0)
    keras.Model(inputs, x).save(folder / "net.keras")
    images.write_image(folder / "style.png", photo_pair[1])
    rows = ["content_image,style_image,output_image,method"]
    for number, method in enumerate(methods):
        content = np.roll(photo_pair[0], 7 * number, (0, 1))
        content = np.tile(content, (1, 5, 1)) if method == "photo" else content
        content = content.transpose(1, 0, 2) if number % 2 else content
        images.write_image(folder / f"{number}.png", content)
        rows.append(f"{number}.png,style.png,{number}.png,{method}")
    (folder / "jobs.csv").write_text("\n".join(rows))
    return folder / "jobs.csv"


def start(processes, jobs_file, output_dir):
    flags = {
        "jobs": jobs_file,
        "output_dir": output_dir,
        "checkpoint_dir": output_dir / "states",
        "segmentation": "none",
        "extractor": jobs_file.parent / "net.keras",
        "max_evaluations": 16,
    }
    argv = ["run.py", *(f"--{name}={value}" for name, value in flags.items())]
    process = processes.Process(target=cli.main, args=(argv,))
    process.start()
    return process


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_until(process, seconds):
    """Wait until a process has used that much processor time, or has ended; return what it used."""
    used, deadline = 0.0, time.monotonic() + TIME_LIMIT
    while process.is_alive() and used < seconds:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        try:
            used = processor_seconds(process.pid)
        except (FileNotFoundError, ProcessLookupError, IndexError):
            break
    return used


def assert_whole(output_dir, expected):
    """Check that every file under its final name is whole, and what it should be."""
    for path in output_dir.rglob("*"):
        if path.suffix == ".png":
            assert path.read_bytes() == expected[path.name], path
        elif path.name.endswith(".job.json"):
            assert json.loads(path.read_text())["outputs"]
            assert path.name.removesuffix(".job.json") in expected
        elif path.suffix == ".npz":
            with np.load(path) as file:
                assert all(file[key] is not None for key in file.files)


@pytest.mark.skipif(not PROC.exists(), reason="needs /proc, to kill after some processor time")
@pytest.mark.parametrize(
    "methods, num_kills",
    [pytest.param(FEW, 2, id="few"), pytest.param(MANY, 20, id="many", marks=pytest.mark.long)],
)
def test_killed_batch_is_finished_by_reruns_and_equals_an_undisturbed_one(
    methods, num_kills, processes, jobs_file, tmp_path
):
    undisturbed = start(processes, jobs_file, tmp_path / "undisturbed")
    duration = run_until(undisturbed, float("inf"))
    undisturbed.join()
    expected = {path.name: path.read_bytes() for path in (tmp_path / "undisturbed").glob("*.png")}
    assert sorted(expected) == [f"{number}.png" for number in range(len(methods))]

    moments = random.Random(0)
    num_killed = num_finished = 0
    while num_killed < num_kills or num_finished == 0:
        output_dir = tmp_path / f"killed_{num_finished}"
        while True:
            process = start(processes, jobs_file, output_dir)
            if num_killed < num_kills:
                run_until(process, moments.uniform(0, duration))
                if process.is_alive():
                    process.kill()
            process.join()
            assert_whole(output_dir, expected)
            if process.exitcode == 0:
                break
            assert process.exitcode == -9
            num_killed += 1
        results = {path.name for path in output_dir.glob("*.png")}
        assert results == expected.keys()
        assert not (output_dir / "failures.csv").exists()
        assert list((output_dir / "states").glob("*.npz")) == []
        num_finished += 1
    print(
        f"{num_killed} kills, {num_finished} batches finished, {duration:.1f} s of processor each"
    )
