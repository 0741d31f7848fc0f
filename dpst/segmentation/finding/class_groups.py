"""Class groups: what the classes of a segmentation model are for a transfer of looks.

A model tells an armchair from a swivel chair; a look is carried over from furniture to furniture.
The table of groups covers three public data sets, whose lists of classes are recognised by their
length. That is a convention, not a property of a model: one with 150 outputs is taken to be trained
on ADE20K.

Sources of the lists: ADE20K in the scene parsing benchmark's order (Zhou et al. 2017), Cityscapes
by its training numbers (Cordts et al. 2016), Pascal VOC 2012 with its background first.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from dpst.segmentation.label_maps.palette import MAXIMUM_LABELS

_ADE20K = """\
wall, building, sky, floor, tree, ceiling, road, bed, windowpane, grass, cabinet, sidewalk, person,
earth, door, table, mountain, plant, curtain, chair, car, water, painting, sofa, shelf, house, sea,
mirror, rug, field, armchair, seat, fence, desk, rock, wardrobe, lamp, bathtub, railing, cushion,
base, box, column, signboard, chest of drawers, counter, sand, sink, skyscraper, fireplace,
refrigerator, grandstand, path, stairs, runway, case, pool table, pillow, screen door, stairway,
river, bridge, bookcase, blind, coffee table, toilet, flower, book, hill, bench, countertop, stove,
palm, kitchen island, computer, swivel chair, boat, bar, arcade machine, hovel, bus, towel, light,
truck, tower, chandelier, awning, streetlight, booth, television receiver, airplane, dirt track,
apparel, pole, land, bannister, escalator, ottoman, bottle, buffet, poster, stage, van, ship,
fountain, conveyer belt, canopy, washer, plaything, swimming pool, stool, barrel, basket, waterfall,
tent, bag, minibike, cradle, oven, ball, food, step, tank, trade name, microwave, pot, animal,
bicycle, lake, dishwasher, screen, blanket, sculpture, hood, sconce, vase, traffic light, tray,
ashcan, fan, pier, crt screen, plate, monitor, bulletin board, shower, radiator, glass, clock, flag
"""
_CITYSCAPES = """\
road, sidewalk, building, wall, fence, pole, traffic light, traffic sign, vegetation, terrain, sky,
person, rider, car, truck, bus, train, motorcycle, bicycle
"""
_PASCAL_VOC = """\
background, aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, dining table, dog,
horse, motorbike, person, potted plant, sheep, sofa, train, tv monitor
"""

CLASS_LISTS: dict[int, tuple[str, ...]] = {
    len(names): names
    for names in (
        tuple(" ".join(text.split()).split(", ")) for text in (_ADE20K, _CITYSCAPES, _PASCAL_VOC)
    )
}
"""Names of the classes of a model, by their number."""

OBJECT = "object"
"""The group of the known classes that no other group holds."""

GROUPS: dict[str, str] = {
    "sky": "sky",
    "water": "water, sea, river, lake, swimming pool, waterfall, fountain",
    "mountain": "mountain, hill, rock",
    "vegetation": "vegetation, tree, grass, plant, potted plant, flower, palm, field",
    "ground": "terrain, earth, sand, land, path, dirt track",
    "road": "road, sidewalk, runway, bridge, pier",
    "building": "building, house, skyscraper, tower, hovel, grandstand, booth, awning, canopy, "
    "tent",
    "wall": "wall, fence, windowpane, door, screen door, column, railing, bannister, curtain, "
    "blind, painting, poster, mirror, bulletin board",
    "ceiling": "ceiling",
    "floor": "floor, rug, stage, stairs, stairway, step",
    "furniture": "bed, cabinet, table, dining table, coffee table, pool table, chair, armchair, "
    "swivel chair, sofa, seat, stool, ottoman, bench, shelf, desk, wardrobe, cushion, pillow, "
    "blanket, chest of drawers, counter, countertop, kitchen island, bookcase, buffet, bar, "
    "cradle, bathtub, sink, toilet, fireplace, stove, oven, refrigerator, dishwasher, washer",
    "person": "person, rider, apparel",
    "animal": "animal, bird, cat, cow, dog, horse, sheep",
    "vehicle": "car, bus, truck, van, train, tank, boat, ship, airplane, aeroplane, bicycle, "
    "minibike, motorbike, motorcycle",
    "background": "background",
    OBJECT: "",
}
"""The classes of each group, separated by commas."""

RELATIVES: dict[str, tuple[str, ...]] = {
    "sky": ("water",),
    "water": ("sky", "ground", "vegetation"),
    "mountain": ("ground", "vegetation", "building"),
    "vegetation": ("ground", "mountain"),
    "ground": ("road", "mountain", "vegetation", "floor"),
    "road": ("ground", "floor", "vegetation"),
    "building": ("wall", "road"),
    "wall": ("building", "ceiling", "floor"),
    "ceiling": ("wall", "building"),
    "floor": ("road", "ground", "wall"),
    "furniture": (OBJECT, "floor", "wall"),
    "person": ("animal",),
    "animal": ("person",),
    "vehicle": (OBJECT, "building", "road"),
    OBJECT: ("furniture", "vehicle", "building", "wall"),
}
"""Groups that may lend their look to one that the style image lacks, the best first.

Water takes the sky, which it mirrors, before the ground beside it.
"""

_COLORS = {
    "sky": "55aaff",
    "water": "0000ff",
    "mountain": "aa55aa",
    "vegetation": "00aa00",
    "ground": "aa5500",
    "road": "555555",
    "building": "aa0000",
    "wall": "ffaa55",
    "ceiling": "ffffaa",
    "floor": "555500",
    "furniture": "ff5500",
    "person": "ff0055",
    "animal": "ffaaaa",
    "vehicle": "ffff00",
    "background": "000000",
    OBJECT: "aaaaaa",
}

# 85 levels apart, so that no reader of the label map takes one for a shade of another.
_LATTICE = ["".join(levels) for levels in itertools.product(("00", "55", "aa", "ff"), repeat=3)]

_GROUP_OF_CLASS = {name: OBJECT for names in CLASS_LISTS.values() for name in names} | {
    name: group for group, names in GROUPS.items() for name in names.split(", ") if name
}


def class_names(num_classes: int) -> tuple[str, ...]:
    """Return the names of a model's classes: those of a known data set, else "class 0" ...

    Args:
        num_classes: how many classes the model has.

    Returns:
        As many names.
    """
    numbered = tuple(f"class {number}" for number in range(num_classes))
    return CLASS_LISTS.get(num_classes, numbered)


def group_of(class_name: str) -> str:
    """Return the group that a class belongs to.

    Args:
        class_name: name of the class.

    Returns:
        The group's name; the class's own name where the table does not know it.
    """
    return _GROUP_OF_CLASS.get(class_name, class_name)


def group_colors(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the colours to draw groups in, always the same for those of the table.

    Args:
        groups: at most `MAXIMUM_LABELS` names, no two equal.

    Returns:
        Hex RGB for each, any two at least 85 levels apart in some channel.

    Raises:
        ValueError: there are more.
    """
    if len(groups) > MAXIMUM_LABELS:
        raise ValueError(
            f"{len(groups)} groups are to be drawn, at most {MAXIMUM_LABELS} colours are told "
            "apart: merge some."
        )
    taken = {_COLORS[group] for group in groups if group in _COLORS}
    free = iter([color for color in _LATTICE if color not in taken])
    return tuple(_COLORS.get(group) or next(free) for group in groups)
