"""`LayerChoice`: the layers that each method reads by default."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerChoice:
    """Names of the layers that an extractor's features are taken from by default.

    Attributes:
        style: layers whose statistics describe a style.
        content: layers that describe a content.
        painting_content: the same for paintings, which no photorealism term holds; empty for
            `content`.
        patch: layers whose patches are matched, best at a quarter and an eighth of the image's
            sides; empty for the two middle ones of `style`.
    """

    style: tuple[str, ...]
    content: tuple[str, ...]
    painting_content: tuple[str, ...] = ()
    patch: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Fill in what is empty."""
        middle = (len(self.style) - 1) // 2
        defaults = {
            "painting_content": self.content,
            "patch": self.style[middle : middle + 2],
        }
        for name, layer_names in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, layer_names)
