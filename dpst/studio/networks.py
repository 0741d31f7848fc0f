"""Networks and compiled functions, shared by all sessions and made ready before they are wanted."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

import numpy as np

from dpst.config import TransferConfig

if TYPE_CHECKING:
    from dpst.extractors import Extractor

_SIZES = ((48, 64), (64, 80))  # two, since the second size makes the traces for all sizes
_NUM_SEGMENTS = 3
_EVALUATIONS = 5  # a whole chunk


class Networks:
    """Loads the extractor, which comes with the package, in the background.

    Nothing of any session is kept here.
    """

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._lock = threading.Lock()
        self._extractor: Extractor | None = None

    def extractor(self) -> Extractor:
        """The extractor; waits for it where it is still being loaded."""
        with self._lock:
            if self._extractor is None:
                from dpst.extractors import load_extractor

                self._extractor = load_extractor(TransferConfig().extractor)
            return self._extractor

    def preload(self) -> threading.Thread:
        """Load, and trace what a photo transfer needs, in a thread of its own."""
        thread = threading.Thread(target=self._prepare, name="dpst-preload", daemon=True)
        thread.start()
        return thread

    def _prepare(self) -> None:
        """Solve two tiny pairs."""
        from dpst.transfer import find_label_maps, stylize_images

        extractor = self.extractor()
        config = TransferConfig(max_evaluations=_EVALUATIONS)
        random = np.random.default_rng(config.seed)
        for size in _SIZES:
            content, style = random.random((2, *size, 3)).astype(np.float32)
            find_label_maps(content, style, extractor, _NUM_SEGMENTS)
            # Three bands that both images have.
            labels = np.repeat(np.arange(size[0]) * _NUM_SEGMENTS // size[0], size[1]).reshape(size)
            sized = dataclasses.replace(config, solve_size=max(size))
            stylize_images(content, style, labels, labels, sized, lambda: extractor, lambda: None)
