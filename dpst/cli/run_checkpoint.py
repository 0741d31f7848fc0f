"""The checkpoint that belongs to a run: named by all that decides the run's result."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dpst import images
from dpst.config import TransferConfig
from dpst.files.digest import digest, file_digest
from dpst.methods.plan import Plan
from dpst.solving.checkpoint import Checkpoint
from dpst.version import __version__

if TYPE_CHECKING:
    from dpst.extractors import Extractor


def run_checkpoint(
    folder: str | os.PathLike[str],
    content_image: images.FloatImage,
    style_images: Sequence[images.FloatImage],
    plan: Plan,
    extractor: Extractor,
    config: TransferConfig,
) -> Checkpoint:
    """Return the checkpoint of a transfer of these inputs by this version, and of no other.

    Args:
        folder: where checkpoints are kept.
        content_image: float32 [height, width, 3].
        style_images: float32 [height, width, 3] each.
        plan: which part of the style serves which of the content.
        extractor: its weights count.
        config: the settings; an initial image that they name counts by what it holds.
    """
    init = file_digest(config.init) if os.path.isfile(config.init) else ""
    network = extractor.name, extractor.layer_names
    weights = extractor.select(extractor.layer_names).get_weights()
    inputs = content_image, style_images, plan, config, init
    return Checkpoint(folder, digest(__version__, inputs, network, weights)[:32])
