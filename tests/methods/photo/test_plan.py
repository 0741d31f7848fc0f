"""The photo plan: whether somebody chose which segment serves which."""

import dataclasses

import numpy as np
import pytest

from dpst import TransferConfig
from dpst.methods import Inputs, load_method
from dpst.methods.photo.plan import PhotoPlan
from dpst.segmentation import decode_label_maps, pair_segments


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
