"""Losses: pure functions, and their twins as `keras.losses.Loss`."""

from dpst.losses.content import ContentLoss, content_loss
from dpst.losses.gamut import GamutLoss, gamut_loss
from dpst.losses.gram import GramLoss, gram_loss, gram_matrix
from dpst.losses.locality import border_distances, locality_loss
from dpst.losses.opponent_colors import opponent_colors
from dpst.losses.patch import (
    PatchLoss,
    PatchTarget,
    feature_length,
    patch_loss,
    patch_target,
    with_semantic_map,
)
from dpst.losses.patch_matching import PatchBank, nearest_patches, patch_bank
from dpst.losses.photorealism import (
    PhotorealismLoss,
    PhotorealismRegularization,
    photorealism_loss,
    photorealism_losses,
)
from dpst.losses.recoloring import (
    HeldTarget,
    RecoloringTarget,
    chroma_departure_loss,
    chroma_lengths,
    held_chroma_loss,
    recoloring_loss,
    tint_loss,
)
from dpst.losses.segment_statistics import (
    SegmentStatistics,
    SortedGuidance,
    segment_statistics,
    sorted_segment_statistics,
)
from dpst.losses.segment_style import (
    CentredTarget,
    GramTarget,
    SegmentGramLoss,
    SegmentStyleLoss,
    centred_target,
    segment_centred_loss,
    segment_centred_losses,
    segment_gram_loss,
    segment_gram_losses,
)
from dpst.losses.structure import (
    StructureLoss,
    StructureTarget,
    structure_loss,
    structure_target,
)
from dpst.losses.total_variation import (
    TotalVariationLoss,
    TotalVariationRegularizer,
    total_variation_loss,
)

total_variation = total_variation_loss  # the former name, for one release

# The Keras losses by name, to choose one by a string; the tests hold all of them to one contract.
LOSSES = {
    "content": ContentLoss,
    "gamut": GamutLoss,
    "gram": GramLoss,
    "patch": PatchLoss,
    "photorealism": PhotorealismLoss,
    "segment_gram": SegmentStyleLoss,
    "structure": StructureLoss,
    "total_variation": TotalVariationLoss,
}

__all__ = [
    "LOSSES",
    "CentredTarget",
    "ContentLoss",
    "GamutLoss",
    "GramLoss",
    "GramTarget",
    "HeldTarget",
    "PatchBank",
    "PatchLoss",
    "PatchTarget",
    "PhotorealismLoss",
    "PhotorealismRegularization",
    "RecoloringTarget",
    "SegmentGramLoss",
    "SegmentStatistics",
    "SegmentStyleLoss",
    "SortedGuidance",
    "StructureLoss",
    "StructureTarget",
    "TotalVariationLoss",
    "TotalVariationRegularizer",
    "border_distances",
    "centred_target",
    "chroma_departure_loss",
    "chroma_lengths",
    "content_loss",
    "feature_length",
    "gamut_loss",
    "gram_loss",
    "gram_matrix",
    "locality_loss",
    "nearest_patches",
    "opponent_colors",
    "patch_bank",
    "patch_loss",
    "patch_target",
    "photorealism_loss",
    "photorealism_losses",
    "held_chroma_loss",
    "recoloring_loss",
    "tint_loss",
    "segment_centred_loss",
    "segment_centred_losses",
    "segment_gram_loss",
    "segment_gram_losses",
    "segment_statistics",
    "sorted_segment_statistics",
    "structure_loss",
    "structure_target",
    "total_variation",
    "total_variation_loss",
    "with_semantic_map",
]
