"""The photo plan: whether somebody chose which segment serves which."""

import dataclasses

import numpy as np
import pytest
import skimage.data

from dpst import TransferConfig, images
from dpst.methods import Inputs, load_method
from dpst.methods.photo.plan import PhotoPlan
from dpst.segmentation import LabelMap, decode_label_maps, pair_segments


@pytest.mark.parametrize(
    ("segmentation", "gives_labels", "is_labelled"),
    [
        ("labels", True, True),
        ("labels", False, False),
        ("auto", True, False),
        ("none", True, False),
        ("none", False, False),
    ],
)
def test_only_label_maps_that_are_used_count_as_chosen(
    photo_pair, segmentation, gives_labels, is_labelled
):
    content, style, content_labels, style_labels = photo_pair
    config = TransferConfig(segmentation=segmentation)
    inputs = Inputs(
        content_image=content,
        style_images=[style],
        content_labels=content_labels if gives_labels else None,
        style_labels=[style_labels] if gives_labels else None,
        content_size=content.shape[:2],
        style_sizes=[style.shape[:2]],
    )
    found = decode_label_maps(content_labels, style_labels, content.shape[:2], style.shape[:2])
    plan = load_method(config).plan(inputs, config, lambda: found)
    assert plan.is_labelled == is_labelled
    assert dataclasses.replace(plan, is_labelled=True).pairing is plan.pairing


@pytest.mark.parametrize(
    ("names", "people"), [(("other",), ["skin", "hair"]), (("skin", "other"), ["hair"])]
)
def test_people_are_those_that_no_segment_serves(names, people):
    portrait = images.resize(skimage.data.astronaut() / 255, (256, 256))
    labels = np.zeros((256, 256), np.int32)
    labels[128:] = len(names) - 1
    found = LabelMap(labels, names), LabelMap(labels, names)
    inputs = Inputs(
        content_image=portrait,
        style_images=[portrait[::-1]],
        content_size=(256, 256),
        style_sizes=[(256, 256)],
    )
    config = TransferConfig()
    plan = load_method(config).plan(inputs, config, lambda: found)
    assert list(plan.people) == people
    assert plan.notes[-1].startswith(f"nothing of the style photo serves {' and '.join(people)}")


def test_the_anchor_goes_further_where_somebody_chose(photo_pair):
    content, style, content_labels, style_labels = photo_pair
    maps = decode_label_maps(content_labels, style_labels, content.shape[:2], style.shape[:2])
    pairing = pair_segments(*maps, content, style)

    def matched(is_labelled: bool, way: str) -> np.ndarray:
        plan = PhotoPlan.from_pairing(pairing, is_labelled)
        return getattr(plan, way)(content, style).apply(content)

    def distance(image: np.ndarray) -> float:
        spread = [
            image[content_labels == label].std(0) - style[style_labels == label].std(0)
            for label in (0, 1)
        ]
        return float(np.abs(spread).mean())

    chosen, found = (distance(matched(is_labelled, "anchor")) for is_labelled in (True, False))
    preview = distance(matched(False, "preview"))
    assert chosen < found  # which keeps some of the photo's own contrast
    assert chosen < preview == distance(matched(True, "preview"))
