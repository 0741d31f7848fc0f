"""Photorealistic and semantic style transfer in TensorFlow and Keras.

Importing the package loads nothing heavy: TensorFlow comes with the first attribute that needs it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dpst import extractors, losses, metrics, optimizers
    from dpst.config import TransferConfig
    from dpst.look import Look, apply_full_resolution, load_look, save_look
    from dpst.objective import FeatureTerm, ImageTerm, Objective
    from dpst.transfer import Progress, TransferResult, stylize

__version__ = "0.1.0"

_MODULES = ("extractors", "losses", "metrics", "optimizers")
_HOMES = {
    "FeatureTerm": "dpst.objective",
    "ImageTerm": "dpst.objective",
    "Look": "dpst.look",
    "Objective": "dpst.objective",
    "Progress": "dpst.transfer",
    "TransferConfig": "dpst.config",
    "TransferResult": "dpst.transfer",
    "apply_full_resolution": "dpst.look",
    "load_look": "dpst.look",
    "save_look": "dpst.look",
    "stylize": "dpst.transfer",
}

__all__ = [
    "FeatureTerm",
    "ImageTerm",
    "Look",
    "Objective",
    "Progress",
    "TransferConfig",
    "TransferResult",
    "apply_full_resolution",
    "extractors",
    "load_look",
    "losses",
    "metrics",
    "optimizers",
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
