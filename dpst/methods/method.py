"""`Method`: one door to all methods, each of which is a folder of the same three files."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dpst import images
from dpst.config import METHODS, TransferConfig
from dpst.methods.plan import FindLabelMaps, Inputs, Plan
from dpst.methods.work import Work
from dpst.process.forked_process import check_process

if TYPE_CHECKING:
    from dpst.methods.result import TransferResult


@dataclass(frozen=True)
class Method:
    """One way to transfer a style.

    Its home is a package with the constants `DESCRIPTION`, `IS_BY_SEGMENT` and `NEEDS_CONTENT`, see
    the properties. In it `plan.py` has the function `plan`, `transfer.py` the function `transfer`,
    and `objective.py` what is minimised. Each is loaded when it is used, TensorFlow with the last
    two.

    Attributes:
        home: name of the package.
    """

    home: str

    @property
    def description(self) -> str:
        """What the method does, in a few words."""
        return importlib.import_module(self.home).DESCRIPTION

    @property
    def is_by_segment(self) -> bool:
        """Whether it goes by segments unless told otherwise."""
        return importlib.import_module(self.home).IS_BY_SEGMENT

    @property
    def needs_content(self) -> bool:
        """Whether it needs a content image; one that does not paints doodles too."""
        return importlib.import_module(self.home).NEEDS_CONTENT

    def plan(self, inputs: Inputs, config: TransferConfig, find: FindLabelMaps) -> Plan:
        """Check the inputs, and plan which part of the style serves which of the content image.

        Args:
            inputs: images and label maps.
            config: the settings.
            find: finds label maps in the images; only called where segments are to be found.

        Returns:
            The plan.

        Raises:
            FileNotFoundError: a file does not exist.
            ValueError: images, label maps and settings do not fit together.
        """
        return importlib.import_module(f"{self.home}.plan").plan(inputs, config, find)

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
            work: extractor, settings, callback and checkpoint.

        Returns:
            The result. After a KeyboardInterrupt, the best so far.

        Raises:
            KeyboardInterrupt: interrupted before there was any result.
            FloatingPointError: the objective is not finite where it starts.
            ValueError: a layer is unknown, or the weights leave nothing to solve.
        """
        module = importlib.import_module(f"{self.home}.transfer")
        return module.transfer(plan, content_image, style_images, work)


def load_method(config: TransferConfig) -> Method:
    """Return the method that the settings name, from its home in `dpst.config.METHODS`."""
    check_process()
    return Method(METHODS[config.method])
