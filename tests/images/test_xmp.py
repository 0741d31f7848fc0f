"""XMP of phones and editors: what it tells of parts that are gone is gone too, and told."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dpst import images
from dpst.images.xmp import cleaned_xmp

DC = "http://purl.org/dc/elements/1.1/"
SPACES = {
    "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
    "HDRGainMap": "http://ns.apple.com/HDRGainMap/1.0/",
    "GCamera": "http://ns.google.com/photos/1.0/camera/",
    "Container": "http://ns.google.com/photos/1.0/container/",
    "GDepth": "http://ns.google.com/photos/1.0/depthmap/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
}
STALE = {
    'hdrgm:Version="1.0"': "gain map",
    'HDRGainMap:HDRGainMapVersion="65536"': "gain map",
    'GCamera:MotionPhoto="1"': "motion",
    'GCamera:MicroVideoOffset="4242"': "motion",
    'GDepth:Format="RangeInverse"': "depth map",
    'xmpNote:HasExtendedXMP="0123"': "extended part",
}
STALE_ELEMENTS = {
    "<Container:Directory><rdf:Seq><rdf:li>a</rdf:li></rdf:Seq></Container:Directory>": "pictures",
    "<xmp:Thumbnails><rdf:Alt><rdf:li>AAAA</rdf:li></rdf:Alt></xmp:Thumbnails>": "thumbnail",
    "<hdrgm:GainMapMax>3</hdrgm:GainMapMax>": "gain map",
}


def packet(attributes: str = "", elements: str = "", creator: str = "Jörg & Ana") -> bytes:
    spaces = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in SPACES.items())
    creator = creator.replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta '
        'xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:dc="{DC}" {spaces} {attributes}><dc:creator>{creator}</dc:creator>{elements}'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def creator(cleaned: bytes) -> str | None:
    return ElementTree.fromstring(cleaned).findtext(f".//{{{DC}}}creator")


def test_packet_of_the_photo_itself_stays_to_the_byte() -> None:
    own = packet('xmp:Rating="5" GCamera:SpecialTypeID="BOKEH"')
    assert cleaned_xmp(own) == (own, [])
    assert cleaned_xmp(b"") == (b"", [])


@pytest.mark.parametrize(("text", "told"), [*STALE.items(), *STALE_ELEMENTS.items()])
def test_parts_that_are_gone_are_left_out_and_told(text: str, told: str) -> None:
    is_attribute = text in STALE
    given_packet = packet(text, "") if is_attribute else packet("", text)
    cleaned, notes = cleaned_xmp(given_packet)
    assert len(notes) == 1 and told in notes[0]
    name = text.strip("<").split("=")[0].split(">")[0].split(":")[1]
    assert name.encode() not in cleaned
    assert creator(cleaned) == "Jörg & Ana"


def test_size_of_the_old_file_is_left_out_without_a_word() -> None:
    cleaned, notes = cleaned_xmp(packet('exif:PixelXDimension="9" tiff:ImageWidth="9"'))
    assert notes == []
    assert b"PixelXDimension" not in cleaned and creator(cleaned) == "Jörg & Ana"


@pytest.mark.parametrize(
    "damaged",
    [
        packet()[:-60],
        b"\xff\xfe" + packet(),
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + packet(),
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + packet(),
        b"no xml, http://ns.adobe.com/xap/1.0/",
    ],
)
def test_damaged_or_hostile_packet_is_left_out(damaged: bytes) -> None:
    cleaned, notes = cleaned_xmp(damaged)
    assert cleaned == b"" and len(notes) == 1 and "XMP" in notes[0]


@given(
    st.lists(st.sampled_from(sorted(STALE)), unique_by=lambda text: text.split("=")[0]),
    st.lists(st.sampled_from(sorted(STALE_ELEMENTS)), unique=True),
    st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_categories=["Cc", "Cn"])),
)
def test_whatever_is_gone_the_rest_stays(attributes: list, elements: list, name: str) -> None:
    cleaned, notes = cleaned_xmp(packet(" ".join(attributes), "".join(elements), name))
    assert (creator(cleaned) or "") == name
    told = {STALE[text] for text in attributes} | {STALE_ELEMENTS[text] for text in elements}
    assert all(any(part in note for note in notes) for part in told) and len(notes) == len(told)
    assert cleaned_xmp(cleaned) == (cleaned, [])


@given(st.binary(max_size=50), st.integers(0, 900), st.integers(0, 60))
def test_any_damage_leaves_a_packet_or_none(data: bytes, start: int, length: int) -> None:
    whole = packet('hdrgm:Version="1.0"')
    cleaned, _ = cleaned_xmp(whole[:start] + data + whole[start + length :])
    if b"hdr-gain-map" in cleaned:
        ElementTree.fromstring(cleaned)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_gain_map_is_gone_from_every_format(tmp_path: Path, suffix: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 48, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "phone.jpg", xmp=packet('hdrgm:Version="1.0"'))
    photo = images.read_photo(tmp_path / "phone.jpg", "content_image")
    assert any("gain map" in note and "phone.jpg" in note for note in photo.notes)
    images.write_photo(tmp_path / f"out.{suffix}", photo)
    again = images.read_photo(tmp_path / f"out.{suffix}")
    assert b"hdrgm:Version" not in again.metadata.xmp
    assert creator(again.metadata.xmp) == "Jörg & Ana" and again.notes == ()


def test_xmp_too_large_for_jpeg_is_told(tmp_path: Path) -> None:
    pixels = np.zeros((40, 48, 3), np.uint8)
    metadata = images.photo.Metadata(xmp=packet(creator="a" * 70_000))
    photo = dataclasses.replace(images.Photo(pixels), metadata=metadata)
    assert images.losses_in_format("a.jpg", photo) == [
        "its XMP metadata, too large for the format, are left out"
    ]
    images.write_photo(tmp_path / "a.jpg", photo)
    assert images.read_photo(tmp_path / "a.jpg").metadata.xmp == b""
    assert images.losses_in_format("a.png", photo) == []
