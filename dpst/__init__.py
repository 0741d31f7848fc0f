"""Photorealistic and semantic style transfer in TensorFlow and Keras.

Importing the package loads nothing heavy: TensorFlow comes with the first attribute that needs it.
"""

import importlib
from typing import TYPE_CHECKING, Any

from dpst.version import __version__ as __version__

if TYPE_CHECKING:
    from dpst import callbacks, extractors, losses, metrics, optimizers
    from dpst.config import TransferConfig
    from dpst.looks.look import Look, apply_full_resolution, load_look, save_look
    from dpst.methods.transfer import Progress, TransferResult
    from dpst.pair_dataset import pair_dataset
    from dpst.solving.objective import FeatureTerm, ImageTerm, Objective
    from dpst.stylizer import Stylizer, stylize

_MODULES = ("callbacks", "extractors", "losses", "metrics", "optimizers")
_HOMES = {
    "FeatureTerm": "dpst.solving.objective",
    "ImageTerm": "dpst.solving.objective",
    "Look": "dpst.looks.look",
    "Objective": "dpst.solving.objective",
    "Progress": "dpst.methods.transfer",
    "Stylizer": "dpst.stylizer",
    "TransferConfig": "dpst.config",
    "TransferResult": "dpst.methods.transfer",
    "apply_full_resolution": "dpst.looks.look",
    "load_look": "dpst.looks.look",
    "pair_dataset": "dpst.pair_dataset",
    "save_look": "dpst.looks.look",
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
