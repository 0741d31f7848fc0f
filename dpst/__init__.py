"""Photorealistic and semantic style transfer in TensorFlow and Keras.

Importing the package loads nothing heavy: TensorFlow comes with the first attribute that needs it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dpst import callbacks, extractors, losses, metrics, optimizers
    from dpst.config import TransferConfig
    from dpst.look import Look, apply_full_resolution, load_look, save_look
    from dpst.objective import FeatureTerm, ImageTerm, Objective
    from dpst.pairs import pair_dataset
    from dpst.stylizer import Stylizer, stylize
    from dpst.transfer import Progress, TransferResult

__version__ = "0.1.0"

_MODULES = ("callbacks", "extractors", "losses", "metrics", "optimizers")
_HOMES = {
    "FeatureTerm": "dpst.objective",
    "ImageTerm": "dpst.objective",
    "Look": "dpst.look",
    "Objective": "dpst.objective",
    "Progress": "dpst.transfer",
    "Stylizer": "dpst.stylizer",
    "TransferConfig": "dpst.config",
    "TransferResult": "dpst.transfer",
    "apply_full_resolution": "dpst.look",
    "load_look": "dpst.look",
    "pair_dataset": "dpst.pairs",
    "save_look": "dpst.look",
    "stylize": "dpst.stylizer",
}

__all__ = [
    "FeatureTerm",
    "ImageTerm",
    "Look",
    "Objective",
    "Progress",
    "Stylizer",
    "TransferConfig",
    "TransferResult",
    "apply_full_resolution",
    "callbacks",
    "extractors",
    "load_look",
    "losses",
    "metrics",
    "optimizers",
    "pair_dataset",
    "save_look",
    "stylize",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"dpst.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'dpst' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
