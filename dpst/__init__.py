"""Photorealistic and semantic style transfer in TensorFlow and Keras.

Importing the package loads nothing heavy: TensorFlow comes with the first attribute that needs it.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

from dpst.process import forked_process as forked_process
from dpst.process.quiet_startup import quiet_startup
from dpst.version import __version__ as __version__

if TYPE_CHECKING:  # The names of `_MODULES` and `_HOMES`, for type checkers and editors.
    from dpst import callbacks as callbacks
    from dpst import extractors as extractors
    from dpst import losses as losses
    from dpst import metrics as metrics
    from dpst import optimizers as optimizers
    from dpst.config import TransferConfig as TransferConfig
    from dpst.looks.look_file import load_look as load_look
    from dpst.looks.look_file import save_look as save_look
    from dpst.looks.recoloring import Recoloring
    from dpst.looks.recoloring import apply_full_resolution as apply_full_resolution
    from dpst.methods.result import TransferResult as TransferResult
    from dpst.pairs import pair_dataset as pair_dataset
    from dpst.solving.objective import FeatureTerm as FeatureTerm
    from dpst.solving.objective import ImageTerm as ImageTerm
    from dpst.solving.objective import Objective as Objective
    from dpst.solving.progress import Progress as Progress
    from dpst.stylizer import Stylizer as Stylizer
    from dpst.stylizer import stylize as stylize

    Look = Recoloring

_MODULES = ("callbacks", "extractors", "losses", "metrics", "optimizers")
_HOMES = {
    "FeatureTerm": "dpst.solving.objective",
    "ImageTerm": "dpst.solving.objective",
    "Look": "dpst.looks.recoloring",
    "Objective": "dpst.solving.objective",
    "Progress": "dpst.solving.progress",
    "Stylizer": "dpst.stylizer",
    "TransferConfig": "dpst.config",
    "TransferResult": "dpst.methods.result",
    "apply_full_resolution": "dpst.looks.recoloring",
    "load_look": "dpst.looks.look_file",
    "pair_dataset": "dpst.pairs",
    "save_look": "dpst.looks.look_file",
    "stylize": "dpst.stylizer",
}
_NAMES_AT_HOME = {"Look": "Recoloring"}

__all__ = sorted([*_MODULES, *_HOMES])


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return _imported(f"dpst.{name}")
    if name in _HOMES:
        return getattr(_imported(_HOMES[name]), _NAMES_AT_HOME.get(name, name))
    raise AttributeError(f"module 'dpst' has no attribute {name!r}")


def _imported(module: str) -> Any:
    """Import a module, and TensorFlow with it without its messages."""
    if "tensorflow" in sys.modules:
        return importlib.import_module(module)
    with quiet_startup():
        return importlib.import_module(module)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
