"""XMP packets, without what they tell of parts of the old file that the new one does not have."""

from __future__ import annotations

from collections.abc import Iterator
from xml.dom import minidom
from xml.parsers.expat import ExpatError

_GOOGLE = "http://ns.google.com/photos/1.0/"
_ADOBE = "http://ns.adobe.com/"

# What is named by these namespaces and, where they hold other things too, starts of names.
_PARTS = {
    "its gain map": (
        (f"{_ADOBE}hdr-gain-map/1.0/", ""),
        ("http://ns.apple.com/HDRGainMap/1.0/", ""),
        ("http://ns.apple.com/pixeldatainfo/1.0/", ""),
    ),
    "its motion": (
        (f"{_GOOGLE}camera/", "Motion"),
        (f"{_GOOGLE}camera/", "MicroVideo"),
    ),
    "the list of pictures beside it": ((f"{_GOOGLE}container/", ""),),
    "its depth map": (
        (f"{_GOOGLE}depthmap/", ""),
        (f"{_GOOGLE}image/", ""),
        (f"{_GOOGLE}camera/", "Depth"),
    ),
    "its sound": ((f"{_GOOGLE}audio/", ""),),
    "its thumbnail": ((f"{_ADOBE}xap/1.0/", "Thumbnails"),),
    "an extended part of its XMP": ((f"{_ADOBE}xmp/note/", "HasExtendedXMP"),),
}
# The old file's size in pixels, without a word: the new file tells its own.
_SIZE = (
    ("http://ns.adobe.com/tiff/1.0/", "ImageWidth"),
    ("http://ns.adobe.com/tiff/1.0/", "ImageLength"),
    ("http://ns.adobe.com/exif/1.0/", "PixelXDimension"),
    ("http://ns.adobe.com/exif/1.0/", "PixelYDimension"),
)
_SPACES = {space.encode() for parts in (*_PARTS.values(), _SIZE) for space, _ in parts}
_HEAD = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = b'\n<?xpacket end="w"?>'


def cleaned_xmp(packet: bytes) -> tuple[bytes, list[str]]:
    """Return an XMP packet as it holds for a copy of its picture alone.

    Args:
        packet: as a file has it; empty for none.

    Returns:
        The packet, to the byte where nothing has to go, and what it told of that is gone: a clause
        for each. One of them that is no XML, or defines entities, is left out as a whole.
    """
    if not any(space in packet for space in _SPACES):
        return packet, []
    packet = packet.rstrip(b"\0")
    try:
        if b"<!" in packet.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
            raise ValueError("it defines a document type")
        document = minidom.parseString(packet)
    except (ExpatError, ValueError, LookupError):
        return b"", ["its XMP metadata, which are damaged, are left out"]
    gone = [name for name, parts in _PARTS.items() if _removed(document, parts)]
    had_size = _removed(document, _SIZE)
    if not gone and not had_size:
        return packet, []
    clean = _HEAD + b"".join(_written(node) for node in document.childNodes) + _TAIL
    return clean, [f"{name} is left out: the output is one still picture" for name in gone]


def _removed(document: minidom.Document, parts: tuple[tuple[str, str], ...]) -> bool:
    """Remove the attributes and elements of these namespaces and names; whether there were any."""
    has_any = False
    root = document.documentElement
    for element in list(_elements(root)) if root else ():
        for attribute in list(element.attributes.values()):
            if _is_of(attribute, parts):
                element.removeAttributeNode(attribute)
                has_any = True
        if element is not root and _is_of(element, parts) and element.parentNode is not None:
            element.parentNode.removeChild(element)
            has_any = True
    return has_any


def _written(node: minidom.Node) -> bytes:
    """Return the root element as XML; nothing for what stands beside it."""
    return node.toxml().encode() if isinstance(node, minidom.Element) else b""


def _is_of(node: minidom.Attr | minidom.Element, parts: tuple[tuple[str, str], ...]) -> bool:
    space, name = node.namespaceURI, node.localName or ""
    return any(space == of_space and name.startswith(start) for of_space, start in parts)


def _elements(element: minidom.Element) -> Iterator[minidom.Element]:
    """Yield an element and all within it."""
    yield element
    for child in element.childNodes:
        if isinstance(child, minidom.Element):
            yield from _elements(child)
