"""Segments: label maps, the pairing of two images' segments, and the masks made from them."""

from dpst.segmentation.guidance import masks, resize_masks
from dpst.segmentation.label_map import (
    LUAN_PALETTE,
    LabelMap,
    decode_label_maps,
    read_label_maps,
    resize_labels,
)
from dpst.segmentation.pairing import Pairing, pair_segments, single_segment

__all__ = [
    "LUAN_PALETTE",
    "LabelMap",
    "Pairing",
    "decode_label_maps",
    "masks",
    "pair_segments",
    "read_label_maps",
    "resize_labels",
    "resize_masks",
    "single_segment",
]
