"""Aspect ratio: whether a label map or mask fits over its image."""

from __future__ import annotations

from dpst import images

_MAXIMUM_ERROR = 0.02


def check_aspect(map_size: images.Size, size: images.Size, source: str) -> None:
    """Check that a label map or mask has its image's aspect ratio.

    Args:
        map_size: (height, width) of the map.
        size: (height, width) of its image.
        source: what the map is, for the message.

    Raises:
        ValueError: the ratios differ by more than 2 %, and by more than a lost row or rounding
            explains.
    """
    (map_height, map_width), (height, width) = map_size, size
    # If either side comes out right to a pixel or two, the difference is rounding or a lost row.
    expected_height, expected_width = map_width * height / width, map_height * width / height
    for side, expected in ((map_height, expected_height), (map_width, expected_width)):
        rounding = min(2.0, 0.5 + 0.1 * expected)
        if abs(side - expected) <= max(_MAXIMUM_ERROR * expected, rounding):
            return
    raise ValueError(
        f"{source} is {map_width}x{map_height} px and its image {width}x{height} px (width x "
        f"height), the aspect ratios must agree to {_MAXIMUM_ERROR:.0%}: crop or redraw the "
        "label map over its image."
    )
