"""What a run did and how good it is: lines for a terminal, and the files of a report."""

import dataclasses
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dpst.config import TransferConfig
from dpst.files.whole_file import whole_file
from dpst.version import __version__

if TYPE_CHECKING:
    from dpst.methods.transfer import TransferResult
    from dpst.metrics import Metrics

TRACE_NAME = "trace.json"
PAGE_NAME = "index.html"


def metric_lines(metrics: "Metrics") -> Iterator[str]:
    """Metrics in words, aligned below each other.

    Args:
        metrics: of a transfer.

    Yields:
        A line each: words, the field's name, the value ("-" if there is none), and which way is
        better.
    """
    fields = dataclasses.fields(metrics)
    texts = [f"{field.metadata['words']} ({field.name})" for field in fields]
    width = max(map(len, texts))
    for field, text in zip(fields, texts, strict=True):
        value = getattr(metrics, field.name)
        number = "-" if math.isnan(value) else f"{value:#.3g}"
        direction = "higher" if field.metadata["is_higher_better"] else "lower"
        yield f"{text:<{width}}  {number:>8}  {direction} is better"


def run_trace(
    inputs: Mapping[str, Mapping[str, Any]],
    config: TransferConfig,
    result: "TransferResult",
    seconds: float,
    losses: Sequence[Mapping[str, float]] = (),
) -> dict[str, Any]:
    """Everything about a run but the pictures, ready for JSON.

    Args:
        inputs: what is known of each input file (its path, its size), by flag.
        config: the settings.
        result: what the transfer gave.
        seconds: how long it took.
        losses: what callbacks were told after each chunk of evaluations, see
            `dpst.callbacks.CallbackRun`.

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


def check_report_dir(folder: str | os.PathLike[str], name: str = "report_dir") -> None:
    """Check, before any work starts, that a report can be written. Creates and deletes nothing.

    Args:
        folder: where the report shall go; it and its parents need not exist.
        name: where the folder came from, for messages.

    Raises:
        ValueError: something else has the folder's name or that of a parent, or it is not writable.
    """
    folder = Path(folder)
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise ValueError(
            f"{name} '{folder}' cannot be a folder, '{existing}' is a file: choose another "
            "folder, or move the file away."
        )
    for file_name in (TRACE_NAME, PAGE_NAME):
        if (folder / file_name).is_dir():
            raise ValueError(
                f"{name} '{folder}' holds a folder '{file_name}', where a file shall go: choose "
                "another folder."
            )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ValueError(
            f"{name} '{folder}' is not writable, or cannot be created in '{existing}': choose "
            "another folder."
        )


def write_trace(path: str | os.PathLike[str], trace: Mapping[str, Any]) -> None:
    """Write a trace as JSON, whole or not at all; its folder is created if it is missing.

    Args:
        path: the file, replaced if it exists.
        trace: from `run_trace`.

    Raises:
        ValueError: the file cannot be written.
    """
    write_text(path, json.dumps(trace, indent=1, allow_nan=False) + "\n")


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a file of a report, whole or not at all; its folder is created if it is missing.

    Args:
        path: the file, replaced if it exists.
        text: what it holds, written as UTF-8.

    Raises:
        ValueError: the file cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise ValueError(
            f"report '{path}' cannot be written ({error}): free space or change --report_dir."
        ) from error


def _without_nan(value: Any) -> Any:
    """The same with None for floats that are not finite, and lists for tuples."""
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
