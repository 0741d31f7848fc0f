"""The trace of a run: what it did and how good it is, as values, as JSON and in lines of text."""

import dataclasses
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dpst.config import TransferConfig
from dpst.report.files import write_text
from dpst.version import __version__

if TYPE_CHECKING:
    from dpst.methods.result import TransferResult
    from dpst.metrics import Metrics


def run_trace(
    inputs: Mapping[str, Mapping[str, Any]],
    config: TransferConfig,
    result: "TransferResult",
    seconds: float,
    losses: Sequence[Mapping[str, float]] = (),
) -> dict[str, Any]:
    """Return everything about a run but its pictures, ready for JSON.

    Args:
        inputs: what is known of each input file (its path, its size), by flag.
        config: the settings.
        result: the result of the transfer.
        seconds: how long it took.
        losses: the losses after each chunk of evaluations, see `dpst.callbacks.CallbackRun`.

    Returns:
        version, config, inputs, notes, segments, history, losses, stop_reason, seconds and metrics;
        NaN and infinity, which JSON lacks, are None.
    """
    history = [
        dict(zip(("level", "evaluations", "loss"), row, strict=True)) for row in result.history
    ]
    trace = {
        "version": __version__,
        "config": dataclasses.asdict(config),
        "inputs": inputs,
        "notes": result.notes,
        "segments": [dataclasses.asdict(row) for row in result.segments],
        "history": history,
        "losses": [dict(row) for row in losses],
        "stop_reason": result.stop_reason.value,
        "seconds": seconds,
        "metrics": dataclasses.asdict(result.metrics),
    }
    return _without_nan(trace)


def write_trace(path: str | os.PathLike[str], trace: Mapping[str, Any]) -> None:
    """Write a trace as JSON, whole or not at all; its folder is created if it is missing.

    Args:
        path: the file, replaced if it exists.
        trace: from `run_trace`.

    Raises:
        ValueError: the file cannot be written.
    """
    write_text(path, json.dumps(trace, indent=1, allow_nan=False) + "\n")


def metric_lines(metrics: "Metrics") -> Iterator[str]:
    """Put metrics into words, aligned below each other.

    Args:
        metrics: of a transfer.

    Yields:
        For each metric its words, its name, its value ("-" where it has none), and whether higher
        or lower is better.
    """
    fields = dataclasses.fields(metrics)
    texts = [f"{field.metadata['words']} ({field.name})" for field in fields]
    width = max(map(len, texts))
    for field, text in zip(fields, texts, strict=True):
        value = getattr(metrics, field.name)
        number = "-" if math.isnan(value) else f"{value:#.3g}"
        direction = "higher" if field.metadata["is_higher_better"] else "lower"
        yield f"{text:<{width}}  {number:>8}  {direction} is better"


def _without_nan(value: Any) -> Any:
    """Return a value with None for floats that are not finite, and lists for tuples."""
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
