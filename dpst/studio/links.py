"""Links: which style segment each content segment takes, as choices and as a `segment_map`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dpst.segmentation import KEPT_NAME
from dpst.segmentation.pairing.segment_rows import percent
from dpst.studio.segments import COLORS, NAMES, Labels, Segments

NEAREST = "nearest"
"""The link of a segment whose colour the style image lacks: it takes the closest in colour."""


@dataclass(frozen=True)
class Link:
    """What one content segment can take.

    Attributes:
        index: index of its colour.
        title: label of the choice.
        choices: (text, value) each; the value is the hex colour of a style segment, `NEAREST`, or
            "none" for a segment that is kept as photographed.
        default: the value if nothing is chosen.
    """

    index: int
    title: str
    choices: tuple[tuple[str, str], ...]
    default: str


def link_choices(segments: Segments) -> tuple[Link, ...]:
    """Return what each content segment can take."""
    shares = _shares(segments.style)
    offered = [(f"{NAMES[k]} ({percent(share)} of the style)", COLORS[k]) for k, share in shares]
    links = []
    for index, share in _shares(segments.content):
        is_orphan = COLORS[index] not in (color for _, color in offered)
        nearest = [("the closest in colour", NEAREST)] if is_orphan else []
        links.append(
            Link(
                index=index,
                title=f"{NAMES[index]} ({percent(share)} of the content) takes",
                choices=(*nearest, *offered, ("nothing: it stays as photographed", KEPT_NAME)),
                default=NEAREST if is_orphan else COLORS[index],
            )
        )
    return tuple(links)


def chosen_links(segments: Segments, chosen: Mapping[int, str]) -> dict[int, str]:
    """Return what each content segment takes: the choice if it is possible, else the default.

    Args:
        segments: segments of the pair.
        chosen: values by index of the content segment's colour; those of colours that do not occur
            are ignored.

    Returns:
        A value for each content segment, by index of its colour.
    """
    values = {}
    for link in link_choices(segments):
        value = chosen.get(link.index, link.default)
        possible = {value for _, value in link.choices}
        values[link.index] = value if value in possible else link.default
    return values


def segment_map_text(links: Mapping[int, str]) -> str:
    """Return links as the setting `segment_map`, without those that hold anyway.

    Args:
        links: from `chosen_links`.

    Returns:
        "0000ff=00ff00,ffffff=none", for example; "" if each segment takes its own colour.
    """
    return ",".join(
        f"{COLORS[index]}={value}"
        for index, value in links.items()
        if value not in (COLORS[index], NEAREST)
    )


def linked_segments(segments: Segments, links: Mapping[int, str], method: str) -> Segments:
    """Return segments with their links drawn in, for a method that goes by colours alone.

    Args:
        segments: segments of the pair.
        links: from `chosen_links`.
        method: the method, for messages.

    Returns:
        Segments in which each content segment has the colour of what it takes.

    Raises:
        ValueError: a segment should stay as photographed.
    """
    index_of = np.arange(len(COLORS), dtype=np.uint8)
    for index, value in links.items():
        if value == KEPT_NAME:
            raise ValueError(
                f"{NAMES[index]} is to stay as photographed, which the {method} method cannot: "
                "choose a segment of the style for it, or another method."
            )
        if value != NEAREST:
            index_of[index] = COLORS.index(value)
    return Segments(index_of[segments.content], segments.style)


def _shares(labels: Labels) -> list[tuple[int, float]]:
    """Return (index, share of the image) of each label that occurs."""
    counts = np.bincount(labels.ravel(), minlength=len(COLORS))
    return [(int(k), counts[k] / labels.size) for k in np.flatnonzero(counts)]
