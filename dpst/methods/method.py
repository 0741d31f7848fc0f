"""`Method`: what every method offers, and where the methods are found by name."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from dpst import images
from dpst.config import METHODS, TransferConfig
from dpst.methods.plan import FindLabelMaps, Inputs, Plan
from dpst.methods.work import Work

if TYPE_CHECKING:
    from dpst.methods.result import TransferResult


class Method(Protocol):
    """One way to transfer a style: the home of a method is a module that holds these.

    Attributes:
        description: what it does, in a few words.
        is_by_segment: whether it goes by segments unless told otherwise.
    """

    description: str
    is_by_segment: bool

    def plan(self, inputs: Inputs, config: TransferConfig, find: FindLabelMaps) -> Plan:
        """Check the inputs, and plan which part of the style serves which of the content image.

        Args:
            inputs: images and label maps.
            config: the settings.
            find: finds label maps in the images; only called where segments are to be found.

        Raises:
            FileNotFoundError: a file does not exist.
            ValueError: images, label maps and settings do not fit together.
        """

    def transfer(
        self,
        plan: Any,
        content_image: images.FloatImage,
        style_images: Sequence[images.FloatImage],
        work: Work,
    ) -> TransferResult:
        """Solve.

        Args:
            plan: from `plan`.
            content_image: float32 [height, width, 3], RGB in [0, 1]; the plan's canvas where there
                is no content image.
            style_images: float32 [style_height, style_width, 3] each, RGB in [0, 1].
            work: extractor, settings, and who is told.

        Returns:
            The result. After a KeyboardInterrupt, the best so far.

        Raises:
            KeyboardInterrupt: interrupted before there was any result.
            FloatingPointError: the objective is not finite where it starts.
            ValueError: a layer is unknown, or the weights leave nothing to solve.
        """


def load_method(config: TransferConfig) -> Method:
    """Return the method that the settings name, from its home in `dpst.config.METHODS`."""
    return cast(Method, importlib.import_module(METHODS[config.method]))
