"""Only the formats that are promised reach a decoder, under whatever name a file has."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from PIL import EpsImagePlugin, Image

from dpst import images
from tests.conftest import REPOSITORY

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\n%%EOF\n"
OTHERS = {
    "EPS": EPS,
    "PDF": b"%PDF-1.7\n",
    "FITS": b"SIMPLE  =                    T" + b" " * 2850,
    "WMF": b"\xd7\xcd\xc6\x9a\0\0" + bytes(60),
    "GRIB": b"GRIB\0\0\0\1" + bytes(60),
    "MPEG": b"\0\0\1\xb3\x04\0\x40" + bytes(60),
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(60),
    "PSD": b"8BPS\0\1" + bytes(60),
    "SVG": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
    "MP4": b"\0\0\0\x18ftypisom" + bytes(60),
    "JPEG XL": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(60),
}


def _saved(format: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, format=format)
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def no_ghostscript(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        pytest.fail("the file has reached Ghostscript")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", fail)


@pytest.mark.parametrize("read", [images.read_photo, images.decode_image, images.decode_channels])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".eps"])
@pytest.mark.parametrize("kind", OTHERS)
def test_other_format_is_refused_by_its_name(kind, suffix, read, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_bytes(OTHERS[kind])
    with pytest.raises(ValueError, match=rf"x{suffix}' is an? {kind} file.*give a PNG"):
        read(path)


@pytest.mark.parametrize("kind", ["PPM", "ICO", "PCX", "SGI", "DDS", "JPEG2000", "TGA", "ICNS"])
def test_format_that_pillow_would_open_is_refused(kind, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(_saved(kind))
    with pytest.raises(ValueError, match=r"give a PNG, JPEG, TIFF, WebP or BMP file"):
        images.read_photo(tmp_path / "x.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_promised_format_is_read_under_any_name(kind, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(_saved(kind))
    assert images.read_photo(tmp_path / "x.png").size == (64, 64)


def test_process_may_be_bound_to_the_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    Image.init()
    monkeypatch.setattr(Image, "ID", list(Image.ID))
    images.open_no_others()
    with pytest.raises(Image.UnidentifiedImageError):
        Image.open(io.BytesIO(EPS))
    assert Image.open(io.BytesIO(_saved("PNG"))).size == (64, 64)


def _opens(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "open":
            owner = node.value
            if isinstance(owner, ast.Name | ast.Attribute) and "Image" in ast.unparse(owner):
                return True
        if isinstance(node, ast.ImportFrom) and node.module == "PIL.Image":
            return True
    return False


def test_pictures_are_opened_in_one_place() -> None:
    files = [path for name in ("dpst", "matting") for path in (REPOSITORY / name).rglob("*.py")]
    found = [path.name for path in files if _opens(ast.parse(path.read_text(encoding="utf-8")))]
    assert found == ["formats.py"]
