"""Parts of pages as HTML, for reports, overviews and the studio: pictures, tables, the slider."""

import base64
import html
import importlib.resources
import io
import math
from collections.abc import Mapping, Sequence
from string import Template

import numpy as np
from PIL import Image

from dpst import images
from dpst.report.loss_chart import loss_chart
from dpst.version import __version__

FIGURE_SIDE = 480  # pixels: longer side of the pictures of a figure, at most

_TEMPLATE = "page.html"
_QUALITY = 90


def document(title: str, body: str, is_overview: bool = False) -> str:
    """Return a whole HTML document that needs no other file.

    Args:
        title: as HTML.
        body: as HTML.
        is_overview: whether it shows many runs, in a wide table.
    """
    template = importlib.resources.files(__package__).joinpath(_TEMPLATE).read_text("utf-8")
    kind = "overview" if is_overview else "run"
    return Template(template).substitute(title=title, body=body, version=__version__, kind=kind)


def section(title: str, content: str) -> str:
    """Return a section under a heading, or "" where it would be empty."""
    return f"<section><h2>{title}</h2>\n{content}\n</section>" if content else ""


def comparison(before: images.FloatImage, after: images.FloatImage) -> str:
    """Return two pictures, one over the other, with a slider for mouse and keyboard between them.

    The handler stands in the element itself: Gradio runs no scripts that come with HTML.

    Args:
        before: float32 [height, width, 3], RGB in [0, 1].
        after: the same, of the same size.
    """
    height, width = before.shape[:2]
    return (
        '<div class="dpst-compare"><div class="dpst-stack">'
        f'<img src="{data_uri(before)}" alt="before" width="{width}" height="{height}">'
        f'<img src="{data_uri(after)}" alt="after"></div>'
        '<label for="cut">Before on the left, after on the right</label>'
        '<input type="range" id="cut" min="0" max="100" value="50" step="0.5" oninput="'
        "this.closest('.dpst-compare').style.setProperty('--cut', this.value + '%')\"></div>"
    )


def chart(losses: Sequence[Mapping[str, float]]) -> str:
    """Return the loss curves of a solve, or "" where there are none.

    Args:
        losses: a mapping for each chunk of evaluations, see `loss_chart`. Names with a slash, the
            shares of single segments in a loss, are left out.
    """
    shown = [{name: row[name] for name in row if "/" not in name} for row in losses]
    return loss_chart(shown, "Losses against evaluations of the objective")


def figure(image: images.FloatImage, caption: str) -> str:
    """Return a picture, at most `FIGURE_SIDE` a side, over its caption.

    Args:
        image: float32 [height, width, 3], RGB in [0, 1].
        caption: as text.
    """
    small = images.resize(image, images.fit_size(image.shape[:2], FIGURE_SIDE))
    alt = html.escape(caption)
    return (
        f'<figure><img src="{data_uri(small)}" alt="{alt}"><figcaption>{alt}</figcaption></figure>'
    )


def figures_row(figures: Sequence[str]) -> str:
    """Return figures side by side, or "" where there are none."""
    return f'<div class="row">{"".join(figures)}</div>' if figures else ""


def table(header: Sequence[tuple[str, str]], rows: Sequence[str]) -> str:
    """Return a table.

    Args:
        header: name, as HTML, and class of each column.
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
    """Return a value in three digits, or a dash where there is none."""
    return "–" if value is None or not math.isfinite(value) else f"{value:#.3g}"


def data_uri(image: images.FloatImage) -> str:
    """Return a picture, float32 [height, width, 3], RGB in [0, 1], as a JPEG file in an address."""
    pixels = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
