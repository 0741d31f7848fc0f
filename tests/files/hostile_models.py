"""Model files that would run code, written by hand: Keras need not be willing to write them."""

from __future__ import annotations

import base64
import json
import marshal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import tensorflow as tf

_SHAPE = [None, 8, 8, 3]
_INPUT = {"class_name": "InputLayer", "config": {"batch_shape": _SHAPE, "name": "image"}}

Layer = dict[str, Any]


def lambda_layer(folder: Path) -> Layer:
    """A layer whose code comes with the file; it writes the file "ran" when it is called."""
    code = compile(f"lambda x: (open({str(folder / 'ran')!r}, 'w').close(), x)[1]", "", "eval")
    body = next(part for part in code.co_consts if hasattr(part, "co_code"))
    text = base64.b64encode(marshal.dumps(body)).decode()
    stored = {"code": text, "defaults": None, "closure": None}
    # Keras reads the code from either place, by the file's kind.
    function = {"class_name": "__lambda__", "config": {"value": [text, None, None], **stored}}
    return {"class_name": "Lambda", "config": {"name": "layer", "function": function}}


def saved_model_layer(folder: Path) -> Layer:
    """A layer that runs a TensorFlow graph, which may write files as this one does: "ran"."""
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec(_SHAPE, tf.float32)])
    def serve(x: tf.Tensor) -> tf.Tensor:
        tf.io.write_file(str(folder / "ran"), "")
        return x

    module.serve = serve
    tf.saved_model.save(module, str(folder / "graph"), signatures={"serve": serve})
    config = {"name": "layer", "filepath": str(folder / "graph"), "call_endpoint": "serve"}
    return {"class_name": "TFSMLayer", "config": config}


def foreign_layer(folder: Path) -> Layer:
    """A class of a module that is imported to find it."""
    return {"class_name": "Popen", "module": "subprocess", "config": {"args": ["true"]}}


def torch_layer(folder: Path) -> Layer:
    """A layer of Keras that unpickles what it holds."""
    config = {"name": "layer", "module": base64.b64encode(b"cos\nsystem\n").decode()}
    return {"class_name": "TorchModuleWrapper", "config": config}


def wrapped_layer(folder: Path) -> Layer:
    """Code within a layer that holds another."""
    inner = {"module": "keras.layers", "registered_name": None, **lambda_layer(folder)}
    return {"class_name": "TimeDistributed", "config": {"name": "outer", "layer": inner}}


LAYERS: dict[str, Callable[[Path], Layer]] = {
    "Lambda": lambda_layer,
    "TFSMLayer": saved_model_layer,
    "Popen": foreign_layer,
    "TorchModuleWrapper": torch_layer,
    "TimeDistributed": wrapped_layer,
}


def write_model(path: Path, layers: list[Layer]) -> None:
    """Write a Sequential model without weights, of the kind that the suffix says."""
    if path.suffix == ".h5":
        config = {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = json.dumps(config)
            file.attrs["keras_version"] = keras.__version__
            file.attrs["backend"] = "tensorflow"
            file.create_group("model_weights").attrs["layer_names"] = []
        return
    full = [{"module": "keras.layers", "registered_name": None, **layer} for layer in layers]
    config = {
        "module": "keras",
        "class_name": "Sequential",
        "registered_name": "Sequential",
        "config": {"name": "net", "layers": full},
    }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", json.dumps({"keras_version": keras.__version__}))
        weights = path.with_suffix(".weights.h5")
        with h5py.File(weights, "w") as file:
            file.create_group("layers")
        archive.write(weights, "model.weights.h5")
        weights.unlink()


def write_hostile(path: Path, kind: str) -> None:
    """Write a model with one of the layers `LAYERS`."""
    write_model(path, [_INPUT, LAYERS[kind](path.parent)])


def write_harmless(path: Path) -> None:
    """Write a model of the same make whose layer is a ReLU."""
    write_model(path, [_INPUT, {"class_name": "ReLU", "config": {"name": "layer"}}])
