"""The picture report of a run: one page of HTML that needs nothing else, and no network."""

import base64
import dataclasses
import html
import importlib.resources
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

import cv2
import numpy as np
from PIL import Image

from dpst import images
from dpst.metrics import Metrics
from dpst.report.loss_chart import CURVE_COLORS, loss_chart
from dpst.version import __version__

COMPARED_SIDE = 4096  # pixels: larger photos are shown at this longer side
FULL_RESIDUAL = 0.05  # RGB units: residuals from here on have the brightest colour

_TEMPLATE = "page.html"
_SMALL_SIDE = 480
_QUALITY = 90
_TINT = 0.55
_UNUSED = "#808080"


@dataclass(frozen=True, eq=False)
class ReportPictures:
    """What a report shows, float32 [height, width, 3], RGB in [0, 1], each of any size.

    Attributes:
        content_image: the photo; None for a doodle or a texture.
        output_image: what became of it, of the same size.
        style_images: what its look is from.
        segments: the content and the style image with their segments tinted, see
            `tinted_segments`; none if there are no segments.
        residual: float32 [h, w], where the output is no recolouring, see
            `dpst.metrics.affine_residual`; None for a painting.
    """

    content_image: np.ndarray | None
    output_image: np.ndarray
    style_images: Sequence[np.ndarray]
    segments: Sequence[np.ndarray] = ()
    residual: np.ndarray | None = None


def tinted_segments(image: np.ndarray, labels: np.ndarray, ranks: Sequence[int]) -> np.ndarray:
    """Tint each segment of an image.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].
        labels: int [h, w], 0 ... K-1, of any size.
        ranks: number of each label's tint, negative for grey.

    Returns:
        float32 [height, width, 3], at most 480 px a side.
    """
    small = images.resize(image, images.fit_size(image.shape[:2], _SMALL_SIDE))
    names = [CURVE_COLORS[r % len(CURVE_COLORS)] if r >= 0 else _UNUSED for r in ranks]
    palette = np.array([list(bytes.fromhex(name[1:])) for name in names], np.float32) / 255
    shown = cv2.resize(labels, small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    # Lightness stays visible below the tint.
    grey = small.mean(-1, keepdims=True)
    return (_TINT * palette[shown] + (1 - _TINT) * grey).astype(np.float32)


def report_page(
    trace: Mapping[str, Any],
    pictures: ReportPictures,
    baseline: Mapping[str, float | None] | None = None,
) -> str:
    """The page of one run.

    Args:
        trace: from `dpst.report.trace.run_trace`.
        pictures: what it shows.
        baseline: metrics of the free baseline, by name; None for none.

    Returns:
        A whole HTML document, with all pictures in it.
    """
    files = [trace["inputs"].get(name) for name in ("content_image", "content_labels")]
    content_name = html.escape(str(next((file["path"] for file in files if file), "a texture")))
    style_name = html.escape(str(trace["inputs"]["style_image"]["path"]))
    seconds = f"{trace['seconds']:.0f} s" if trace.get("seconds") is not None else "unknown time"
    body = [
        f"<h1>{content_name} with the look of {style_name}</h1>",
        f'<p class="quiet">{html.escape(trace["config"]["method"])} method, solved in {seconds}: '
        f"{html.escape(trace['stop_reason'])}.</p>",
        _comparison(pictures),
        _section("Where the look is from", _style_pictures(pictures)),
        _section("Segments", _segments(trace, pictures)),
        _section("Losses", _losses(trace)),
        _section("Measured", _metrics(trace["metrics"], baseline)),
        _section("Where it is no recolouring", _residual(pictures)),
        _section("Settings", _settings(trace)),
    ]
    return document(f"dpst: {content_name}", "\n".join(body))


def data_uri(image: np.ndarray) -> str:
    """A picture, float32 [height, width, 3], RGB in [0, 1], as a JPEG file within an address."""
    pixels = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


def document(title: str, body: str, is_overview: bool = False) -> str:
    """A page around what is on it.

    Args:
        title: as HTML.
        body: as HTML.
        is_overview: whether it is one of many runs, with a wide table.

    Returns:
        A whole HTML document that needs nothing else.
    """
    template = importlib.resources.files(__package__).joinpath(_TEMPLATE).read_text("utf-8")
    kind = "overview" if is_overview else "run"
    return Template(template).substitute(title=title, body=body, version=__version__, kind=kind)


def table(header: Sequence[tuple[str, str]], rows: Sequence[str]) -> str:
    """A table as HTML.

    Args:
        header: of each column its name, as HTML, and its class.
        rows: as HTML.
    """
    cells = "".join(
        f'<th scope="col" class="{kind}">{name}</th>' if name else "<td></td>"
        for name, kind in header
    )
    return (
        f'<div class="wide"><table><thead><tr>{cells}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def number(value: float | None) -> str:
    """A value in three digits, or a dash if there is none."""
    return "–" if value is None or not math.isfinite(value) else f"{value:#.3g}"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>\n{content}\n</section>" if content else ""


def _figure(image: np.ndarray, caption: str) -> str:
    small = images.resize(image, images.fit_size(image.shape[:2], _SMALL_SIDE))
    alt = html.escape(caption)
    return (
        f'<figure><img src="{data_uri(small)}" alt="{alt}"><figcaption>{alt}</figcaption></figure>'
    )


def _row(figures: Sequence[str]) -> str:
    return f'<div class="row">{"".join(figures)}</div>' if figures else ""


def _comparison(pictures: ReportPictures) -> str:
    """Before and after, one over the other, with a handle between them; after alone if need be."""
    height, width = pictures.output_image.shape[:2]
    size = f'<p class="quiet">{width} x {height} px</p></section>'
    if pictures.content_image is None:
        image = f'<img src="{data_uri(pictures.output_image)}" alt="the result">'
        return f'<section aria-label="Result">{image}{size}'
    return (
        '<section aria-label="Before and after"><div class="compare" id="compare">'
        f'<img src="{data_uri(pictures.content_image)}" alt="before" width="{width}" '
        f'height="{height}"><img src="{data_uri(pictures.output_image)}" alt="after"></div>'
        '<label for="cut">before on the left, after on the right</label>'
        '<input type="range" id="cut" data-for="compare" min="0" max="100" value="50" step="0.5">'
        f"{size}"
    )


def _style_pictures(pictures: ReportPictures) -> str:
    count = len(pictures.style_images)
    names = ["style image"] if count == 1 else [f"style image {k + 1}" for k in range(count)]
    return _row([_figure(i, n) for i, n in zip(pictures.style_images, names, strict=True)])


def _segments(trace: Mapping[str, Any], pictures: ReportPictures) -> str:
    captions = (
        "content image: each tint takes the look of the same tint, grey is kept",
        "style image: grey is not used",
    )
    figures = [
        _figure(image, caption) for image, caption in zip(pictures.segments, captions, strict=False)
    ]
    rows = []
    for row in trace["segments"]:
        color = row["color"]
        swatch = f'<span class="swatch" style="background:#{html.escape(color)}"></span> '
        rows.append(
            f"<tr><td>{swatch if color else ''}{html.escape(row['label'])}</td>"
            f'<td class="number">{row["content_share"]:.1%}</td>'
            f'<td class="number">{row["style_share"]:.1%}</td>'
            f"<td>{html.escape(row['finding'])}</td><td>{html.escape(row['action'])}</td></tr>"
        )
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in trace["notes"])
    found = table(
        [("label", ""), ("content", "number"), ("style", "number"), ("found", ""), ("done", "")],
        rows,
    )
    return _row(figures) + (found if rows else "") + (f"<ul>{notes}</ul>" if notes else "")


def _losses(trace: Mapping[str, Any]) -> str:
    rows = trace.get("losses") or []
    shown = [{name: row[name] for name in row if "/" not in name} for row in rows]
    chart = loss_chart(shown, "Losses against evaluations of the objective")
    note = (
        '<p class="quiet">Weighted terms, and their sum in bold. Where a curve starts anew the '
        "solve goes on at a larger size, with which losses do not compare.</p>"
    )
    return chart + note if chart else ""


def _metrics(metrics: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> str:
    header = [("what", ""), ("metric", ""), ("result", "number")]
    if baseline is not None:
        header.append(("colours matched", "number"))
    rows = []
    for field in dataclasses.fields(Metrics):
        values = [metrics[field.name]] + ([] if baseline is None else [baseline[field.name]])
        cells = "".join(f'<td class="number">{number(value)}</td>' for value in values)
        better = "higher" if field.metadata["is_higher_better"] else "lower"
        rows.append(
            f"<tr><td>{html.escape(field.metadata['words'])}</td><td>{field.name}</td>{cells}"
            f'<td class="quiet">{better} is better</td></tr>'
        )
    note = (
        '<p class="quiet">Colours matched: each segment recoloured by one linear map (Pitie and '
        "Kokaram 2007), which costs nothing.</p>"
    )
    return table([*header, ("", "")], rows) + (note if baseline is not None else "")


def _residual(pictures: ReportPictures) -> str:
    if pictures.residual is None:
        return ""
    levels = np.clip(pictures.residual / FULL_RESIDUAL, 0, 1)
    colors = cv2.applyColorMap(np.rint(levels * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    caption = (
        "Distance of the result from its best local recolouring of the photo: black is none, "
        f"yellow {FULL_RESIDUAL:g} of the range of colours or more."
    )
    return _row([_figure(colors[..., ::-1].astype(np.float32) / 255, caption)])


def _settings(trace: Mapping[str, Any]) -> str:
    kept = {key: trace[key] for key in ("version", "config", "inputs")}
    text = html.escape(json.dumps(kept, indent=1, default=str))
    return f'<pre tabindex="0" aria-label="Settings">{text}</pre>'
