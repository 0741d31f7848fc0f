"""Model and weight files are read without running code, by the oldest Keras allowed too."""

from __future__ import annotations

import configparser
import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from packaging.requirements import Requirement

from dpst.extractors.weight_loading import load_layer_weights
from dpst.files.keras_model import read_model
from tests.conftest import REPOSITORY
from tests.files.hostile_models import LAYERS, write_harmless, write_hostile

# Keras's own, of its old format and of NumPy's.
pytestmark = pytest.mark.filterwarnings("ignore")

SUFFIXES = [".keras", ".h5"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", LAYERS)
def test_code_in_a_model_file_is_refused_by_name(kind, suffix, tmp_path) -> None:
    path = tmp_path / f"net{suffix}"
    write_hostile(path, kind)
    named = "Lambda" if kind == "TimeDistributed" else kind
    with pytest.raises(ValueError, match=f"cannot be loaded safely|has a .*{named}") as error:
        read_model(path)
    assert named in str(error.value) or "__lambda__" in str(error.value)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", ["Lambda", "TFSMLayer"])
def test_keras_itself_refuses_code(kind, suffix, tmp_path) -> None:
    path = tmp_path / f"net{suffix}"
    write_hostile(path, kind)
    with pytest.raises((ValueError, TypeError)):
        keras.saving.load_model(path, compile=False, safe_mode=True)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_model_of_the_same_make_without_code_is_read(suffix, tmp_path) -> None:
    path = tmp_path / f"net{suffix}"
    write_harmless(path)
    assert isinstance(read_model(path).layers[-1], keras.layers.ReLU)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_saved_model_is_read(suffix, tmp_path) -> None:
    inputs = keras.Input((8, 8, 3))
    outputs = keras.layers.Conv2D(4, 3, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Add()([outputs, keras.layers.ReLU()(outputs)]))
    model.compile("adam", loss=lambda truth, value: value)  # Of the training, which is not read.
    model.save(tmp_path / f"net{suffix}")
    loaded = read_model(tmp_path / f"net{suffix}")
    image = np.ones((1, 8, 8, 3), np.float32)
    np.testing.assert_array_equal(loaded(image), model(image))


def test_folder_is_no_model_file(tmp_path) -> None:
    (tmp_path / "net.keras").mkdir()
    (tmp_path / "net.keras" / "config.json").write_text("{}")
    with pytest.raises(ValueError, match="is a folder"):
        read_model(tmp_path / "net.keras")


def _external(file: h5py.File, other: Path) -> None:
    file["layer"] = h5py.ExternalLink(str(other), "/secret")


def _raw(file: h5py.File, other: Path) -> None:
    file.create_dataset("layer", (4,), np.uint8, external=[(str(other), 0, 4)])


def _virtual(file: h5py.File, other: Path) -> None:
    layout = h5py.VirtualLayout((4,), np.float32)
    layout[:] = h5py.VirtualSource(str(other), "secret", (4,))
    file.create_virtual_dataset("layer", layout)


def _swelling(file: h5py.File, other: Path) -> None:
    file.create_dataset("layer", (1 << 30,), np.float32, chunks=(1 << 20,))


@pytest.mark.parametrize("make", [_external, _raw, _virtual, _swelling])
@pytest.mark.parametrize("kind", [".h5", ".keras", "weights"])
def test_weights_from_another_file_or_from_nowhere_are_refused(make, kind, tmp_path) -> None:
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["secret"] = np.zeros(4, np.float32)
    path = tmp_path / ("net.keras" if kind == ".keras" else "net.h5")
    write_harmless(path)
    weights = tmp_path / "model.weights.h5" if kind == ".keras" else path
    with h5py.File(weights, "a") as file:
        make(file, other)
    if kind == ".keras":
        _replace(path, "model.weights.h5", weights)
    with pytest.raises(ValueError, match=r"another file|would swell"):
        load_layer_weights(keras.Sequential(), path) if kind == "weights" else read_model(path)


def test_zip_that_swells_is_refused(tmp_path) -> None:
    path = tmp_path / "net.keras"
    write_harmless(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/zeros", bytes(1 << 25))
    with pytest.raises(ValueError, match="would swell"):
        read_model(path)


def _replace(path: Path, name: str, by: Path) -> None:
    copy = path.with_suffix(".copy")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.write(by, name)
    shutil.move(copy, path)


@pytest.mark.parametrize("version", ["3.10.0", "3.11.3", "3.12.0", "3.13.0", "3.13.1"])
def test_versions_that_run_code_are_not_allowed(version) -> None:
    setup = configparser.ConfigParser()
    setup.read(REPOSITORY / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"].split("\n")
    keras_line = next(Requirement(line) for line in lines if line.startswith("keras"))
    assert not keras_line.specifier.contains(version)
