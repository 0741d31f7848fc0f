"""The page of a run: one HTML document that needs no other file, and no network."""

import dataclasses
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from dpst import images
from dpst.metrics import Metrics
from dpst.report.html import (
    chart,
    comparison,
    data_uri,
    document,
    figure,
    figures_row,
    number,
    section,
    table,
)

COMPARED_SIDE = 4096  # pixels: larger photos are shown at this longer side
FULL_RESIDUAL = 0.05  # RGB units: residuals from here on have the brightest colour
FULL_FALSE_STRUCTURE = 0.25  # Delta E per pixel: likewise
FULL_DRIFT = 10.0  # Delta E: likewise


@dataclass(frozen=True, eq=False)
class ReportPictures:
    """The pictures of a report, float32 [height, width, 3], RGB in [0, 1], each of any size.

    Attributes:
        content_image: the photo; None for a doodle or a texture.
        output_image: the result, of the same size.
        style_images: the images that its look is from.
        segments: the content and the style image with their segments tinted; empty where there are
            no segments.
        residual: float32 [h, w], distance of the output from a local recolouring of the photo, see
            `dpst.metrics.affine_residual`; None for a painting.
        false_structure: float32 [h, w], structure of the output where the photo has none, see
            `dpst.metrics.false_structure_map`; None for a painting.
        place_drift: float32 [h, w], drift of colours by place, see `dpst.metrics.place_drift_map`;
            None for a painting.
    """

    content_image: images.FloatImage | None
    output_image: images.FloatImage
    style_images: Sequence[images.FloatImage]
    segments: Sequence[images.FloatImage] = ()
    residual: np.ndarray | None = None
    false_structure: np.ndarray | None = None
    place_drift: np.ndarray | None = None


def report_page(
    trace: Mapping[str, Any],
    pictures: ReportPictures,
    baseline: Mapping[str, float | None] | None = None,
) -> str:
    """Return the page of one run.

    Args:
        trace: from `dpst.report.trace.run_trace`.
        pictures: the pictures to show.
        baseline: metrics of the free baseline, by name; None leaves them out.

    Returns:
        A whole HTML document with all its pictures.
    """
    files = [trace["inputs"].get(name) for name in ("content_image", "content_labels")]
    content_name = html.escape(str(next((file["path"] for file in files if file), "a texture")))
    style_name = html.escape(str(trace["inputs"]["style_image"]["path"]))
    seconds = f"{trace['seconds']:.0f} s" if trace.get("seconds") is not None else "unknown time"
    body = [
        f"<h1>{content_name} with the look of {style_name}</h1>",
        f'<p class="quiet">{html.escape(trace["config"]["method"])} method, solved in {seconds}: '
        f"{html.escape(trace['stop_reason'])}.</p>",
        _result(pictures),
        section("Where the look is from", _style_pictures(pictures)),
        section("Segments", _segments(trace, pictures)),
        section("Losses", _losses(trace)),
        section("Measured", _metrics(trace["metrics"], baseline)),
        section("Where it may not look like a photo", _heat_maps(pictures)),
        section("Settings", _settings(trace)),
    ]
    return document(f"dpst: {content_name}", "\n".join(body))


def _result(pictures: ReportPictures) -> str:
    """Return before and after under a slider; only after, where there is no before."""
    height, width = pictures.output_image.shape[:2]
    size = f'<p class="quiet">{width} x {height} px</p></section>'
    if pictures.content_image is None:
        image = f'<img src="{data_uri(pictures.output_image)}" alt="the result">'
        return f'<section aria-label="Result">{image}{size}'
    slider = comparison(pictures.content_image, pictures.output_image)
    return f'<section aria-label="Before and after">{slider}{size}'


def _style_pictures(pictures: ReportPictures) -> str:
    count = len(pictures.style_images)
    names = ["style image"] if count == 1 else [f"style image {k + 1}" for k in range(count)]
    return figures_row([figure(i, n) for i, n in zip(pictures.style_images, names, strict=True)])


def _segments(trace: Mapping[str, Any], pictures: ReportPictures) -> str:
    captions = (
        "content image: each tint takes the look of the same tint, grey is kept",
        "style image: grey is not used",
    )
    figures = [
        figure(image, caption) for image, caption in zip(pictures.segments, captions, strict=False)
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
    return figures_row(figures) + (found if rows else "") + (f"<ul>{notes}</ul>" if notes else "")


def _losses(trace: Mapping[str, Any]) -> str:
    curves = chart(trace.get("losses") or [])
    note = (
        '<p class="quiet">Weighted terms, and their sum in bold. Where a curve starts anew the '
        "solve goes on at a larger size, with which losses do not compare.</p>"
    )
    return curves + note if curves else ""


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
        '<p class="quiet">Colours matched: each segment recoloured by one linear map (Pitié and '
        "Kokaram 2007), which costs nothing.</p>"
    )
    return table([*header, ("", "")], rows) + (note if baseline is not None else "")


def _heat_maps(pictures: ReportPictures) -> str:
    figures = []
    if pictures.false_structure is not None:
        caption = (
            "Halos, smoke and patches: structure where the photo is smooth. Black is none, yellow "
            f"a slope of {FULL_FALSE_STRUCTURE:g} Delta E per pixel or more."
        )
        heat_map = _heat_map(pictures.false_structure, FULL_FALSE_STRUCTURE)
        figures.append(figure(heat_map, caption))
    if pictures.place_drift is not None:
        caption = (
            "Washes of colour: change of colours that goes by place instead of by colour and "
            f"segment. Black is none, yellow {FULL_DRIFT:g} Delta E or more."
        )
        figures.append(figure(_heat_map(pictures.place_drift, FULL_DRIFT), caption))
    if pictures.residual is not None:
        caption = (
            "Distance of the result from its best local recolouring of the photo: black is none, "
            f"yellow {FULL_RESIDUAL:g} of the range of colours or more."
        )
        figures.append(figure(_heat_map(pictures.residual, FULL_RESIDUAL), caption))
    return figures_row(figures) if figures else ""


def _heat_map(values: np.ndarray, full: float) -> images.FloatImage:
    """Return values in colours, from black for 0 to yellow for `full` and above."""
    levels = np.clip(values / full, 0, 1)
    colors = cv2.applyColorMap(np.rint(levels * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    return np.divide(colors[..., ::-1], 255, dtype=np.float32)


def _settings(trace: Mapping[str, Any]) -> str:
    kept = {key: trace[key] for key in ("version", "config", "inputs")}
    text = html.escape(json.dumps(kept, indent=1, default=str))
    return f'<pre tabindex="0" aria-label="Settings">{text}</pre>'
