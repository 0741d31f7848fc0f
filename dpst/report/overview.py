"""The overview of a batch: one page with a row for each job, which sorts by any metric."""

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

import numpy as np

from dpst import images
from dpst.metrics import Metrics
from dpst.report.page import data_uri, document, number, table
from dpst.report.trace import PAGE_NAME, TRACE_NAME

_THUMBNAIL_SIDE = 200


@dataclass(frozen=True, eq=False)
class OverviewRow:
    """What is shown of a job.

    Attributes:
        line: of the jobs file.
        title: the output image's name.
        output: address of the output image, from the page's folder; empty for none.
        report: address of the job's own report; empty for none.
        pictures: thumbnails before and after, float32 [height, width, 3], RGB in [0, 1], by what
            they show; those that there are.
        metrics: by name, as far as they are known.
        seconds: how long it took; None if that is not known.
        error: why it failed; empty if it did not.
    """

    line: int
    title: str
    output: str = ""
    report: str = ""
    pictures: Mapping[str, np.ndarray] = field(default_factory=dict)
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    seconds: float | None = None
    error: str = ""


def overview_page(rows: Sequence[OverviewRow]) -> str:
    """The page of a batch.

    Args:
        rows: one a job; those with an error are listed below the others.

    Returns:
        A whole HTML document, with all thumbnails in it.
    """
    done = [row for row in rows if not row.error]
    failed = [row for row in rows if row.error]
    names = [metric.name for metric in dataclasses.fields(Metrics)]
    header = [("line", "number"), ("before", ""), ("after", ""), ("result", "")]
    header += [(name, "number") for name in (*names, "seconds")]
    header = [
        (name if name in ("before", "after") else _sorter(name), kind) for name, kind in header
    ]
    words = "".join(
        f"<li><b>{metric.name}</b>: {html.escape(metric.metadata['words'])}, "
        f"{'higher' if metric.metadata['is_higher_better'] else 'lower'} is better</li>"
        for metric in dataclasses.fields(Metrics)
    )
    title = f"{len(rows)} {'job' if len(rows) == 1 else 'jobs'}, {len(failed)} failed"
    body = [
        f"<h1>{title}</h1>",
        '<p class="quiet">Press the name of a column to sort by it, again to turn it round.</p>',
        table(header, [_row(row, names) for row in done]),
        f"<ul>{words}</ul>",
    ]
    if failed:
        errors = [
            f'<tr><td class="number">{row.line}</td><td>{html.escape(row.title)}</td>'
            f"<td>{html.escape(row.error)}</td></tr>"
            for row in failed
        ]
        columns = [("line", "number"), ("result", ""), ("error", "")]
        body.append(f"<section><h2>Failed</h2>\n{table(columns, errors)}\n</section>")
    return document(f"dpst: {title}", "\n".join(body), is_overview=True)


def overview_row(
    folder: str | os.PathLike[str], line: int, flags: Mapping[str, str], error: str = ""
) -> OverviewRow:
    """Gather a row from what a job wrote; what cannot be read is left out.

    Args:
        folder: where the page shall lie.
        line: of the jobs file.
        flags: of the job, by name.
        error: why it failed; empty if it did not.

    Returns:
        The row.
    """
    output = flags.get("output_image", "")
    title = os.path.basename(output)
    if error:
        return OverviewRow(line, title, error=error)
    report_dir = Path(flags.get("report_dir", ""))
    has_report = "report_dir" in flags and (report_dir / PAGE_NAME).is_file()
    trace = _read_trace(report_dir / TRACE_NAME) if has_report else {}
    paths = {"before": flags.get("content_image", ""), "after": output}
    pictures = {words: _thumbnail(path) for words, path in paths.items()}
    return OverviewRow(
        line=line,
        title=title,
        output=_address(output, folder),
        report=_address(report_dir / PAGE_NAME, folder) if has_report else "",
        pictures={words: image for words, image in pictures.items() if image is not None},
        metrics=trace.get("metrics", {}),
        seconds=trace.get("seconds"),
    )


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
    return quote(Path(os.path.relpath(path, folder)).as_posix())


def _thumbnail(path: str) -> np.ndarray | None:
    try:
        return images.read_photo(path).image(_THUMBNAIL_SIDE) if path else None
    except (OSError, ValueError):
        return None


def _read_trace(path: Path) -> dict[str, Any]:
    try:
        trace = json.loads(path.read_text(encoding="utf-8"))
        return trace if isinstance(trace, dict) else {}
    except (OSError, ValueError):
        return {}
