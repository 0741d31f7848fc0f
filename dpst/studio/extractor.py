"""The extractor that all sessions share, made ready before it is wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from dpst.config import TransferConfig

if TYPE_CHECKING:
    from dpst.extractors import Extractor

GetExtractor: TypeAlias = "Callable[[], Extractor]"
"""Returns the extractor that all sessions share; loads it first, or waits while that is done."""

_SIZE = (48, 64)  # any: traces are for all sizes
_NUM_SEGMENTS = 3
_EVALUATIONS = 5  # a whole chunk


class SharedExtractor:
    """The extractor that comes with the package, loaded once; it keeps nothing of any session."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._lock = threading.Lock()
        self._extractor: Extractor | None = None

    def get(self) -> Extractor:
        """Return the extractor; load it, or wait while another thread does."""
        with self._lock:
            if self._extractor is None:
                from dpst.extractors import load_extractor

                self._extractor = load_extractor(TransferConfig().extractor)
            return self._extractor

    def preload(self) -> threading.Thread:
        """Load the extractor and trace what a photo transfer needs, in a thread of its own."""
        thread = threading.Thread(target=self._prepare, name="dpst-preload", daemon=True)
        thread.start()
        return thread

    def _prepare(self) -> None:
        """Solve a tiny pair."""
        from dpst.methods.find_segments import find_label_maps
        from dpst.stylizer import Stylizer

        extractor = self.get()
        config = TransferConfig(max_evaluations=_EVALUATIONS, solve_size=max(_SIZE))
        random = np.random.default_rng(config.seed)
        content, style = random.random((2, *_SIZE, 3)).astype(np.float32)
        find_label_maps(content, style, self.get)
        # Three bands that both images have.
        bands = np.arange(_SIZE[0]) * _NUM_SEGMENTS // _SIZE[0]
        labels = np.repeat(bands, _SIZE[1]).reshape(_SIZE)
        Stylizer(config, extractor)(content, style, labels, labels)
