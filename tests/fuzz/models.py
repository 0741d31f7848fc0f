"""Forged model files: a clear error, or a model; nothing that they hold is run."""

from __future__ import annotations

import json
import random
import tempfile
import warnings
import zipfile
from pathlib import Path

import keras

from dpst.files.keras_model import read_model
from tests.files.hostile_models import LAYERS, write_harmless, write_hostile
from tests.fuzz.mutations import changed_bytes, changed_json


def fuzz(count: int, seed: int) -> None:
    """Try forged model files, of both formats, hostile ones and harmless ones.

    Args:
        count: how many.
        seed: of what they are.

    Raises:
        AssertionError: one ran code, or was neither refused in one line nor gave a model.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        originals = _originals(folder)
        for case in range(count):
            suffix, data = chance.choice(originals)
            path = folder / f"forged{suffix}"
            if suffix == ".keras" and chance.random() < 0.6:
                _write_changed_config(path, folder / "harmless.keras", chance)
            else:
                path.write_bytes(changed_bytes(data, chance))
            _check(path, case)
            assert not (folder / "ran").exists(), case


def _originals(folder: Path) -> list[tuple[str, bytes]]:
    """Return the suffix and the bytes of models that are harmless, and of some that are not."""
    originals = []
    for suffix in (".keras", ".h5"):
        paths = [folder / f"harmless{suffix}"]
        write_harmless(paths[0])
        for kind in LAYERS:
            paths.append(folder / f"{kind}{suffix}")
            write_hostile(paths[-1], kind)
        originals += [(suffix, path.read_bytes()) for path in paths]
    return originals


def _write_changed_config(path: Path, original: Path, chance: random.Random) -> None:
    """Write a .keras file whose configuration has something odd in it."""
    with zipfile.ZipFile(original) as file:
        members = {name: file.read(name) for name in file.namelist()}
    name = chance.choice([name for name in members if name.endswith(".json")])
    members[name] = json.dumps(changed_json(json.loads(members[name]), chance)).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)


def _check(path: Path, case: int) -> None:
    try:
        model = read_model(path)
    except ValueError as error:
        assert "\n" not in str(error), (case, error)
        return
    assert isinstance(model, keras.Model), case
