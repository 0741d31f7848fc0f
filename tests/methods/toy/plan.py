"""Plan: one segment."""

from __future__ import annotations

from dpst.methods import Plan
from dpst.segmentation import single_segment


def plan(inputs, config, find):
    content = inputs.photo(config)
    rows = single_segment(content.shape[:2], inputs.style_images[0].shape[:2]).segments
    return Plan(segments=rows)
