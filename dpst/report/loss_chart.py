"""Loss curves as an SVG picture."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Colours of Okabe and Ito: distinct for the colour-blind too, and visible on white and on black.
CURVE_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#8a63d2")
_WIDTH, _HEIGHT = 760, 300  # pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 130, 12, 44  # margins of the axes
_DECADES = 6.0  # that the chart shows, at most; smaller losses count for nothing in the sum
_LABEL_HEIGHT = 15
_AXES = ("evaluations", "level")


@dataclass(frozen=True)
class _Point:
    """A point of a curve that can be drawn."""

    level: float
    evaluations: float
    value: float


@dataclass(frozen=True)
class _Scale:
    """The axes: evaluations across, values on a logarithmic scale upwards.

    Attributes:
        low: exponent of ten at the bottom.
        high: exponent of ten at the top.
        last: evaluations at the right end.
    """

    low: int
    high: int
    last: float

    def place(self, evaluations: float, value: float) -> tuple[float, float]:
        """Return where a point lies, (x, y) in pixels; values below the bottom lie on it."""
        height = (max(math.log10(value), self.low) - self.low) / (self.high - self.low)
        across = _LEFT + (_WIDTH - _LEFT - _RIGHT) * evaluations / self.last
        return across, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * height


def loss_chart(losses: Sequence[Mapping[str, float]], title: str = "Losses") -> str:
    """Draw the losses of a solve on a logarithmic scale, a curve for each name.

    Args:
        losses: a mapping for each chunk of evaluations, in order: "evaluations" in total, "level",
            and the losses by name. Values that are not positive and finite are left out.
        title: name of the chart for those who do not see it.

    Returns:
        An `<svg>` element; a curve breaks where the next level, of another size, begins. "" if
        there is nothing to draw.
    """
    names = [n for n in dict.fromkeys(n for row in losses for n in row) if n not in _AXES]
    curves = {name: _points(losses, name) for name in names}
    values = [point.value for points in curves.values() for point in points]
    if not values:
        return ""
    scale = _scale(values, max(row["evaluations"] for row in losses))
    parts = [_axes(scale)]
    labels = []
    for index, (name, points) in enumerate(curves.items()):
        color = CURVE_COLORS[index % len(CURVE_COLORS)]
        parts += _curve(points, scale, color, 3 if name == "loss" else 1.5)
        if points:
            labels.append((scale.place(points[-1].evaluations, points[-1].value)[1], name, color))
    parts += _labels(labels)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(title)}" '
        f'font-size="12" fill="currentColor">{"".join(parts)}</svg>'
    )


def _points(losses: Sequence[Mapping[str, float]], name: str) -> list[_Point]:
    points = ((row["level"], row["evaluations"], row.get(name)) for row in losses)
    return [
        _Point(level, evaluations, value)
        for level, evaluations, value in points
        if value is not None and math.isfinite(value) and value > 0
    ]


def _scale(values: Sequence[float], last: float) -> _Scale:
    """Return axes of whole decades around values, the lowest `_DECADES` below the highest value."""
    top = math.log10(max(values))
    low = max(math.log10(min(values)), top - _DECADES)
    return _Scale(math.floor(low), math.ceil(top + 1e-9), last)


def _axes(scale: _Scale) -> str:
    parts = []
    for exponent in range(scale.low, scale.high + 1):
        y = scale.place(0, 10.0**exponent)[1]
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            'stroke="currentColor" stroke-opacity="0.2"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**exponent:g}</text>'
        )
    step = _round_step(scale.last / 5)
    bottom = _HEIGHT - _BOTTOM
    for tick in range(0, int(scale.last) + 1, step):
        x = scale.place(tick, 10.0**scale.high)[0]
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{tick}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">evaluations</text>')
    return "".join(parts)


def _round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, ... that is not below a step."""
    power = 10 ** max(math.floor(math.log10(max(least, 1))), 0)
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _curve(points: Sequence[_Point], scale: _Scale, color: str, width: float) -> list[str]:
    """Return a curve as a line for each level."""
    parts = []
    for level in dict.fromkeys(point.level for point in points):
        line = " ".join(
            "{:.1f},{:.1f}".format(*scale.place(point.evaluations, point.value))
            for point in points
            if point.level == level
        )
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="{width}" '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )
    return parts


def _labels(labels: list[tuple[float, str, str]]) -> list[str]:
    """Return the names of curves at their right ends, moved apart where they would overlap.

    Args:
        labels: height in pixels, name and colour of each.
    """
    parts = []
    free = float(_TOP)
    for y, name, color in sorted(labels):
        y = max(y, free)
        free = y + _LABEL_HEIGHT
        x = _WIDTH - _RIGHT + 8
        parts.append(
            f'<rect x="{x}" y="{y - 5:.1f}" width="10" height="10" fill="{color}"/>'
            f'<text x="{x + 15}" y="{y + 4:.1f}">{html.escape(name)}</text>'
        )
    return parts
