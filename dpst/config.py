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


def _setting(
    default: Any,
    help_text: str,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:
    metadata = {
        "help": help_text,
        "type": type(default),
        "choices": choices,
        "minimum": minimum,
        "maximum": maximum,
    }
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class TransferConfig:
    """Settings of a transfer; the defaults need no tuning.

    Weights are of relative losses, so they hold for any size, network and pair.

    Raises:
        ValueError: a value is out of range, or none of the choices.
    """

    method: str = _setting("photo", "Kind of transfer.", choices=("photo",))
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
    solve_size: int = _setting(
        700, "Longer side in pixels of the finest level that is solved.", minimum=32
    )
    full_resolution: bool = _setting(
        True,
        "Apply the result to the content image at its own size; otherwise the output has the "
        "solve size.",
    )
    content_weight: float = _setting(0.1, "Weight of the content loss.", minimum=0)
    style_weight: float = _setting(0.3, "Weight of the style losses.", minimum=0)
    photorealism_weight: float = _setting(
        1000.0, "Weight of the matting Laplacian's photorealism loss.", minimum=0
    )
    structure_weight: float = _setting(
        0.5, "Weight of the structure loss: edges are those of the content image.", minimum=0
    )
    tv_weight: float = _setting(0.0, "Weight of the total variation.", minimum=0)
    style_statistic: str = _setting(
        "centred",
        "What the style loss compares: means and covariances (centred), or the papers' raw Gram "
        "matrices (gram).",
        choices=("centred", "gram"),
    )
    guidance: str = _setting(
        "simple",
        "Which positions of a layer belong to a segment: by the share of their area (simple), "
        "those that see nothing else (inside), or all that see any of it (all).",
        choices=GUIDANCE_KINDS,
    )
    max_evaluations: int = _setting(
        30, "Evaluations of the objective at the finest level.", minimum=1
    )
    optimizer: str = _setting("lbfgs", "Minimiser.", choices=("lbfgs", "adam"))
    init: str = _setting(
        "color_matched",
        "Initial image: content, color_matched, noise, or the path of an image.",
    )
    seed: int = _setting(0, "Seed of all that is random.", minimum=0)

    def __post_init__(self) -> None:
        """Check every field."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            choices, minimum = field.metadata["choices"], field.metadata["minimum"]
            if choices and value not in choices:
                raise ValueError(f"{field.name} is {value!r}, must be one of {', '.join(choices)}.")
            if minimum is not None and not minimum <= value < float("inf"):
                raise ValueError(
                    f"{field.name} is {value}, must be finite and at least {minimum}; "
                    f"the default is {field.default}."
                )
            maximum = field.metadata["maximum"]
            if maximum is not None and value > maximum:
                raise ValueError(
                    f"{field.name} is {value}, must be at most {maximum}; "
                    f"the default is {field.default}."
                )
        if self.segmentation_model and self.segmentation == "none":
            raise ValueError(
                f"segmentation_model is {self.segmentation_model!r} and segmentation is 'none', it "
                "must be labels or auto for the model to be used: leave one of the two out."
            )

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
        return self.segmentation == "auto" or (self.segmentation == "labels" and not has_label_maps)
