"""Loss curves as SVG."""

import math
import xml.etree.ElementTree as ET

from dpst.report.loss_chart import loss_chart


def elements(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(tag))


def corners(line: ET.Element) -> list[tuple[float, float]]:
    pairs = (point.split(",") for point in line.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


def row(level: float, evaluations: float, **losses: float) -> dict[str, float]:
    return {"level": level, "evaluations": evaluations, **losses}


def test_curves_fall_to_the_right_and_break_where_a_level_begins() -> None:
    svg = loss_chart(
        [
            row(0, 5, loss=10.0, style=5.0),
            row(0, 10, loss=1.0, style=0.5),
            row(1, 15, loss=0.1, style=0.05),
        ]
    )
    lines = [corners(line) for line in elements(svg, "polyline")]
    assert [len(line) for line in lines] == [2, 1, 2, 1]
    (first, second), ((third_x, third_y),), *_ = lines
    assert first[0] < second[0] < third_x
    # A decade each, on a logarithmic scale: the same height.
    assert second[1] - first[1] == third_y - second[1] > 0
    texts = [text.text for text in elements(svg, "text")]
    assert {"loss", "style", "evaluations", "0.1", "10"} <= set(texts)


def test_what_cannot_be_drawn_is_left_out() -> None:
    losses = [
        row(0, 5, loss=1.0, zero=0.0, bad=math.nan),
        row(0, 10, loss=math.inf, late=2.0),
        row(0, 15, loss=0.5, late=1e-30),
    ]
    svg = loss_chart(losses)
    assert [len(corners(line)) for line in elements(svg, "polyline")] == [2, 2]
    assert "nan" not in svg and "inf" not in svg
    heights = [y for line in elements(svg, "polyline") for _, y in corners(line)]
    assert all(0 <= y <= 300 for y in heights)
    assert loss_chart([]) == "" and loss_chart([row(0, 5, loss=0.0)]) == ""


def test_names_are_escaped_and_do_not_overlap() -> None:
    svg = loss_chart([row(0, 1, **{f"<{k}>": 1.0 for k in range(4)})], title='a "title"')
    marks = sorted(float(mark.attrib["y"]) for mark in elements(svg, "rect"))
    assert all(b - a >= 12 for a, b in zip(marks, marks[1:], strict=False))
    assert ET.fromstring(svg).attrib["aria-label"] == 'a "title"'
