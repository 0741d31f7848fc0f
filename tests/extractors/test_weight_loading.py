"""Weight files loaded into a network by layer name."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.random_weights import squeezenet_kernels, write_weights
from dpst.extractors import SqueezeNetExtractor

# Keras saves through an `__array__` call that NumPy 2 deprecates; loading does not.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

IMAGES = np.random.default_rng(0).random((1, 40, 50, 3), np.float32)


def deepest_features(path: Path) -> tf.Tensor:
    return SqueezeNetExtractor(path, verify_hash=False)(IMAGES, ["fire9"])["fire9"]


def test_layers_that_only_the_file_has_are_passed_over(
    squeezenet_file: Path, tmp_path: Path
) -> None:
    kernels = {**squeezenet_kernels(), "conv10": (1, 1, 512, 10)}
    path = write_weights(tmp_path / "top.h5", kernels)
    np.testing.assert_array_equal(deepest_features(path), deepest_features(squeezenet_file))


def test_weights_of_a_whole_saved_model_are_read(squeezenet_file: Path, tmp_path: Path) -> None:
    path = write_weights(tmp_path / "model.h5", squeezenet_kernels(), group="model_weights")
    np.testing.assert_array_equal(deepest_features(path), deepest_features(squeezenet_file))


def test_layout_of_keras_3_is_read(squeezenet_file: Path, tmp_path: Path) -> None:
    extractor = SqueezeNetExtractor(squeezenet_file, verify_hash=False)
    path = tmp_path / "net.weights.h5"
    extractor.select(["fire9"]).save_weights(path)
    np.testing.assert_array_equal(deepest_features(path), deepest_features(squeezenet_file))
    renamed = path.rename(tmp_path / "net.h5")
    with pytest.raises(ValueError, match=r"let its name end in \.weights\.h5"):
        deepest_features(renamed)


def test_keras_3_weights_of_another_network_are_an_error(
    squeezenet_file: Path, tmp_path: Path
) -> None:
    extractor = SqueezeNetExtractor(squeezenet_file, verify_hash=False)
    path = tmp_path / "net.weights.h5"
    extractor.select(["fire2"]).save_weights(path)
    with pytest.raises(ValueError, match=r"net\.weights\.h5' does not fit the network") as info:
        deepest_features(path)
    assert "\n" not in str(info.value)


def test_missing_layer_is_an_error(tmp_path: Path) -> None:
    kernels = squeezenet_kernels()
    del kernels["fire5/expand3x3"]
    path = write_weights(tmp_path / "net.h5", kernels)
    with pytest.raises(ValueError, match=r"has no layer 'fire5_expand3x3'.*\(3, 3, 32, 128\)"):
        deepest_features(path)


def test_weights_of_another_shape_are_an_error(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "net.h5", {**squeezenet_kernels(), "conv1": (7, 7, 3, 96)})
    with pytest.raises(ValueError, match=r"\(7, 7, 3, 96\).* in layer 'conv1'.*\(3, 3, 3, 64\)"):
        deepest_features(path)


def test_file_that_is_not_hdf5_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "net.h5"
    path.write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"net\.h5' is not a readable HDF5 file"):
        deepest_features(path)


def test_hdf5_file_without_weights_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "net.h5"
    h5py.File(path, "w").close()
    with pytest.raises(ValueError, match=r"net\.h5' has no layer names"):
        deepest_features(path)
