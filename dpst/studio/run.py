"""One transfer of the studio: what is asked for, and what there is to see on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dpst import images
from dpst.config import TransferConfig
from dpst.methods import Inputs
from dpst.pair_run import PairRun, PlannedPair, SolvedPair
from dpst.studio.extractor import GetExtractor
from dpst.studio.loaded_pair import LoadedPair
from dpst.studio.segments import Segments

if TYPE_CHECKING:
    from dpst.segmentation import LabelMap
    from dpst.solving.progress import Progress


@dataclass(frozen=True, eq=False)
class Request:
    """What should be solved.

    Attributes:
        pair: the photos.
        segments: their label maps; None for whole images.
        config: the settings, `segment_map` among them.
    """

    pair: LoadedPair
    segments: Segments | None
    config: TransferConfig


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What there is to see at a moment of a transfer.

    Attributes:
        image: float32 [height, width, 3], RGB in [0, 1].
        text: what it shows.
        losses: after each chunk of evaluations so far, see `dpst.callbacks.CallbackRun`.
    """

    image: images.FloatImage
    text: str
    losses: tuple[Mapping[str, float], ...] = ()


def plan_request(request: Request, get_extractor: GetExtractor) -> PlannedPair:
    """Check a request, and plan it as the command line does.

    Args:
        request: what should be solved.
        get_extractor: loads the network, or waits for it; only called by a method that looks for
            segments itself, which those of the library do not: the page has them, or wants none.

    Returns:
        The pair and its plan.

    Raises:
        ValueError: segments and settings do not fit together.
    """

    def find(inputs: Inputs) -> tuple[LabelMap, LabelMap]:
        from dpst.methods.find_segments import find_label_maps

        content, style = inputs.photo(request.config), inputs.style_images[0]
        return find_label_maps(content, style, get_extractor, request.config.num_segments)

    pair = request.pair
    content_labels, style_labels = None, None
    if request.segments is not None:
        content_labels, style_labels = request.segments.pictures()
    return PairRun(
        request.config,
        None if pair.is_doodle else pair.content.photo,
        [pair.style.image],
        [pair.style.photo.size],
        content_labels,
        None if style_labels is None else [style_labels],
    ).plan(find)


def solve(
    planned: PlannedPair,
    get_extractor: GetExtractor,
    report: Callable[[Snapshot], bool],
) -> SolvedPair:
    """Solve, and report on the way.

    Args:
        planned: from `plan_request`.
        get_extractor: loads the network, or waits for it.
        report: called with what there is to see: at once the preview, if the method has one, then
            the best so far after each chunk of evaluations. The solve ends early if it returns
            True.

    Returns:
        The pair and its result.
    """
    if planned.preview is not None:
        size = images.fit_area(planned.content_image.shape[:2], planned.pair.config.solve_size)
        preview = planned.preview.apply(images.resize(planned.content_image, size)).clip(0, 1)
        report(Snapshot(preview, "First look: the colours of each segment are matched."))

    from dpst.callbacks import LossRecord
    from dpst.solving.progress import progress_text

    record = LossRecord()

    def show(progress: Progress) -> bool:
        text = progress_text(progress)
        image = progress.image.numpy().clip(0, 1)
        return report(Snapshot(image, f"{text[:1].upper()}{text[1:]}.", tuple(record.rows)))

    return planned.solve(get_extractor(), show, [record])
