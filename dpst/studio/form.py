"""What is set in the form of the page, as a request."""

from dataclasses import dataclass

from dpst.config import METHODS, TransferConfig
from dpst.methods import load_method
from dpst.studio.links import chosen_links, linked_segments, segment_map_text
from dpst.studio.loaded_pair import LoadedPair
from dpst.studio.run import Request
from dpst.studio.segments import Segments


@dataclass(frozen=True)
class Form:
    """Settings as they are given on the page.

    Attributes:
        method: one of `dpst.config.METHODS`.
        is_by_segment: whether segments are matched one by one, or whole images.
        solve_size: longer side in pixels of the finest level.
        content_weight: weight of the content loss.
        style_weight: weight of the style losses.
        photorealism_weight: weight of the photorealism loss.
        max_evaluations: evaluations at the finest level; 0 for the default of the method.
    """

    method: str
    is_by_segment: bool
    solve_size: float
    content_weight: float
    style_weight: float
    photorealism_weight: float
    max_evaluations: float

    @classmethod
    def with_defaults(cls, method: str) -> "Form":
        """Return the form of a method before anything is changed."""
        config = TransferConfig(method=method)
        return cls(
            method=method,
            is_by_segment=load_method(config).is_by_segment,
            solve_size=config.solve_size,
            content_weight=config.content_weight,
            style_weight=config.style_weight,
            photorealism_weight=config.photorealism_weight,
            max_evaluations=config.max_evaluations or 0,
        )


def method_choices() -> list[tuple[str, str]]:
    """Return (text, name) of each method that there is."""
    methods = {name: load_method(TransferConfig(method=name)) for name in METHODS}
    return [(f"{name}: {method.description}", name) for name, method in methods.items()]


def doodle_method() -> str:
    """Return the method that paints a doodle."""
    methods = {name: load_method(TransferConfig(method=name)) for name in METHODS}
    return next(name for name, method in methods.items() if not method.needs_content)


def make_request(
    pair: LoadedPair | None, segments: Segments | None, links: dict[int, str], form: Form
) -> Request:
    """Check what is given, and put it together.

    Args:
        pair: the photos, or None if there are none yet.
        segments: segments of the pair.
        links: what each content segment was chosen to take, by the index of its colour.
        form: the settings.

    Returns:
        The request.

    Raises:
        ValueError: there is no pair, or a setting is out of range.
    """
    if pair is None or segments is None:
        raise ValueError("there is no pair of photos yet: load a photo and a style, or a sample.")
    empty = [name for name, value in vars(form).items() if value is None]
    if empty:
        raise ValueError(f"{', '.join(empty)} is empty, must be a number: give one.")
    if pair.is_doodle and not form.is_by_segment:
        raise ValueError("a doodle is painted by its segments: tick 'Match segment by segment'.")
    defaults = TransferConfig(method=form.method)
    segmentation, segment_map = defaults.segmentation, ""
    if not form.is_by_segment:
        # Whole images have to be asked for where the method would look for segments.
        segmentation = "none" if load_method(defaults).is_by_segment else segmentation
    elif defaults.takes("segment_map"):
        segment_map = segment_map_text(chosen_links(segments, links))
    else:
        segments = linked_segments(segments, chosen_links(segments, links), form.method)
    config = TransferConfig(
        method=form.method,
        segmentation=segmentation,
        segment_map=segment_map,
        solve_size=int(form.solve_size),
        content_weight=float(form.content_weight),
        style_weight=float(form.style_weight),
        photorealism_weight=float(form.photorealism_weight),
        max_evaluations=int(form.max_evaluations) or None,
    )
    return Request(pair, segments if form.is_by_segment else None, config)
