"""The overview of a batch: one page with a row for each job, which can be sorted by any metric."""

import dataclasses
import html
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dpst import images
from dpst.metrics import Metrics
from dpst.report.files import PAGE_NAME, TRACE_NAME
from dpst.report.html import data_uri, document, number, section, table

_THUMBNAIL_SIDE = 200


@dataclass(frozen=True, eq=False)
class OverviewRow:
    """What the overview shows of a job.

    Attributes:
        line: its line in the jobs file.
        title: the output image's name.
        output: address of the output image from the page's folder; "" where there is none.
        report: address of the job's own report; "" where there is none.
        pictures: thumbnails, float32 [height, width, 3], RGB in [0, 1], by "before" and "after";
            those that exist.
        metrics: the known ones by name.
        seconds: how long it took; None where that is unknown.
        error: why it failed; "" where it did not.
    """

    line: int
    title: str
    output: str = ""
    report: str = ""
    pictures: Mapping[str, images.FloatImage] = field(default_factory=dict)
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    seconds: float | None = None
    error: str = ""


def overview_page(rows: Sequence[OverviewRow]) -> str:
    """Return the page of a batch.

    Args:
        rows: one for each job; failed jobs are listed below the others.

    Returns:
        A whole HTML document with all its thumbnails.
    """
    done = [row for row in rows if not row.error]
    failed = [row for row in rows if row.error]
    title = f"{len(rows)} {'job' if len(rows) == 1 else 'jobs'}, {len(failed)} failed"
    body = [
        f"<h1>{title}</h1>",
        '<p class="quiet">Press the name of a column to sort by it, again to turn it round.</p>',
        _jobs_table(done),
        f"<ul>{_metric_words()}</ul>",
    ]
    if failed:
        body.append(section("Failed", _failures_table(failed)))
    return document(f"dpst: {title}", "\n".join(body), is_overview=True)


def overview_row(
    folder: str | os.PathLike[str], line: int, flags: Mapping[str, str], error: str = ""
) -> OverviewRow:
    """Gather a row from the files that a job wrote; unreadable ones are left out.

    Args:
        folder: where the page is to lie.
        line: the job's line in the jobs file.
        flags: the job's flags by name.
        error: why it failed; "" where it did not.

    Returns:
        The row.
    """
    output = flags.get("output_image", "")
    title = os.path.basename(output)
    if error:
        return OverviewRow(line, title, error=error)
    report_dir = Path(flags.get("report_dir", ""))
    has_report = "report_dir" in flags and (report_dir / PAGE_NAME).is_file()
    metrics, seconds = read_trace(report_dir / TRACE_NAME) if has_report else ({}, None)
    paths = {"before": flags.get("content_image", ""), "after": output}
    pictures = {words: _thumbnail(path) for words, path in paths.items()}
    return OverviewRow(
        line=line,
        title=title,
        output=_address(output, folder),
        report=_address(report_dir / PAGE_NAME, folder) if has_report else "",
        pictures={words: image for words, image in pictures.items() if image is not None},
        metrics=metrics,
        seconds=seconds,
    )


def _jobs_table(rows: Sequence[OverviewRow]) -> str:
    names = [metric.name for metric in dataclasses.fields(Metrics)]
    header = [(_sorter("line"), "number"), ("before", ""), ("after", ""), (_sorter("result"), "")]
    header += [(_sorter(name), "number") for name in (*names, "seconds")]
    return table(header, [_row(row, names) for row in rows])


def _metric_words() -> str:
    return "".join(
        f"<li><b>{metric.name}</b>: {html.escape(metric.metadata['words'])}, "
        f"{'higher' if metric.metadata['is_higher_better'] else 'lower'} is better</li>"
        for metric in dataclasses.fields(Metrics)
    )


def _failures_table(rows: Sequence[OverviewRow]) -> str:
    errors = [
        f'<tr><td class="number">{row.line}</td><td>{html.escape(row.title)}</td>'
        f"<td>{html.escape(row.error)}</td></tr>"
        for row in rows
    ]
    return table([("line", "number"), ("result", ""), ("error", "")], errors)


def _row(row: OverviewRow, names: Sequence[str]) -> str:
    title = html.escape(row.title)
    cells = [f'<td class="number">{row.line}</td>']
    for words in ("before", "after"):
        image = row.pictures.get(words)
        alt = f"{title}, {words}"
        shown = "–" if image is None else f'<img src="{data_uri(image)}" alt="{alt}">'
        cells.append(f'<td class="thumbnail">{shown}</td>')
    links = [f'<a href="{html.escape(row.output)}">{title}</a>']
    if row.report:
        links.append(f'<a href="{html.escape(row.report)}">report<i> of {title}</i></a>')
    cells.append(f'<td data-value="{title}">{"<br>".join(links)}</td>')
    for value in [*(row.metrics.get(name) for name in names), row.seconds]:
        is_known = value is not None and math.isfinite(value)
        known = f' data-value="{value!r}"' if is_known else ' data-value=""'
        cells.append(f'<td class="number"{known}>{number(value)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _sorter(name: str) -> str:
    return f'<button type="button">{name.replace("_", "_<wbr>")}</button>'


def _address(path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> str:
    return quote(os.fsencode(Path(os.path.relpath(path, folder)).as_posix()))


def _thumbnail(path: str) -> images.FloatImage | None:
    try:
        return images.read_photo(path).image(_THUMBNAIL_SIDE) if path else None
    except (OSError, ValueError):
        return None


def read_trace(path: Path) -> tuple[dict[str, float | None], float | None]:
    """Return the metrics and the seconds that a trace tells of.

    Args:
        path: of the trace; it need not be there.

    Returns:
        The metrics by name, and the seconds; None for what is no finite number.
    """
    try:
        trace = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}, None
    trace = trace if isinstance(trace, dict) else {}
    metrics = trace.get("metrics")
    known = metrics if isinstance(metrics, dict) else {}
    return {name: _number(value) for name, value in known.items()}, _number(trace.get("seconds"))


def _number(value: Any) -> float | None:
    """Return a value if it is a finite number, else None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return float(value) if is_number and math.isfinite(value) else None
    except OverflowError:
        return None
