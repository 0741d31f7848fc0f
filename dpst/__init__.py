"""Photorealistic and semantic style transfer in TensorFlow and Keras.

Importing the package loads nothing heavy: TensorFlow comes with the first attribute that needs it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dpst import extractors, losses, metrics, optimizers
    from dpst.config import TransferConfig
    from dpst.objective import FeatureTerm, ImageTerm, Objective
    from dpst.transfer import Progress, TransferResult, stylize

__version__ = "0.1.0"

_MODULES = ("extractors", "losses", "metrics", "optimizers")
_HOMES = {
    "FeatureTerm": "dpst.objective",
    "ImageTerm": "dpst.objective",
    "Objective": "dpst.objective",
    "Progress": "dpst.transfer",
    "TransferConfig": "dpst.config",
    "TransferResult": "dpst.transfer",
    "stylize": "dpst.transfer",
}

__all__ = [
    "FeatureTerm",
    "ImageTerm",
    "Objective",
    "Progress",
    "TransferConfig",
    "TransferResult",
    "extractors",
    "losses",
    "metrics",
    "optimizers",
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
