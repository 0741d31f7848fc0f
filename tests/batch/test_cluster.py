"""A batch on a local Ray cluster of two workers, one of which is killed."""

import threading
import time

import numpy as np
import pytest

from dpst import images
from dpst.batch.cluster import run_on_cluster
from dpst.batch.job import Job
from dpst.cli import cli
from tests.conftest import REPOSITORY
from tests.exit_statuses import BAD_INPUT, SOME_FAILED

# Keras saves through an `__array__` call that NumPy 2 deprecates; loading does not.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ray = pytest.importorskip("ray")
cluster_utils = pytest.importorskip("ray.cluster_utils")

NUM_JOBS = 8
TIME_LIMIT = 900  # seconds on the slowest machine


@pytest.fixture
def jobs_file(tmp_path, photo_pair, monkeypatch):
    import keras

    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="conv1")(inputs)
    keras.Model(inputs, x).save(tmp_path / "net.keras")
    images.write_image(tmp_path / "style.png", photo_pair[1])
    rows = ["content_image,style_image,output_image"]
    for number in range(NUM_JOBS):
        images.write_image(tmp_path / f"{number}.png", np.roll(photo_pair[0], 7 * number, 1))
        rows.append(f"{number}.png,style.png,{number}.png")
    rows.append("missing.png,style.png,missing.png")
    (tmp_path / "jobs.csv").write_text("\n".join(rows))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))  # for the workers
    return tmp_path / "jobs.csv"


def run(output_dir, *more):
    flags = ["--method=artistic", "--extractor=net.keras", "--max_evaluations=10", *more]
    return cli.main(["run.py", "--jobs=jobs.csv", f"--output_dir={output_dir}", *flags])


def add_node(cluster, **resources):
    """Start a machine of a cluster, which may take longer than Ray waits."""
    for _ in range(5):
        try:
            return cluster.add_node(**resources)
        except Exception as error:
            if "timed out during startup" not in str(error):
                raise
    raise TimeoutError("Ray does not start")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # Ray's own.
def test_results_equal_a_local_runs_though_a_worker_is_killed(jobs_file, capfd):
    assert run("local") == SOME_FAILED
    cluster = cluster_utils.Cluster()
    try:
        add_node(cluster, num_cpus=0)
        nodes = [add_node(cluster, num_cpus=2) for _ in range(2)]
        killed = threading.Event()

        def kill_a_node():
            deadline = time.monotonic() + TIME_LIMIT
            while not list(jobs_file.parent.glob("there/*.png")):
                if time.monotonic() > deadline:
                    return
                time.sleep(0.05)
            cluster.remove_node(nodes[0], allow_graceful=False)
            killed.set()

        thread = threading.Thread(target=kill_a_node)
        thread.start()
        capfd.readouterr()
        assert run("there", f"--cluster={cluster.address}") == SOME_FAILED
        thread.join()
        assert killed.is_set()
    finally:
        cluster.shutdown()
    captured = capfd.readouterr()
    assert f"done                {NUM_JOBS}" in captured.out
    assert "line 10: content_image" in captured.out and "does not exist" in captured.out
    for number in range(NUM_JOBS):
        name = f"{number}.png"
        local, there = (jobs_file.parent / folder / name for folder in ("local", "there"))
        assert there.read_bytes() == local.read_bytes()


@pytest.mark.filterwarnings("ignore")
def test_cluster_that_is_not_there_is_an_error(jobs_file, capfd):
    assert run("there", "--cluster=auto") == BAD_INPUT
    assert "cluster is 'auto', no Ray cluster can be reached there" in capfd.readouterr().err


def test_missing_package_is_an_error_that_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(
        ValueError, match=r"needs the package ray .*: pip install -e \"\.\[cluster\]"
    ):
        next(run_on_cluster("auto", [Job(2)], lambda flags, show: None))
