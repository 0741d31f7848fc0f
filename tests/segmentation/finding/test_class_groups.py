"""The table of class groups."""

from __future__ import annotations

import numpy as np
import pytest

from dpst.segmentation.finding.class_groups import (
    CLASS_LISTS,
    GROUPS,
    OBJECT,
    RELATIVES,
    class_names,
    group_colors,
    group_of,
)
from dpst.segmentation.label_maps.palette import COLOR_TOLERANCE, MAXIMUM_LABELS


def members() -> list[str]:
    return [name for names in GROUPS.values() for name in names.split(", ") if name]


@pytest.mark.parametrize(
    ("num_classes", "known"),
    [
        (150, {0: "wall", 2: "sky", 21: "water", 76: "boat", 128: "lake", 149: "flag"}),
        (19, {0: "road", 8: "vegetation", 10: "sky", 18: "bicycle"}),
        (21, {0: "background", 15: "person", 20: "tv monitor"}),
    ],
)
def test_classes_of_known_data_sets_stand_at_their_numbers(
    num_classes: int, known: dict[int, str]
) -> None:
    names = class_names(num_classes)
    assert len(names) == len(set(names)) == num_classes
    assert {number: names[number] for number in known} == known
    assert {group_of(name) for name in names} <= set(GROUPS)


def test_each_member_of_a_group_is_a_known_class_and_in_no_other_group() -> None:
    known = {name for names in CLASS_LISTS.values() for name in names}
    assert set(members()) <= known
    assert len(members()) == len(set(members()))


@pytest.mark.parametrize(
    ("name", "group"),
    [("sea", "water"), ("palm", "vegetation"), ("swivel chair", "furniture"), ("clock", OBJECT)],
)
def test_class_belongs_to_its_group(name: str, group: str) -> None:
    assert group_of(name) == group


def test_classes_of_an_unknown_data_set_are_numbers_and_groups_of_their_own() -> None:
    assert class_names(3) == ("class 0", "class 1", "class 2")
    assert group_of("class 2") == "class 2"
    assert group_of("roof") == "roof"


def test_a_groups_own_name_is_in_the_group() -> None:
    for group in GROUPS:
        assert group_of(group) == group


def test_relatives_are_other_groups() -> None:
    for group, relatives in RELATIVES.items():
        assert group in GROUPS and set(relatives) <= set(GROUPS) - {group}


def test_colors_of_groups_are_fixed_and_of_all_labels_told_apart() -> None:
    assert group_colors(["sky", "class 7"])[0] == group_colors(["class 3", "sky"])[1]
    others = [f"class {number}" for number in range(MAXIMUM_LABELS - len(GROUPS))]
    colors = group_colors([*others, *GROUPS])
    values = np.array([list(bytes.fromhex(color)) for color in colors])
    distances = np.abs(values[:, None] - values[None]).max(-1)
    assert distances[~np.eye(len(colors), dtype=bool)].min() > 2 * COLOR_TOLERANCE


def test_more_groups_than_colors_are_an_error() -> None:
    with pytest.raises(ValueError, match="65 groups are to be drawn, at most 64"):
        group_colors([f"class {number}" for number in range(65)])
