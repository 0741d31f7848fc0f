"""One transfer of the studio: what is asked for, what is seen on the way, what comes of it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dpst import images
from dpst.config import TransferConfig
from dpst.looks.color_matching import match_colors
from dpst.methods.artistic.plan import StylePlan
from dpst.methods.plan import check_content, plan_from_maps
from dpst.methods.semantic.plan import SemanticPlan, plan_semantic
from dpst.segmentation import Pairing, decode_label_maps
from dpst.studio.loaded_pair import LoadedPair
from dpst.studio.segments import Segments

if TYPE_CHECKING:
    from dpst.extractors import Extractor
    from dpst.methods.result import TransferResult
    from dpst.solving.solve import Progress


Plan = Pairing | StylePlan | SemanticPlan


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be solved.

    Attributes:
        pair: the photos.
        segments: their label maps; None for whole images.
        config: the settings, `segment_map` with them.
    """

    pair: LoadedPair
    segments: Segments | None
    config: TransferConfig


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is to see at a moment of a transfer.

    Attributes:
        image: float32 [height, width, 3], RGB in [0, 1].
        text: what it is.
        losses: after each chunk of evaluations so far, see `dpst.callbacks.CallbackRun`.
    """

    image: images.FloatImage
    text: str
    losses: tuple[dict[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a transfer gave.

    Attributes:
        request: what was asked for.
        plan: which segment serves which.
        result: of the transfer, at the solve size.
        losses: after each chunk of evaluations.
        seconds: how long it took.
    """

    request: Request
    plan: Plan
    result: TransferResult
    losses: tuple[dict[str, float], ...]
    seconds: float


def planned(request: Request) -> Plan:
    """Check a request, and plan which segment serves which, as the command line does.

    Raises:
        ValueError: segments and settings do not fit together.
    """
    pair, config = request.pair, request.config
    check_content(not pair.is_doodle, config)
    if config.method == "semantic":
        sizes = None if pair.is_doodle else pair.content.photo.size, pair.style.photo.size
        if request.segments is None:
            return plan_semantic(*sizes, None, None, config)
        return plan_semantic(*sizes, *request.segments.pictures(), config)
    content, style = pair.content.image, pair.style.image
    if request.segments is None:
        return plan_from_maps(content, [style], None, None, config)
    content_map, style_map = decode_label_maps(
        *request.segments.pictures(), content.shape[:2], style.shape[:2]
    )
    return plan_from_maps(content, [style], content_map, [style_map], config)


def solve_request(
    request: Request,
    plan: Plan,
    get_extractor: Callable[[], Extractor],
    report: Callable[[Seen], bool],
) -> Outcome:
    """Solve, and report on the way.

    Args:
        request: what to solve.
        plan: from `planned`.
        get_extractor: loads the network, or waits for it.
        report: called with what there is to see: at once a picture whose colours are matched, if
            the method has one, and then the best so far after each chunk of evaluations. The solve
            ends early if it returns True.

    Returns:
        The outcome.
    """
    start = time.monotonic()
    pair, config = request.pair, request.config
    if isinstance(plan, Pairing):
        size = images.fit_size(pair.content.image.shape[:2], config.solve_size)
        matched = match_colors(pair.content.image, pair.style.image, plan)
        preview = matched.apply(images.resize(pair.content.image, size)).clip(0, 1)
        report(Seen(preview, "First look: the colours of each segment are matched."))

    from dpst.callbacks import CallbackRun, LossRecord
    from dpst.methods.transfer import transfer

    extractor = get_extractor()
    losses: list[dict[str, float]] = []
    is_stopped = False

    def seen(progress: Progress) -> bool:
        nonlocal is_stopped
        image = progress.image.numpy().clip(0, 1)
        is_stopped = report(Seen(image, progress_text(progress), tuple(losses)))
        return is_stopped

    # Solved and measured at the solve size, as the command line does.
    small = dataclasses.replace(config, full_resolution=False)
    with CallbackRun([LossRecord(losses)], seen) as callback:
        result = transfer(pair.content.image, [pair.style.image], plan, extractor, small, callback)
    return Outcome(request, plan, result, tuple(losses), time.monotonic() - start)


def progress_text(progress: Progress) -> str:
    """Where a solve stands, in a line."""
    height, width = progress.image.shape[:2]
    where = f"Level {progress.level + 1} of {progress.num_levels}, {width} × {height} px: "
    if progress.loss is None:
        return where + "starting."
    where += f"evaluation {progress.evaluations} of {progress.max_evaluations}"
    where += f", loss {progress.loss:.4f}"
    if progress.seconds_left is None:
        return where + "."
    return f"{where}, about {progress.seconds_left:.0f} s left."
