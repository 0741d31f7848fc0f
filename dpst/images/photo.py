"""`Photo`: what a file holds, in its own colour space and depth, with all that belongs to it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from scipy.ndimage import distance_transform_edt

from dpst.images.checks import check_range, check_size
from dpst.images.color_profile import (
    ColorProfile,
    color_space,
    convert_to_srgb,
    parse_profile,
    srgb_profile,
)
from dpst.images.declared_space import declared_profile
from dpst.images.decoding import decode_pixels, open_image, open_tiff
from dpst.images.metadata import Metadata, read_dpi, read_exif, read_xmp
from dpst.images.pixels import FloatImage, Pixels, from_unit_range, to_unit_range
from dpst.images.resizing import Size, area_weights, fit_area, fit_size, resize
from dpst.images.tiff_files import TiffPicture

_BAND_PIXELS = 1 << 18
_CLEAR = 0.1  # opacity below which a pixel shows nothing that could be matched
_GREY_MODES = ("1", "L", "LA", "I;16", "I;16B", "I;16L")
_OTHER_SPACES = ("CMYK", "LAB")  # modes that a profile of RGB or of grey says nothing about


WORKING_SIDE = 1400
"""Longer side in pixels of the copies of photos that are worked on, if not solved larger."""


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo as its file holds it, upright.

    Attributes:
        pixels: uint8, uint16 or float32 [height, width, 3], RGB of the profile; float32 in [0, 1].
        alpha: opacity [height, width], of the same type, or None.
        profile: ICC profile of primaries and tone curves; empty for sRGB.
        metadata: EXIF, XMP and resolution.
        quantization: quantisation tables of a JPEG file, by number; empty for others.
        notes: what is odd about the file and what was done about it, one clause each.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    profile: bytes = b""
    metadata: Metadata = field(default_factory=Metadata)
    quantization: dict[int, list[int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> Size:
        """(height, width)."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def image(self, longer_side: int | None = None) -> FloatImage:
        """Return the photo in sRGB over white, made smaller if wanted, in bands of bounded memory.

        Args:
            longer_side: the most that the result's may have, in pixels; a smaller photo keeps its
                size.

        Returns:
            float32 [height, width, 3] in [0, 1].
        """
        size = self.size if longer_side is None else fit_size(self.size, longer_side)
        shares = area_weights(self.size[0], size[0]).astype(np.float32).tocsc()
        image = np.zeros((size[0], size[1] * 3), np.float32)
        for rows in self._bands():
            band = np.clip(self.to_srgb(self.pixels[rows]), 0, 1)
            if self.alpha is not None:
                opacity = to_unit_range(self.alpha[rows])[..., np.newaxis]
                band = opacity * band + (1 - opacity)
            band = resize(band, (len(band), size[1])).reshape(len(band), -1)
            if size == self.size:
                image[rows] = band
            else:
                image += shares[:, rows] @ band
        return image.reshape(*size, 3).clip(0, 1)

    def working_image(self, longer_side: int) -> FloatImage:
        """Return a copy to work on, in which what is transparent counts for nothing.

        Transparent pixels take the colour of the nearest that is not: neither white nor what is
        left in them enters statistics, segments or matches. Half-transparent ones show their own.

        Args:
            longer_side: see `fit_area`.

        Returns:
            float32 [height, width, 3] in [0, 1].

        Raises:
            ValueError: all pixels are transparent.
        """
        if self.alpha is None or to_unit_range(self.alpha).min() == 1:
            return self.image(max(fit_area(self.size, longer_side)))
        is_clear = to_unit_range(self.alpha) < _CLEAR
        if is_clear.all():
            raise ValueError("the image is transparent everywhere: give one that shows something.")
        nearest = distance_transform_edt(is_clear, return_distances=False, return_indices=True)
        filled = self.pixels[nearest[0], nearest[1]]
        return dataclasses.replace(self, pixels=filled, alpha=None).working_image(longer_side)

    def recolored(self, change: Callable[[FloatImage, slice], FloatImage]) -> Photo:
        """Return the photo with other colours, made in bands of bounded memory.

        Args:
            change: function from a band float32 [band, width, 3], sRGB, beyond [0, 1] outside its
                gamut, and the rows that it covers, to the band's new colours.

        Returns:
            The photo in the same colour space, clipped to its gamut, with all else as it was; in 16
            bits unless the pixels have 8.
        """
        depth = np.uint8 if self.pixels.dtype == np.uint8 else np.uint16
        pixels = np.empty((*self.size, 3), depth)
        for rows in self._bands():
            band = change(self.to_srgb(self.pixels[rows]), rows)
            pixels[rows] = from_unit_range(self.from_srgb(band), depth)
        return dataclasses.replace(self, pixels=pixels)

    def resized(self, size: Size) -> Photo:
        """Return the photo at another (height, width)."""
        if size == self.size:
            return self

        def copy(values: Pixels) -> Pixels:
            return from_unit_range(resize(to_unit_range(values), size), values.dtype)

        alpha = None if self.alpha is None else copy(self.alpha)
        return dataclasses.replace(self, pixels=copy(self.pixels), alpha=alpha)

    def to_srgb(self, pixels: Pixels) -> FloatImage:
        """Return some of its pixels [..., 3] as sRGB, float32, beyond [0, 1] outside the gamut."""
        values = to_unit_range(pixels)
        return values if self._color_profile is None else self._color_profile.to_srgb(values)

    def from_srgb(self, values: FloatImage) -> FloatImage:
        """Return sRGB as values of its profile, float32 in [0, 1]: the inverse of `to_srgb`."""
        if self._color_profile is None:
            return np.clip(values, 0, 1)
        return self._color_profile.from_srgb(values)

    @cached_property
    def _color_profile(self) -> ColorProfile | None:
        """The profile that converts its values; None if they are sRGB already."""
        profile = parse_profile(self.profile) if self.profile else None
        return None if profile is None or profile.is_srgb else profile

    def _bands(self) -> list[slice]:
        """Return the rows of each band."""
        height, width = self.size
        step = max(_BAND_PIXELS // width, 1)
        return [slice(first, min(first + step, height)) for first in range(0, height, step)]


def read_photo(path: str | os.PathLike[str], name: str = "image") -> Photo:
    """Read a photo with all that a faithful copy of it needs.

    Args:
        path: a file of one of `dpst.images.FORMATS`, HEIC with the package pillow-heif, camera raw
            with rawpy.
        name: where the path came from, for messages, e.g. "content_image".

    Returns:
        The photo. Its values are brought to sRGB where its profile is not one of primaries and
        tone curves for RGB, but for example of grey, CMYK or Lab.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not a readable image, or one of its sides is below `MINIMUM_SIDE`.
    """
    path = Path(path)
    tiff = open_tiff(path, name)
    if isinstance(tiff, TiffPicture):
        xmp, gone = read_xmp({"xmp": tiff.xmp})
        photo, num_frames = _from_tiff(tiff, xmp), tiff.num_pages
        photo = dataclasses.replace(photo, notes=(*photo.notes, *_of_file(path, name, gone)))
    else:
        with open_image(path, name, tiff) as file:
            num_frames = getattr(file, "n_frames", 1)
            if file.format != "TIFF":  # Loading closes a TIFF file, whose tags must come first.
                file.load()
            exif = read_exif(file.getexif)
            photo = _read_colors(file, path)
            xmp, gone = read_xmp(file.info)
            metadata = Metadata(exif, xmp, read_dpi(file))
            tables = dict(getattr(file, "quantization", None) or {})
            photo = dataclasses.replace(photo, metadata=metadata, quantization=tables)
            photo = dataclasses.replace(photo, notes=(*photo.notes, *_of_file(path, name, gone)))
    check_range(photo.pixels, f"{name} '{path}'")
    check_size(photo.size, f"{name} '{path}'")
    if num_frames > 1:
        which = "largest" if tiff is not None else "first"
        note = f"{name} '{path}' holds {num_frames} pictures, the {which} is used"
        photo = dataclasses.replace(photo, notes=(*photo.notes, note))
    return photo


def _of_file(path: Path, name: str, notes: Sequence[str]) -> list[str]:
    """Return notes with the file that they are of."""
    return [f"of {name} '{path}' {note}" for note in notes]


def _from_tiff(tiff: TiffPicture, xmp: bytes) -> Photo:
    """Return the photo of a TIFF file's page."""
    metadata = Metadata(read_exif(lambda: tiff.exif), xmp, tiff.dpi)
    known = parse_profile(tiff.profile) if tiff.profile else None
    space = color_space(tiff.profile)
    if known is not None and space == "GRAY" and tiff.is_grey:
        return _grey_photo(known, tiff.pixels, tiff.alpha, metadata)
    if not tiff.profile or (space == "RGB" and known is not None):
        return Photo(tiff.pixels, tiff.alpha, tiff.profile, metadata)
    pixels = from_unit_range(to_unit_range(tiff.pixels).clip(0, 1), np.uint8)
    picture = Image.fromarray(pixels[..., 0] if space == "GRAY" else pixels)
    alpha = (
        tiff.alpha if tiff.alpha is None else from_unit_range(to_unit_range(tiff.alpha), np.uint8)
    )
    converted = np.asarray(convert_to_srgb(picture, tiff.profile))
    return Photo(converted, alpha, srgb_profile(), metadata)


def _grey_photo(
    known: ColorProfile, pixels: Pixels, alpha: Pixels | None, metadata: Metadata
) -> Photo:
    """Return grey values of a profile as a photo in sRGB."""
    values = np.clip(known.to_srgb(np.clip(to_unit_range(pixels), 0, 1)), 0, 1)
    return Photo(from_unit_range(values, pixels.dtype), alpha, srgb_profile(), metadata)


def read_image(path: str | os.PathLike[str], name: str = "image") -> FloatImage:
    """Read a photo or painting to work on: its colours, over white.

    Args:
        path: a file of one of `dpst.images.FORMATS`, HEIC with the package pillow-heif, camera raw
            with rawpy.
        name: where the path came from, for messages, e.g. "content_image".

    Returns:
        float32 [height, width, 3], sRGB in [0, 1], upright.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not a readable image, or one of its sides is below `MINIMUM_SIDE`.
    """
    return read_photo(path, name).image()


def _read_colors(file: Image.Image, path: Path) -> Photo:
    """Return the pixels, opacity and profile of an opened image."""
    profile = declared_profile(file, path)
    space = color_space(profile)
    known = parse_profile(profile) if profile else None
    if space == "GRAY" and known is not None and file.mode in _GREY_MODES:
        return _grey_photo(known, *decode_pixels(file, path), Metadata())
    if not profile or (space == "RGB" and known is not None and file.mode not in _OTHER_SPACES):
        return Photo(*decode_pixels(file, path), profile)
    image = ImageOps.exif_transpose(file)
    alpha = np.asarray(image.convert("RGBA"))[..., 3] if image.has_transparency_data else None
    if image.mode not in ("L", "RGB", *_OTHER_SPACES):
        image = image.convert("L" if space == "GRAY" else "RGB")
    return Photo(np.asarray(convert_to_srgb(image, profile)), alpha, srgb_profile())
