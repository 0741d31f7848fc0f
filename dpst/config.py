"""All settings of a transfer, with their defaults, in one flat dataclass.

The command line's flags are generated from the fields.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

ORPHAN_POLICIES = ("nearest", "merge", "content", "error")
"""Take the style label closest in colour, merge into a neighbour, stay as photographed, or stop."""

GUIDANCE_KINDS = ("simple", "inside", "all")
"""Masks averaged; receptive fields within the segment only; all that touch it."""

METHODS = ("photo", "artistic", "semantic")
"""Keep the photo a photo; paint it anew (Gatys et al. 2016); or by patches (Champandard 2016)."""

NORMALIZATIONS = ("relative", "gatys")
"""Losses relative to their targets; or with the constants of Gatys et al. 2016."""

GATYS_CONTENT_WEIGHT = 1e-3
"""Their alpha where beta is 1, the default of the content weight in their normalisation."""

MULTI_STYLES = ("composite", "blend", "locality", "localized")
"""Each style alone, then put together; one mixture of all; nearer borders less; by segment."""


def _setting(
    default: Any,
    help_text: str,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    artistic: Any = None,
    semantic: Any = None,
    kind: type | None = None,
) -> Any:
    """A field with its limits; with its defaults for the methods that paint, if these are others.

    That of the semantic method is that of the artistic one, unless it is given. Its kind is that of
    its default, unless that is None.
    """
    by_method = {}
    if artistic is not None:
        painted = artistic if semantic is None else semantic
        by_method = dict(zip(METHODS, (default, artistic, painted), strict=True))
        values = ", ".join(f"{method} {value}" for method, value in by_method.items())
        help_text += f" Default: {values}."
    metadata = {
        "help": help_text,
        "type": kind or type(default),
        "choices": choices,
        "minimum": minimum,
        "maximum": maximum,
        "by_method": by_method,
    }
    return dataclasses.field(default=None if by_method else default, metadata=metadata)


@dataclass(frozen=True)
class TransferConfig:
    """Settings of a transfer; the defaults need no tuning.

    Weights are of relative losses, so they hold for any size, network and pair. Where the default
    depends on the method, None stands for it; a config that was made holds the value itself, but
    for `max_evaluations`, which also depends on the size.

    Raises:
        ValueError: a value is out of range, or none of the choices.
    """

    method: str = _setting(
        "photo",
        "Keep the photo a photo (photo), paint it anew in the manner of a painting (artistic), or "
        "out of patches of the painting, by what the label maps say each part means (semantic); a "
        "label map alone will do for the latter, as a doodle to be painted.",
        choices=METHODS,
    )
    segmentation: str = _setting(
        "labels",
        "Where segments come from: the label files, or, where there are none, the segmentation "
        "model or else what both images have in common (labels); the latter in any case (auto); "
        "one segment (none).",
        choices=("labels", "auto", "none"),
    )
    segmentation_model: str = _setting(
        "",
        "Keras model that finds the segments where there are no label files: a .keras or .h5 file "
        "with a score of each class for each pixel, or keras_hub:PRESET, which is downloaded.",
    )
    num_segments: int = _setting(
        3,
        "Segments to look for where there are neither label files nor a segmentation model.",
        minimum=1,
        maximum=9,
    )
    orphan_policy: str = _setting(
        "nearest",
        "What becomes of a content label that the style labels lack: it takes the style label "
        "closest in colour (nearest), joins the segment with which it shares the longest border "
        "(merge), is kept as photographed (content), or is an error (error).",
        choices=ORPHAN_POLICIES,
    )
    segment_map: str = _setting(
        "",
        "Which style label serves which content label, by hand: "
        "content=style,content=style,... with none for a segment kept as photographed.",
    )
    extractor: str = _setting(
        "embedded",
        "Source of the features: embedded, squeezenet, vgg19, or the path of a Keras model.",
    )
    style_layers: str = _setting(
        "",
        "Layers whose statistics describe the style: name,name=weight,...; otherwise those that "
        "the extractor recommends, with weight 1. Semantic method: the layers of the patches.",
    )
    content_layers: str = _setting("", "Layers that describe the content, in the same form.")
    pooling: str = _setting(
        "",
        "How the extractor pools, max or average; otherwise as it is used to. Of squeezenet and "
        "vgg19 alone.",
        choices=("", "max", "average"),
    )
    multi_style: str = _setting(
        "",
        "How several style images meet (artistic method): each solved alone and put together by "
        "the content labels (composite); one mixture everywhere (blend); each on its segments, "
        "less and less towards their borders (locality); each on its segments (localized). "
        "Otherwise localized with content labels, and blend without.",
        choices=("", *MULTI_STYLES),
    )
    style_blend: str = _setting(
        "", "Shares of several style images in their blend: 0.7,0.3; otherwise equal ones."
    )
    style_scale: float = _setting(
        1.0, "Size of the style image relative to the content image; artistic method.", minimum=0.1
    )
    semantic_weight: float = _setting(
        50.0,
        "Gamma of the semantic method: how much the label maps count beside the features when "
        "patches are matched; with 25 a channel of the maps counts as much as all features, with 0 "
        "maps do not count.",
        minimum=0,
    )
    patch_size: int = _setting(
        3,
        "Side of the patches of the semantic method, in positions of a layer.",
        minimum=1,
        maximum=9,
    )
    patch_rotations: str = _setting(
        "",
        "Degrees by which copies of the style image are rotated to give more patches: -15,15; "
        "semantic method.",
    )
    patch_scales: str = _setting(
        "",
        "Factors by which copies of the style image are enlarged to give more patches: 0.8,1.25; "
        "semantic method.",
    )
    variety: float = _setting(
        0.0,
        "Against repeated patches: how much a style patch that suits many places yields to others, "
        "such as 0.2; semantic method.",
        minimum=0,
        maximum=0.9,
    )
    matching_memory: int = _setting(
        256, "Memory in MB that the matching of patches takes at most; semantic method.", minimum=1
    )
    output_size: str = _setting(
        "",
        "Size of a texture, such as 512x384, where there is neither content image nor content "
        "labels; otherwise the style image's. Semantic method.",
    )
    preserve_color: str = _setting(
        "none",
        "Colours of the artistic method: the style image's (none); the content image's, only "
        "lightness being painted (luminance); those of a style image that was first given the "
        "content image's (matched).",
        choices=("none", "luminance", "matched"),
    )
    solve_size: int = _setting(
        700,
        "Longer side in pixels of the finest level that is solved.",
        minimum=32,
        artistic=512,
    )
    full_resolution: bool = _setting(
        True,
        "Apply the result to the content image at its own size; otherwise the output has the "
        "solve size.",
    )
    content_weight: float = _setting(
        0.1, "Weight of the content loss.", minimum=0, artistic=0.5, semantic=1.0
    )
    style_weight: float = _setting(
        0.3,
        "Weight of the style losses; semantic method: of the patch loss.",
        minimum=0,
        artistic=1.0,
        semantic=3.0,
    )
    statistics_weight: float = _setting(
        1.0,
        "Weight of the statistics of each label's colours and layers, beside the patches of the "
        "semantic method, which alone wash colours out; 0 leaves the published method.",
        minimum=0,
    )
    photorealism_weight: float = _setting(
        400.0, "Weight of the matting Laplacian's photorealism loss.", minimum=0, artistic=0.0
    )
    structure_weight: float = _setting(
        0.25,
        "Weight of the structure loss: edges are those of the content image.",
        minimum=0,
        artistic=0.0,
    )
    tv_weight: float = _setting(
        0.0, "Weight of the total variation.", minimum=0, artistic=0.0, semantic=5.0
    )
    style_statistic: str = _setting(
        "centred",
        "What the style loss compares: means and covariances (centred), or the papers' raw Gram "
        "matrices (gram).",
        choices=("centred", "gram"),
    )
    normalization: str = _setting(
        "relative",
        "Units of content and style weight: relative to the targets (relative), or alpha and beta "
        "of Gatys et al. 2016, with raw Gram matrices (gatys); artistic method.",
        choices=NORMALIZATIONS,
    )
    guidance: str = _setting(
        "simple",
        "Which positions of a layer belong to a segment: by the share of their area (simple), "
        "those that see nothing else (inside), or all that see any of it (all).",
        choices=GUIDANCE_KINDS,
    )
    max_evaluations: int | None = _setting(
        None,
        "Evaluations of the objective at the finest level. Default: photo 30 at 700 px and above, "
        "up to twice as many below; artistic and semantic 60.",
        minimum=1,
        kind=int,
    )
    optimizer: str = _setting("lbfgs", "Minimiser.", choices=("lbfgs", "adam"))
    init: str = _setting(
        "color_matched",
        "Initial image: content (for a doodle, which has none, noise), color_matched, noise, "
        "style, or the path of an image.",
        artistic="content",
    )
    seed: int = _setting(0, "Seed of all that is random.", minimum=0)

    def __post_init__(self) -> None:
        """Fill in the method's defaults, and check every field."""
        for field in dataclasses.fields(self):
            if getattr(self, field.name) is None:
                object.__setattr__(self, field.name, self._default(field))
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            choices, minimum = field.metadata["choices"], field.metadata["minimum"]
            if choices and value not in choices:
                raise ValueError(f"{field.name} is {value!r}, must be one of {', '.join(choices)}.")
            if minimum is not None and not minimum <= value < float("inf"):
                raise ValueError(
                    f"{field.name} is {value}, must be finite and at least {minimum}; "
                    f"the default is {self._default(field)}."
                )
            maximum = field.metadata["maximum"]
            if maximum is not None and value > maximum:
                raise ValueError(
                    f"{field.name} is {value}, must be at most {maximum}; "
                    f"the default is {self._default(field)}."
                )
        if self.segmentation_model and self.segmentation == "none":
            raise ValueError(
                f"segmentation_model is {self.segmentation_model!r} and segmentation is 'none', it "
                "must be labels or auto for the model to be used: leave one of the two out."
            )

    def _default(self, field: dataclasses.Field) -> Any:
        """The default of a field for these settings; an unknown method has that of the first."""
        if field.name == "content_weight" and self.normalization == "gatys":
            return GATYS_CONTENT_WEIGHT
        by_method = field.metadata["by_method"]
        return by_method.get(self.method, by_method[METHODS[0]]) if by_method else field.default

    def finds_segments(self, has_label_maps: bool) -> bool:
        """Whether segments are to be found in the images, by the model or without.

        Args:
            has_label_maps: whether label maps are given.

        Raises:
            ValueError: there are label maps and a model, and nothing says which is to be used.
        """
        if self.segmentation_model and has_label_maps and self.segmentation != "auto":
            raise ValueError(
                f"segmentation_model is {self.segmentation_model!r} and content_labels and "
                "style_labels are given, only one must be: leave one out, or set segmentation to "
                "'auto' for the model."
            )
        if self.method == "artistic" and not self.segmentation_model:
            return self.segmentation == "auto"  # A painting rarely has a photo's segments.
        return self.segmentation == "auto" or (self.segmentation == "labels" and not has_label_maps)
