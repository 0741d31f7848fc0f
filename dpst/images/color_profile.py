"""ICC colour profiles: from a file's own RGB values to sRGB and back, in full precision.

Nearly all photos have a profile of three primaries and three tone curves (sRGB, Display P3, Adobe
RGB, ProPhoto RGB, a camera's or a monitor's). Those are computed here in floating point, beyond the
sRGB gamut and in any bit depth, which Pillow's ImageCms does not offer. All others are brought to
sRGB by ImageCms, in 8 bits.

Source: ICC.1:2022, sections 7.3, 10.6, 10.18, F.3; IEC 61966-2-1 (sRGB).
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from PIL import Image, ImageCms

_NUM_SAMPLES = 1 << 16  # of a tone curve: one for each 16-bit value
_GRID = np.linspace(0.0, 1.0, _NUM_SAMPLES)
_ROOT = 2.4  # at least as steep at black as the tone curves in use
# For the white of profiles, D50 (Bradford).
_XYZ_OF_SRGB = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
_SRGB_TOLERANCE = 4e-3  # one 8-bit level: the many profiles named sRGB differ by less


def srgb_to_linear(values: np.ndarray) -> np.ndarray:
    """Return linear light of sRGB values of any shape, mirrored at 0 for those beyond the gamut."""
    size = np.abs(values)
    light = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)
    return np.copysign(light, values)


def linear_to_srgb(light: np.ndarray) -> np.ndarray:
    """Return sRGB values of linear light: the inverse of `srgb_to_linear`."""
    size = np.abs(light)
    values = np.where(size <= 0.0031308, 12.92 * size, 1.055 * size ** (1 / 2.4) - 0.055)
    return np.copysign(values, light)


@dataclass(frozen=True, eq=False)
class ColorProfile:
    """RGB values of three tone curves and three primaries.

    Attributes:
        curves: float64 [3, samples], linear light at evenly spaced values, rising from 0 to 1.
        matrix: float64 [3, 3], from linear light of the profile to linear sRGB.
    """

    curves: np.ndarray
    matrix: np.ndarray

    def to_srgb(self, values: np.ndarray) -> np.ndarray:
        """Convert values of the profile to sRGB.

        Args:
            values: float32 [..., 3], in [0, 1].

        Returns:
            float32 [..., 3], sRGB; beyond [0, 1] where a colour is outside the sRGB gamut.
        """
        linear = [_sample(curve, values[..., c]) for c, curve in enumerate(self.curves)]
        return linear_to_srgb(_transform(np.stack(linear, -1), self.matrix))

    def from_srgb(self, values: np.ndarray) -> np.ndarray:
        """Convert sRGB to values of the profile, by the inverse of the very same curves.

        Args:
            values: float32 [..., 3], sRGB, also beyond [0, 1].

        Returns:
            float32 [..., 3], clipped to [0, 1].
        """
        linear = _transform(srgb_to_linear(values), np.linalg.inv(self.matrix))
        roots = np.clip(linear, 0, 1) ** np.float32(1 / _ROOT)
        return np.stack([_sample(t, roots[..., c]) for c, t in enumerate(self._inverses)], -1)

    @cached_property
    def _inverses(self) -> list[np.ndarray]:
        """Values of each curve for light of evenly spaced roots, which tells dark ones apart."""
        return [np.interp(_GRID**_ROOT, curve, _GRID) for curve in self.curves]

    @property
    def is_srgb(self) -> bool:
        """Whether the profile differs from sRGB by less than an 8-bit level."""
        ramp = np.linspace(0, 1, 256)
        errors = np.abs(linear_to_srgb(self.curves[:, :: _NUM_SAMPLES // 255]) - ramp)
        return bool(max(errors.max(), np.abs(self.matrix - np.eye(3)).max()) < _SRGB_TOLERANCE)


def color_space(profile: bytes) -> str:
    """Return the colour space of a profile's values, such as "RGB" or "GRAY"; empty for none."""
    return profile[16:20].decode("latin-1").strip() if profile[36:40] == b"acsp" else ""


def parse_profile(profile: bytes) -> ColorProfile | None:
    """Parse a profile of primaries and tone curves.

    Args:
        profile: ICC profile of the colour space "RGB" or "GRAY". A grey one is read as RGB with its
            curve in each channel and sRGB's primaries.

    Returns:
        The profile; None if it is of another kind, or damaged.
    """
    try:
        tags = _tags(profile)
        if color_space(profile) == "GRAY":
            return ColorProfile(np.stack([_tone_curve(tags["kTRC"])] * 3), np.eye(3))
        if color_space(profile) != "RGB" or "A2B0" in tags:
            return None
        curves = np.stack([_tone_curve(tags[f"{c}TRC"]) for c in "rgb"])
        primaries = np.stack([_xyz(tags[f"{c}XYZ"]) for c in "rgb"], -1)
        if abs(np.linalg.det(primaries)) < 1e-4:
            return None
        return ColorProfile(curves, np.linalg.inv(_XYZ_OF_SRGB) @ primaries)
    except (KeyError, ValueError, ZeroDivisionError, struct.error):
        return None


def convert_to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert an 8-bit image with a profile of any kind to sRGB.

    Args:
        image: an image of a mode that fits the profile: RGB, L, CMYK or LAB.
        profile: ICC profile.

    Returns:
        Image of the mode RGB; by Pillow's own conversion if the profile is damaged, or is for
        another mode.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        converted = None
    return converted if converted is not None else image.convert("RGB")


def srgb_profile() -> bytes:
    """Return an ICC profile of sRGB, the same bytes at every call."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + profile[36:]  # its date


def _sample(curve: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return a curve at values in [0, 1], interpolated linearly."""
    places = values * np.float32(_NUM_SAMPLES - 1)
    lower = np.minimum(places.astype(np.int32), _NUM_SAMPLES - 2)
    table = curve.astype(np.float32)
    below = table[lower]
    return below + (places - lower.astype(np.float32)) * (table[lower + 1] - below)


def _transform(colors: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the matrix times each colour, in one pass over [..., 3]."""
    flat = colors.reshape(1, -1, 3)
    return np.asarray(cv2.transform(flat, matrix.astype(np.float32))).reshape(colors.shape)


def _tags(profile: bytes) -> dict[str, bytes]:
    """Return the data of each tag of a profile, by signature."""
    (count,) = struct.unpack_from(">I", profile, 128)
    tags = {}
    for k in range(min(count, 100)):
        signature, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * k)
        tags[signature.decode("latin-1")] = profile[offset : offset + size]
    return tags


def _xyz(data: bytes) -> np.ndarray:
    """Return a tag of type XYZ as float64 [3]."""
    return np.array(struct.unpack_from(">3i", data, 8)) / 65536


def _tone_curve(data: bytes) -> np.ndarray:
    """Return a tag of type curv or para, sampled."""
    if data[:4] == b"curv":
        (count,) = struct.unpack_from(">I", data, 8)
        if count > 1:
            table = np.array(struct.unpack_from(f">{count}H", data, 12)) / 65535
            curve = np.interp(_GRID, np.linspace(0, 1, count), table)
        else:
            gamma = struct.unpack_from(">H", data, 12)[0] / 256 if count else 1.0
            curve = _GRID**gamma
    elif data[:4] == b"para":
        curve = _parametric_curve(data)
    else:
        raise ValueError(f"tone curve is of type {data[:4]!r}, must be curv or para")
    # A flat part has no inverse; no file shows a slope of 1e-9.
    return np.maximum.accumulate(np.clip(curve, 0, 1)) + 1e-9 * _GRID


def _parametric_curve(data: bytes) -> np.ndarray:
    """Return a tag of type para, sampled: ICC.1:2022, table 68."""
    (kind,) = struct.unpack_from(">H", data, 8)
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}[kind]
    given = [value / 65536 for value in struct.unpack_from(f">{count}i", data, 12)]
    g, a, b, c, d, e, f = given + [0.0] * (7 - count)
    if kind == 0:
        a = 1.0
    elif kind in (1, 2):  # c is added to both parts
        c, d, e, f = 0.0, -b / a, c, c
    return np.where(_GRID >= d, np.maximum(a * _GRID + b, 0) ** g + e, c * _GRID + f)
