"""The groups that the parser tells apart, and the colours they are drawn in."""

from __future__ import annotations

# In the order of the scores' last axis: the name and the sRGB colour, which stay the same in every
# table and picture. New ones go to the end.
GROUP_COLORS: dict[str, tuple[int, int, int]] = {
    "sky": (110, 170, 230),
    "water": (30, 90, 190),
    "vegetation": (60, 150, 60),
    "building": (170, 120, 90),
    "ground": (150, 140, 120),
    "mountain": (120, 100, 80),
    "ceiling": (230, 225, 210),
    "wall": (205, 190, 160),
    "opening": (160, 220, 240),
    "floor": (130, 90, 60),
    "furniture": (190, 110, 160),
    "vehicle": (220, 60, 60),
    "skin": (240, 180, 150),
    "hair": (90, 50, 30),
    "clothes": (90, 60, 170),
    "other": (128, 128, 128),
}
GROUPS = tuple(GROUP_COLORS)
