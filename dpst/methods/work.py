"""`Work`: what a transfer is done with, whatever the method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dpst.config import TransferConfig

if TYPE_CHECKING:
    from dpst.extractors import Extractor
    from dpst.solving.checkpoint import Checkpoint
    from dpst.solving.progress import Callback


@dataclass(frozen=True, eq=False)
class Work:
    """What a transfer is done with, whatever the method.

    Attributes:
        extractor: source of the features.
        config: the settings.
        callback: is told of each chunk of evaluations; None tells nobody.
        checkpoint: keeps the state of the solve; None keeps nothing.
    """

    extractor: Extractor
    config: TransferConfig
    callback: Callback | None = None
    checkpoint: Checkpoint | None = None
