"""Which style label serves which content label, said by hand."""

from __future__ import annotations

import pytest

from dpst.segmentation.pairing.segment_map import KEPT, parse_segment_map, resolve_segment_map

NAMES = ("0000ff", "00ff00", "808080", "sky")


def resolve(text: str) -> dict[int, int]:
    return resolve_segment_map(text, NAMES, [0, 1, 3], [0, 1, 2, 3])


def test_entries_are_read_in_order_and_none_is_no_map() -> None:
    assert parse_segment_map("0000ff=00ff00, sky = none") == {"0000ff": "00ff00", "sky": "none"}
    assert parse_segment_map("") == parse_segment_map("  ") == {}


def test_several_content_labels_may_share_a_style_label() -> None:
    assert resolve("0000ff=808080,00ff00=808080,sky=none") == {0: 2, 1: 2, 3: KEPT}


@pytest.mark.parametrize("spelling", ["0000ff", "0000FF", "#0000ff", "blue", "Blue"])
def test_colour_is_found_however_it_is_written(spelling: str) -> None:
    assert resolve(f"{spelling}={spelling}") == {0: 0}
    assert resolve("sky=grey") == {3: 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0000ff", "entry '0000ff', each must be content label=style label"),
        ("0000ff=", "entry '0000ff='"),
        ("=0000ff", "entry '=0000ff'"),
        ("0000ff=sky,", "entry ''"),
        ("0000ff=sky=sky", "entry '0000ff=sky=sky'"),
        ("sky=0000ff,sky=00ff00", "'sky' twice"),
        ("blue=sky,0000ff=sky", "'0000ff' twice.*leave out '0000ff'"),
        ("808080=sky", "content label '808080'; it must be one .*: 0000ff, 00ff00, sky"),
        ("sky=xyz", "style label 'xyz'; it must be one that the style labels hold: 0000ff, 00ff00"),
        (
            "skye=sky",
            "content label 'skye', did you mean 'sky'; it must be one that the content labels hold",
        ),
    ],
)
def test_what_cannot_be_meant_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        resolve(text)
