"""People in a photo, as the parser's scores have them."""

import numpy as np
import pytest
import skimage.data

from dpst.segmentation import people_masks
from dpst.segmentation.finding.people import LEAST_SHARE
from dpst.segmentation.parsing.groups import GROUPS
from dpst.segmentation.parsing.parser import scene_parser


def parser_of(scores):
    return lambda photo: scores


def scores_with(part, inside, likelihood):
    scores = np.full((*inside.shape, len(GROUPS)), 0.01, np.float32)
    scores[..., GROUPS.index("other")] = np.where(inside, 0.02, 0.9)
    scores[..., GROUPS.index(part)] = np.where(inside, likelihood, 0.0)
    return scores


def test_astronaut_has_skin_and_hair():
    photo = (skimage.data.astronaut() / 255).astype(np.float32)
    masks = people_masks(photo, scene_parser())
    assert list(masks) == ["skin", "hair"]
    rows, columns = masks["skin"].shape
    assert masks["skin"][round(0.25 * rows), round(0.43 * columns)] > 0.7  # a cheek
    assert masks["hair"][round(0.08 * rows), round(0.43 * columns)] > 0.7
    assert max(mask[: rows // 3, : columns // 5].max() for mask in masks.values()) < 0.2


def test_cup_of_coffee_has_none():
    photo = (skimage.data.coffee() / 255).astype(np.float32)
    assert people_masks(photo, scene_parser()) == {}


@pytest.mark.parametrize(
    ("side", "likelihood", "is_found"), [(8, 0.9, True), (8, 0.4, False), (1, 0.9, False)]
)
def test_only_what_is_surely_there_counts(side, likelihood, is_found):
    inside = np.zeros((40, 60), bool)
    inside[10 : 10 + side, 20 : 20 + side] = True
    assert (inside.mean() >= LEAST_SHARE) == (side > 1)
    photo = np.random.default_rng(0).random((80, 120, 3)).astype(np.float32)
    masks = people_masks(photo, parser_of(scores_with("skin", inside, likelihood)))
    assert list(masks) == (["skin"] if is_found else [])
    for mask in masks.values():
        assert mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1
