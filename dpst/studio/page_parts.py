"""Parts of the page as HTML: the picture while it is solved, before and after, losses, status."""

import html
from collections.abc import Mapping, Sequence

from dpst import images
from dpst.report import html as report_html

SHOWN_SIDE = 1600  # pixels: longer side of pictures on the page, at most; downloads are whole


def picture(image: images.FloatImage, words: str) -> str:
    """Return a picture, with words for those who cannot see it."""
    height, width = image.shape[:2]
    return (
        f'<img class="dpst-picture" src="{report_html.data_uri(_shown_copy(image))}" '
        f'alt="{html.escape(words)}" style="aspect-ratio: {width} / {height}">'
    )


def comparison(content_image: images.FloatImage, output_image: images.FloatImage) -> str:
    """Return before and after, one over the other, with a slider for mouse and keyboard.

    Args:
        content_image: float32 [height, width, 3], RGB in [0, 1].
        output_image: the same, of the same size.
    """
    return report_html.comparison(_shown_copy(content_image), _shown_copy(output_image))


def chart(losses: Sequence[Mapping[str, float]]) -> str:
    """Return the loss curves, or "" before there are any."""
    drawn = report_html.chart(losses)
    return f'<div class="dpst-chart">{drawn}</div>' if drawn else ""


def status(text: str) -> str:
    """Return a line that says where things stand."""
    return f'<p class="dpst-status">{html.escape(text)}</p>'


def _shown_copy(image: images.FloatImage) -> images.FloatImage:
    return images.resize(image, images.fit_size(image.shape[:2], SHOWN_SIDE))
