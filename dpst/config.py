"""All settings of a transfer, with their defaults, in one flat dataclass.

The command line's flags are generated from the fields.
"""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dpst.efforts import PAINTING_EFFORTS, PHOTO_EFFORTS, QUALITIES, Effort

ORPHAN_POLICIES = ("nearest", "merge", "content", "error")
"""Take the style label closest in colour, merge into a neighbour, stay as photographed, or stop."""

MAXIMUM_SEGMENTS = 9
"""Most segments that can be looked for: as many as Luan et al. 2017 have label colours."""

GUIDANCE_KINDS = ("simple", "inside", "all")
"""Masks averaged; receptive fields within the segment only; all that touch it."""

METHODS = {
    "photo": "dpst.methods.photo",
    "artistic": "dpst.methods.artistic",
    "semantic": "dpst.methods.semantic",
}
"""Home of each method: keep the photo a photo (Luan et al. 2017); paint it anew (Gatys et al.
2016); or out of patches (Champandard 2016). `dpst.methods.Method` says what a home must hold."""

NORMALIZATIONS = ("relative", "gatys")
"""Losses relative to their targets; or with the constants of Gatys et al. 2016."""

GATYS_CONTENT_WEIGHT = 1e-3
"""Their alpha where beta is 1, the default of the content weight in their normalisation."""

MULTI_STYLES = ("composite", "blend", "locality", "localized")
"""Each style alone, then put together; one mixture of all; nearer borders less; by segment."""

_BY_SEGMENT = ("photo", "artistic")
_PAINTING = ("artistic", "semantic")


def _by_quality(name: str) -> str:
    """Return the defaults of a setting that goes by the quality."""
    photo, painting = (
        ", ".join(str(getattr(effort, name)) for effort in efforts.values())
        for efforts in (PHOTO_EFFORTS, PAINTING_EFFORTS)
    )
    return f"photo {photo}; artistic and semantic {painting}"


def _setting(
    default: Any,
    help_text: str,
    *,
    methods: tuple[str, ...] = (),
    choices: Collection[str] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    by_method: Mapping[str, Any] | None = None,
    kind: type | None = None,
    is_file: bool = False,
) -> Any:
    """Define a field.

    Args:
        default: of the field, and of methods that `by_method` does not name.
        help_text: what it does, for `--help` and the documentation.
        methods: the methods that it belongs to; empty for all.
        choices: values of a text that may be one of a few; empty for any.
        minimum: least value of a number.
        maximum: greatest value of a number.
        by_method: defaults of the methods that have another one.
        kind: type of the flag, where it is not that of the default.
        is_file: whether a text may be the path of a file.
    """
    if by_method:
        defaults = {"photo": default, **by_method}
        values = ", ".join(f"{method} {value}" for method, value in defaults.items())
        help_text += f" Default: {values}."
    if methods:
        help_text += f" Method: {' and '.join(methods)}."
    metadata = {
        "help": help_text,
        "type": kind or type(default),
        "methods": methods,
        "choices": choices,
        "minimum": minimum,
        "maximum": maximum,
        "by_method": by_method or {},
        "default": default,
        "is_file": is_file,
    }
    return dataclasses.field(default=None if by_method else default, metadata=metadata)


@dataclass(frozen=True)
class TransferConfig:
    """Settings of a transfer; the defaults need no tuning.

    Weights are of relative losses, so they hold for any size, network and pair. Where the default
    depends on the method or the quality, None stands for it; a config that was made holds the value
    itself, but for `max_evaluations`, which also depends on the size.

    Raises:
        ValueError: a value is out of range or not one of the choices, or a setting belongs to
            another method.
    """

    method: str = _setting(
        "photo",
        "Keep the photo a photo (photo), paint it anew in the manner of a painting (artistic), or "
        "out of patches of the painting, by what the label maps say each part means (semantic), "
        "for which a label map alone will do, as a doodle to be painted.",
        choices=METHODS,
    )
    quality: str = _setting(
        "normal",
        "Effort: colours matched in closed form without a solve, or a small painting (draft); a "
        "picture in seconds (normal); several times as much (fine).",
        choices=QUALITIES,
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
        methods=_BY_SEGMENT,
        is_file=True,
    )
    num_segments: int = _setting(
        0,
        "Segments to look for by what looks alike, where there are neither label files nor a "
        "segmentation model. 0: the parts of a scene that both photos show, such as sky, water and "
        "skin.",
        minimum=0,
        maximum=MAXIMUM_SEGMENTS,
        methods=_BY_SEGMENT,
    )
    orphan_policy: str = _setting(
        "nearest",
        "What becomes of a content label that the style labels lack: it takes the style label "
        "closest in colour (nearest), joins the segment with which it shares the longest border "
        "(merge), is kept as photographed (content), or is an error (error).",
        choices=ORPHAN_POLICIES,
        methods=_BY_SEGMENT,
    )
    segment_map: str = _setting(
        "",
        "Which style label serves which content label, by hand: "
        "content=style,content=style,... with none for a segment kept as photographed.",
        methods=_BY_SEGMENT,
    )
    extractor: str = _setting(
        "embedded",
        "Source of the features: embedded, squeezenet, vgg19, or the path of a Keras model.",
        is_file=True,
    )
    style_layers: str = _setting(
        "",
        "Layers whose statistics describe the style: name,name=weight,...; otherwise those that "
        "the extractor recommends, with weight 1. Semantic method: the layers of the patches.",
    )
    content_layers: str = _setting("", "Layers that describe the content, in the same form.")
    pooling: str = _setting(
        "",
        "How the extractor pools, max or average; otherwise as it was trained. Only squeezenet and "
        "vgg19 take it.",
        choices=("", "max", "average"),
    )
    multi_style: str = _setting(
        "",
        "How several style images are combined: each solved alone and put together by the content "
        "labels (composite); one mixture everywhere (blend); each in its own segments, fading "
        "towards their borders (locality); each in its own segments (localized). "
        "Otherwise localized with content labels, and blend without.",
        choices=("", *MULTI_STYLES),
        methods=("artistic",),
    )
    style_blend: str = _setting(
        "",
        "Shares of several style images in their blend: 0.7,0.3; otherwise equal ones.",
        methods=("artistic",),
    )
    style_scale: float = _setting(
        1.0,
        "Size of the style image relative to the content image.",
        minimum=0.1,
        methods=_PAINTING,
    )
    semantic_weight: float = _setting(
        50.0,
        "Gamma: how much the label maps count beside the features when "
        "patches are matched; with 25 a channel of the maps counts as much as all features, with 0 "
        "maps do not count.",
        minimum=0,
        methods=("semantic",),
    )
    patch_size: int = _setting(
        3,
        "Side of the patches, in positions of a layer.",
        minimum=1,
        maximum=9,
        methods=("semantic",),
    )
    patch_rotations: str = _setting(
        "",
        "Degrees by which copies of the style image are rotated to give more patches: -15,15.",
        methods=("semantic",),
    )
    patch_scales: str = _setting(
        "",
        "Factors by which copies of the style image are enlarged to give more patches: 0.8,1.25.",
        methods=("semantic",),
    )
    variety: float = _setting(
        0.0,
        "Against repeated patches: how much a style patch that suits many places yields to others, "
        "such as 0.2.",
        minimum=0,
        maximum=0.9,
        methods=("semantic",),
    )
    matching_memory: int = _setting(
        256,
        "Memory in MB that the matching of patches takes at most.",
        minimum=1,
        methods=("semantic",),
    )
    output_size: str = _setting(
        "",
        "Size of a texture, such as 512x384, where there is neither content image nor content "
        "labels; otherwise the style image's.",
        methods=("semantic",),
    )
    preserve_color: str = _setting(
        "none",
        "Colours of the output: the style image's (none); the content image's, only "
        "lightness being painted (luminance); those of a style image that was first given the "
        "content image's (matched).",
        choices=("none", "luminance", "matched"),
        methods=_PAINTING,
    )
    solve_size: int = _setting(
        None,
        "Longer side in pixels of the finest level that is solved. A panorama is solved "
        "longer, with the area of a photo 2.5 times as wide as high. "
        f"Default, by quality: {_by_quality('solve_size')}.",
        minimum=32,
        kind=int,
    )
    full_resolution: bool = _setting(
        True,
        "Apply the result to the content image at its own size; otherwise the output has the "
        "solve size.",
    )
    content_weight: float = _setting(
        0.1, "Weight of the content loss.", minimum=0, by_method={"artistic": 0.5, "semantic": 1.0}
    )
    style_weight: float = _setting(
        0.3,
        "Weight of the style losses; semantic method: of the patch loss.",
        minimum=0,
        by_method={"artistic": 1.0, "semantic": 3.0},
    )
    statistics_weight: float = _setting(
        1.0,
        "Weight of the statistics of each label's colours and layers, beside the patches, "
        "which alone wash colours out; 0 leaves the published method.",
        minimum=0,
        methods=("semantic",),
    )
    photorealism_weight: float = _setting(
        400.0,
        "Weight of the matting Laplacian's photorealism loss.",
        minimum=0,
        by_method=dict.fromkeys(_PAINTING, 0.0),
    )
    structure_weight: float = _setting(
        0.5,
        "Weight of the structure loss: edges are those of the content image.",
        minimum=0,
        by_method=dict.fromkeys(_PAINTING, 0.0),
    )
    tv_weight: float = _setting(
        0.0,
        "Weight of the total variation.",
        minimum=0,
        by_method={"artistic": 0.0, "semantic": 5.0},
    )
    style_statistic: str = _setting(
        "centred",
        "What the style loss compares: means and covariances (centred), or the papers' raw Gram "
        "matrices (gram).",
        choices=("centred", "gram"),
        methods=_BY_SEGMENT,
    )
    normalization: str = _setting(
        "relative",
        "Units of content and style weight: relative to the targets (relative), or alpha and beta "
        "of Gatys et al. 2016, with raw Gram matrices (gatys).",
        choices=NORMALIZATIONS,
        methods=("artistic",),
    )
    guidance: str = _setting(
        "simple",
        "Which positions of a layer belong to a segment: by the share of their area (simple), "
        "those that see nothing else (inside), or all that see any of it (all).",
        choices=GUIDANCE_KINDS,
        methods=("photo",),
    )
    max_evaluations: int | None = _setting(
        None,
        "Evaluations of the objective at the finest level. Default, by quality: "
        f"{_by_quality('max_evaluations')}; for photos that are smaller, up to twice as many.",
        minimum=1,
        kind=int,
    )
    optimizer: str = _setting("lbfgs", "Minimiser.", choices=("lbfgs", "adam"))
    init: str = _setting(
        "color_matched",
        "Initial image: content (for a doodle, which has none, noise), color_matched, noise, "
        "style, or the path of an image.",
        by_method=dict.fromkeys(_PAINTING, "content"),
        is_file=True,
    )
    seed: int = _setting(0, "Seed of all that is random.", minimum=0)

    def __post_init__(self) -> None:
        """Fill in the method's defaults, and check every field."""
        for name in ("method", "quality"):
            self._check(self.__dataclass_fields__[name])
        for field in dataclasses.fields(self):
            if getattr(self, field.name) is None:
                object.__setattr__(self, field.name, self._default(field))
        for field in dataclasses.fields(self):
            if getattr(self, field.name) is not None:
                self._check(field)
        if self.segmentation_model and self.segmentation == "none":
            raise ValueError(
                f"segmentation_model is {self.segmentation_model!r} and segmentation is 'none', it "
                "must be labels or auto for the model to be used: leave one of the two out."
            )

    def defaults(self) -> "TransferConfig":
        """Return the settings that the method has if nothing else is set."""
        return TransferConfig(self.method, self.quality, normalization=self.normalization)

    @property
    def effort(self) -> Effort:
        """The work that the quality is worth."""
        efforts = PAINTING_EFFORTS if self.method in _PAINTING else PHOTO_EFFORTS
        return efforts[self.quality]

    def takes(self, name: str) -> bool:
        """Return whether a setting belongs to the method.

        Args:
            name: of a field.
        """
        methods = self.__dataclass_fields__[name].metadata["methods"]
        return not methods or self.method in methods

    def _default(self, field: dataclasses.Field) -> Any:
        """Return the default of a field for these settings."""
        if field.name == "solve_size":
            return self.effort.solve_size
        if field.name == "content_weight" and self.normalization == "gatys":
            return GATYS_CONTENT_WEIGHT
        return field.metadata["by_method"].get(self.method, field.metadata["default"])

    def _check(self, field: dataclasses.Field) -> None:
        """Check one field that has a value."""
        value = getattr(self, field.name)
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
        if not self.takes(field.name) and value != self._default(field):
            methods = " or ".join(map(repr, field.metadata["methods"]))
            raise ValueError(
                f"{field.name} is {value!r} and method is {self.method!r}, which does not take it: "
                f"leave it out, or set method to {methods}."
            )
