"""Photo plan: which segment of the style photo serves which segment of the content photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dpst import images
from dpst.config import TransferConfig
from dpst.looks.blended_matching import CHOSEN, Restraint, match_blended_colors
from dpst.looks.color_matching import match_colors
from dpst.messages import check_both
from dpst.methods.photo.anchor import Anchor
from dpst.methods.plan import FindLabelMaps, Inputs, Plan, find_or_read_label_maps
from dpst.segmentation import Pairing, pair_segments, people_masks, single_segment
from matting import LocalAffineMap

UNLABELLED = Restraint(
    caution=0.33, most_stretch=2.0, keeps_hues=True, least_contrast=0.7, whole_share=0.5
)
"""What serves a segment may be something else."""

LEAST_CONTRAST = 3 / 255  # standard deviation of all three channels: less is one colour and noise


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoPlan(Plan):
    """A plan of the photo method.

    Attributes:
        pairing: the segments of both photos, and which serves which.
        is_labelled: whether label maps were given, so that somebody chose what serves what.
        people: soft masks of the skin and the hair that nothing in the style photo serves, float32
            [rows, columns] in [0, 1]: they keep their hue.
    """

    pairing: Pairing
    is_labelled: bool = True
    people: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def from_pairing(
        cls,
        pairing: Pairing,
        is_labelled: bool = True,
        people: Mapping[str, np.ndarray] | None = None,
    ) -> PhotoPlan:
        """Make the plan that goes by a pairing, with its rows and notes."""
        rows, notes, people = pairing.segments, pairing.notes, people or {}
        if people:
            parts = " and ".join(people)
            notes = (*notes, f"nothing of the style photo serves {parts}: the hue there is kept")
        return cls(
            segments=rows, notes=notes, pairing=pairing, is_labelled=is_labelled, people=people
        )

    def preview(
        self, content_image: images.FloatImage, style_image: images.FloatImage
    ) -> LocalAffineMap:
        """Match the colours of each segment, in closed form; see `Plan.preview`."""
        return match_colors(content_image, style_image, self.pairing)

    def anchor(self, content_image: images.FloatImage, style_image: images.FloatImage) -> Anchor:
        """Return the closed-form match that the solve departs from at a cost.

        It has the style's whole distribution of colours. Where nobody chose what serves what, it
        keeps nearer to the photo's own hues and contrast.

        Args:
            content_image: float32 [height, width, 3], RGB in [0, 1].
            style_image: float32 [style_height, style_width, 3], RGB in [0, 1].

        Returns:
            The anchor, to be applied to the content image at any size.
        """
        restraint = CHOSEN if self.is_labelled else UNLABELLED
        color_map = match_blended_colors(content_image, style_image, self.pairing, restraint)
        return Anchor.holding(color_map, content_image, tuple(self.people.values()))


def plan(inputs: Inputs, config: TransferConfig, find: FindLabelMaps) -> PhotoPlan:
    """Plan a photo transfer, see `dpst.methods.Method`.

    Raises:
        ValueError: an image is missing, or has a single colour; there are several styles; label
            maps do not fit.
    """
    inputs.check_one_style(
        f"method is {config.method!r}",
        "set method to 'artistic' and segmentation to 'labels' (with photorealism_weight 400 the "
        "result stays a photo)",
    )
    content_image, style_image = inputs.photo(config), inputs.style_images[0]
    _check_contrast(content_image, "content_image", "there is nothing to recolour")
    _check_contrast(style_image, "style_image", "there is no light or colour to take")
    check_both(content_labels=inputs.content_labels, style_labels=inputs.style_labels)
    content_map, style_maps = find_or_read_label_maps(inputs, config, find, finds_by_default=True)
    if content_map is None or style_maps is None:
        sizes = content_image.shape[:2], style_image.shape[:2]
        return PhotoPlan.from_pairing(single_segment(*sizes, config.segment_map), False)
    pairing = pair_segments(
        content_map,
        style_maps[0],
        content_image,
        style_image,
        config.orphan_policy,
        config.segment_map,
    )
    is_labelled = inputs.content_labels is not None and config.segmentation == "labels"
    return PhotoPlan.from_pairing(
        pairing, is_labelled, {} if is_labelled else _people_alone(content_image, pairing)
    )


def _people_alone(content_image: images.FloatImage, pairing: Pairing) -> dict[str, np.ndarray]:
    """Return masks of the skin and the hair in a photo that have no segment of their own."""
    from dpst.segmentation.parsing.parser import scene_parser  # TensorFlow: label maps do without

    served = {row.label for row in pairing.segments}
    masks = people_masks(content_image, scene_parser())
    return {part: mask for part, mask in masks.items() if part not in served}


def _check_contrast(image: images.FloatImage, name: str, why: str) -> None:
    """Check that an image has more than one colour.

    Raises:
        ValueError: it has not.
    """
    if np.sqrt(image.var(axis=(0, 1)).sum()) < LEAST_CONTRAST:
        red, green, blue = (255 * image.mean(axis=(0, 1))).round().astype(int)
        raise ValueError(
            f"{name} has the single colour RGB ({red}, {green}, {blue}), it must have some "
            f"contrast, for {why}: give another photo."
        )
