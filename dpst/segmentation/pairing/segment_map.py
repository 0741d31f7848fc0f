"""Segment map: the user's own choice of which style label serves which content label."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dpst.messages import did_you_mean
from dpst.segmentation.label_maps.palette import LUAN_PALETTE
from dpst.segmentation.label_maps.reserved_names import KEPT_NAME

KEPT = -1
"""In the place of a style label: the segment is kept as photographed."""

_CODES_BY_WORD = {word: code for code, word in LUAN_PALETTE.items()}


def parse_segment_map(text: str) -> dict[str, str]:
    """Read a segment map such as "0000ff=00ff00,ffffff=none".

    Args:
        text: content label=style label, separated by commas; the style label may be "none". An
            empty text is a map without entries.

    Returns:
        The style label of each content label, as they were written.

    Raises:
        ValueError: an entry is not of that form, or a content label occurs twice.
    """
    served_by: dict[str, str] = {}
    for entry in text.split(",") if text.strip() else ():
        content_name, _, style_name = (part.strip() for part in entry.partition("="))
        if not content_name or not style_name or "=" in style_name:
            raise ValueError(
                f"segment_map has the entry {entry.strip()!r}, each must be content label=style "
                f"label or content label={KEPT_NAME}: separate entries by commas, e.g. "
                f"0000ff=00ff00,ffffff={KEPT_NAME}."
            )
        if content_name in served_by:
            raise ValueError(
                f"segment_map names the content label {content_name!r} twice, it must do so once: "
                "several content labels may share a style label, but not the other way round."
            )
        served_by[content_name] = style_name
    return served_by


def resolve_segment_map(
    text: str,
    names: Sequence[str],
    content_labels: Collection[int],
    style_labels: Collection[int],
) -> dict[int, int]:
    """Read a segment map and find the labels that it names.

    Colours are found however they are written: 0000ff, 0000FF, #0000ff or, for those of Luan et
    al., blue.

    Args:
        text: as for `parse_segment_map`.
        names: name of each label.
        content_labels: labels, indices into `names`, that occur in the content map.
        style_labels: those that occur in the style map.

    Returns:
        The style label of each content label that the map names, `KEPT` for "none".

    Raises:
        ValueError: the text is malformed, names a label that does not occur, or names a content
            label twice in two spellings.
    """
    served_by: dict[int, int] = {}
    for content_name, style_name in parse_segment_map(text).items():
        label = find_label(content_name, names, content_labels, "content")
        if label in served_by:
            raise ValueError(
                f"segment_map names the content label {names[label]!r} twice, it must do so once: "
                f"leave out {content_name!r}."
            )
        is_kept = style_name.lower() == KEPT_NAME
        served_by[label] = KEPT if is_kept else find_label(style_name, names, style_labels, "style")
    return served_by


def find_label(name: str, names: Sequence[str], occurring: Collection[int], side: str) -> int:
    """Find a label by its name, however the user spells it.

    Args:
        name: the name as it was written.
        names: name of each label.
        occurring: labels, indices into `names`, that it may be.
        side: "content" or "style", for messages.

    Returns:
        The label.

    Raises:
        ValueError: the name is that of none of them.
    """
    plain = name.lower().removeprefix("#")
    spellings = (name, plain, _CODES_BY_WORD.get(plain, plain))
    known = [names[label] for label in sorted(occurring)]
    for spelling in spellings:
        if spelling in known:
            return list(names).index(spelling)
    raise ValueError(
        f"segment_map names the {side} label {name!r}{did_you_mean(plain, known)}; it must be one "
        f"that the {side} labels hold: {', '.join(known)}."
    )
