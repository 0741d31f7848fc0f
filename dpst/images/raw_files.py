"""Camera raw files, by rawpy (LibRaw): developed to 16-bit sRGB with the camera's white balance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from dpst.messages import needs_package

_SUFFIXES = frozenset(
    ".dng .cr2 .cr3 .crw .nef .nrw .arw .srf .sr2 .raf .orf .rw2 .pef .srw .3fr .iiq .erf .mrw "
    ".raw .rwl .x3f .kdc .dcr .mef .mos".split()
)
_MAGICS = (b"IIU\0", b"IIRO", b"IIRS", b"MMOR", b"FUJIFILMCCD-RAW", b"FOVb", b"\0MRM")


def is_raw(path: Path, head: bytes) -> bool:
    """Return whether a file is a camera raw file.

    Args:
        path: its suffix only tells raw files apart that are TIFF files by their first bytes.
        head: the first 64 bytes.
    """
    if head.startswith(_MAGICS) or head[8:10] == b"CR" and head[:2] in (b"II", b"MM"):
        return True
    if head[4:12] == b"ftypcrx ":
        return True
    return head[:4] in (b"II*\0", b"MM\0*") and path.suffix.lower() in _SUFFIXES


def read_raw(path: Path, source: str) -> npt.NDArray[np.uint16]:
    """Develop a camera raw file.

    Args:
        path: the file.
        source: what it is, for messages.

    Returns:
        uint16 [height, width, 3], sRGB, upright.

    Raises:
        ValueError: the package rawpy is not installed, or the file cannot be developed.
    """
    try:
        import rawpy
    except ImportError as error:
        what = f"{source} is a camera raw file, which"
        message = needs_package(what, "rawpy", "raw", error, "save the photo as 16-bit TIFF")
        raise ValueError(message) from error
    try:
        with rawpy.imread(str(path)) as raw:
            # LibRaw's default curve is that of BT.709; this is sRGB's.
            return np.ascontiguousarray(
                raw.postprocess(use_camera_wb=True, output_bps=16, gamma=(2.4, 12.92))
            )
    except rawpy.LibRawError as error:
        raise ValueError(
            f"{source} is a camera raw file that cannot be developed ({error}): develop it with "
            "your camera's program and save it as TIFF."
        ) from error
