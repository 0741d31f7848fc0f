"""Mutations of bytes, of arrays and of what JSON holds."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

_VALUES = (float("nan"), float("inf"), 3e38, -3e38, -1, 0, 1e6, 99)
_DTYPES = ("f8", "f2", "i4", "u1", "bool", "U3", "c8")
_ODD = (None, True, -1, 10**400, 1e308, "", "../..", "\0", "\udcff", [], {}, [[]], {"a": {}}, "nan")


def changed_bytes(data: bytes, chance: random.Random) -> bytes:
    """Cut data, or change, double or insert a few of its bytes."""
    kind = chance.randrange(4)
    if kind == 0:
        return data[: chance.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        at = chance.randrange(len(changed))
        if kind == 1:
            changed[at] = chance.randrange(256)
        elif kind == 2:
            changed[at:at] = changed[at : at + chance.randrange(40)]
        else:
            changed[at:at] = chance.randbytes(chance.randrange(1, 9))
    return bytes(changed)


def changed_arrays(arrays: dict[str, np.ndarray], chance: random.Random) -> dict[str, np.ndarray]:
    """Change the values, shape or type of one array or two, leave one out, or add one."""
    changed = dict(arrays)
    for _ in range(chance.choice((1, 1, 2))):
        name = chance.choice(sorted(changed))
        array = changed[name]
        kind = chance.randrange(6)
        if kind == 0:
            del changed[name]
            changed["other"] = np.zeros(3)
        elif kind == 1:
            changed[name] = array[..., :0] if array.ndim else np.zeros(chance.randrange(3))
        elif kind == 2:
            changed[name] = np.repeat(array, 2, axis=-1) if array.ndim else array[None, None]
        elif kind == 3 and array.dtype.kind != "U":
            with np.errstate(all="ignore"):
                changed[name] = array.astype(chance.choice(_DTYPES))
        else:
            changed[name] = _with_odd_values(array, chance)
    return changed


def _with_odd_values(array: np.ndarray, chance: random.Random) -> np.ndarray:
    array = array.copy()
    if array.size and array.dtype.kind in "fiu":
        where = np.array([chance.random() < 0.5 for _ in range(min(array.size, 64))])
        with np.errstate(all="ignore"):
            value = np.array(chance.choice(_VALUES)).astype(array.dtype)
        array.reshape(-1)[: len(where)][where] = value
    return array


def changed_json(value: Any, chance: random.Random) -> Any:
    """Put something odd in the place of a part of what JSON holds, or of the whole."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.2:
        return chance.choice(_ODD)
    key = chance.choice(sorted(value) if isinstance(value, dict) else range(len(value)))
    changed: Any = value.copy()
    if chance.random() < 0.2:
        del changed[key]
    else:
        changed[key] = changed_json(value[key], chance)
    return changed
