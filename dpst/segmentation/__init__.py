"""Segments: label maps, the pairing of two images' segments, and the masks made from them."""

from dpst.segmentation.finding.class_segments import segment_by_classes
from dpst.segmentation.finding.cosegmentation import segment_together
from dpst.segmentation.finding.object_segments import segment_objects
from dpst.segmentation.finding.people import people_masks
from dpst.segmentation.finding.scene_segments import segment_by_scene
from dpst.segmentation.guidance import (
    average_masks,
    layer_guidance,
    resize_masks,
    segment_masks,
)
from dpst.segmentation.label_maps.decoding import (
    decode_label_maps,
    read_label_maps,
    read_labels,
)
from dpst.segmentation.label_maps.label_arrays import resize_labels
from dpst.segmentation.label_maps.label_map import LabelMap
from dpst.segmentation.label_maps.palette import LUAN_PALETTE
from dpst.segmentation.label_maps.reserved_names import KEPT_NAME
from dpst.segmentation.label_maps.semantic_map import (
    SemanticMap,
    paired_maps,
    read_semantic_map,
    semantic_map,
)
from dpst.segmentation.pairing.pairing import Pairing, pair_segments, single_segment
from dpst.segmentation.pairing.segment_map import KEPT
from dpst.segmentation.pairing.segment_rows import SegmentRow
from dpst.segmentation.pairing.segment_table import segment_table
from dpst.segmentation.pairing.semantic_labels import SemanticLabels, semantic_labels
from dpst.segmentation.pairing.style_regions import (
    StyleRegion,
    assigned_regions,
    blended_regions,
    paired_regions,
    region_rows,
)
from dpst.segmentation.soft_masks import lightness_masks, soft_segment_masks

__all__ = [
    "KEPT",
    "KEPT_NAME",
    "LUAN_PALETTE",
    "LabelMap",
    "Pairing",
    "SegmentRow",
    "SemanticLabels",
    "SemanticMap",
    "StyleRegion",
    "assigned_regions",
    "average_masks",
    "blended_regions",
    "decode_label_maps",
    "layer_guidance",
    "lightness_masks",
    "pair_segments",
    "paired_maps",
    "people_masks",
    "paired_regions",
    "read_label_maps",
    "read_labels",
    "read_semantic_map",
    "region_rows",
    "resize_labels",
    "resize_masks",
    "segment_by_classes",
    "segment_by_scene",
    "segment_masks",
    "segment_table",
    "segment_objects",
    "segment_together",
    "semantic_labels",
    "semantic_map",
    "single_segment",
    "soft_segment_masks",
]
