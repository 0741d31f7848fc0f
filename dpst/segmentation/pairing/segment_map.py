"""Segment map: which style label serves which content label, said by hand."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from dpst.segmentation.label_maps.palette import LUAN_PALETTE
from dpst.segmentation.label_maps.reserved_names import KEPT_NAME

KEPT = -1
"""In the place of a style label: the segment is kept as photographed."""

_CODES_BY_WORD = {word: code for code, word in LUAN_PALETTE.items()}


def parse_segment_map(text: str) -> dict[str, str]:
    """Reads "0000ff=00ff00,ffffff=none".

    Args:
        text: content label=style label, separated by commas; the style label may be "none". Empty
            for none at all.

    Returns:
        The style label of each content label, as they were written.

    Raises:
        ValueError: If an entry is not of that form, or a content label occurs twice.
    """
    served: dict[str, str] = {}
    for entry in text.split(",") if text.strip() else ():
        content_name, _, style_name = (part.strip() for part in entry.partition("="))
        if not content_name or not style_name or "=" in style_name:
            raise ValueError(
                f"segment_map has the entry {entry.strip()!r}, each must be content label=style "
                f"label or content label={KEPT_NAME}: separate entries by commas, e.g. "
                f"0000ff=00ff00,ffffff={KEPT_NAME}."
            )
        if content_name in served:
            raise ValueError(
                f"segment_map names the content label {content_name!r} twice, it must do so once: "
                "several content labels may share a style label, but not the other way round."
            )
        served[content_name] = style_name
    return served


def resolve_segment_map(
    text: str,
    names: Sequence[str],
    content_labels: Collection[int],
    style_labels: Collection[int],
) -> dict[int, int]:
    """Reads a segment map and finds the labels that it names.

    Colours are found however they are written: 0000ff, 0000FF, #0000ff or, for those of Luan et
    al., blue.

    Args:
        text: As for `parse_segment_map`.
        names: Name of each label.
        content_labels: Labels, indices into `names`, that occur in the content map.
        style_labels: The same of the style map.

    Returns:
        The style label of each content label that the map names, `KEPT` for "none".

    Raises:
        ValueError: If the text is malformed, names a label that does not occur, or names a content
            label twice in two spellings.
    """
    served: dict[int, int] = {}
    for content_name, style_name in parse_segment_map(text).items():
        label = find_label(content_name, names, content_labels, "content")
        if label in served:
            raise ValueError(
                f"segment_map names the content label {names[label]!r} twice, it must do so once: "
                f"leave out {content_name!r}."
            )
        is_kept = style_name.lower() == KEPT_NAME
        served[label] = KEPT if is_kept else find_label(style_name, names, style_labels, "style")
    return served


def find_label(name: str, names: Sequence[str], occurring: Collection[int], side: str) -> int:
    """Finds a label by its name, however the user spells it.

    Args:
        name: As it was written.
        names: Name of each label.
        occurring: Labels, indices into `names`, that it may be.
        side: "content" or "style", for messages.

    Returns:
        The label.

    Raises:
        ValueError: If it is none of them.
    """
    plain = name.lower().removeprefix("#")
    spellings = (name, plain, _CODES_BY_WORD.get(plain, plain))
    known = [names[label] for label in sorted(occurring)]
    for spelling in spellings:
        if spelling in known:
            return list(names).index(spelling)
    near = difflib.get_close_matches(plain, known, 1)
    raise ValueError(
        f"segment_map names the {side} label {name!r}, it must be one that the {side} labels hold: "
        f"{', '.join(known)}" + (f"; did you mean {near[0]!r}?" if near else ".")
    )
