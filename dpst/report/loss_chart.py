"""Loss curves as an SVG picture."""

import html
import math
from collections.abc import Callable, Mapping, Sequence

# Of Okabe and Ito, told apart by the colour-blind too, and visible on white and on black.
CURVE_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#8a63d2")
_WIDTH, _HEIGHT = 760, 300  # pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 130, 12, 44  # margins of the axes
_DECADES = 6.0  # at most: what is smaller counts nothing in the sum
_LABEL_HEIGHT = 15
_AXES = ("evaluations", "level")

_Place = Callable[[float, float], tuple[float, float]]  # of evaluations and a value, in pixels


def loss_chart(losses: Sequence[Mapping[str, float]], title: str = "Losses") -> str:
    """Draw the losses of a solve, each name a curve, on a logarithmic scale.

    Args:
        losses: a mapping for each chunk of evaluations, in order, that holds "evaluations", all so
            far, "level", and the losses by name. What is not positive and finite is left out.
        title: what the chart is called, for those who do not see it.

    Returns:
        An `<svg>` element; a break in the curves is where the next level, another size, begins.
        "" if there is nothing to draw.
    """
    names = [n for n in dict.fromkeys(n for row in losses for n in row) if n not in _AXES]
    curves = {name: _points(losses, name) for name in names}
    values = [value for points in curves.values() for _, _, value in points]
    if not values:
        return ""
    top = max(values)
    low = max(math.log10(min(values)), math.log10(top) - _DECADES)
    low, high = math.floor(low), math.ceil(math.log10(top) + 1e-9)
    last = max(row["evaluations"] for row in losses)

    def place(evaluations: float, value: float) -> tuple[float, float]:
        height = (max(math.log10(value), low) - low) / (high - low)
        across = _LEFT + (_WIDTH - _LEFT - _RIGHT) * evaluations / last
        return across, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * height

    parts = [_axes(low, high, last, place)]
    labels = []
    for index, (name, points) in enumerate(curves.items()):
        color = CURVE_COLORS[index % len(CURVE_COLORS)]
        width = 3 if name == "loss" else 1.5
        for level in dict.fromkeys(level for level, _, _ in points):
            line = " ".join(
                "{:.1f},{:.1f}".format(*place(evaluations, value))
                for of, evaluations, value in points
                if of == level
            )
            parts.append(
                f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="{width}" '
                'stroke-linejoin="round" stroke-linecap="round"/>'
            )
        if points:
            labels.append((place(*points[-1][1:])[1], name, color))
    parts += _labels(labels)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(title)}" '
        f'font-size="12" fill="currentColor">{"".join(parts)}</svg>'
    )


def _points(losses: Sequence[Mapping[str, float]], name: str) -> list[tuple[float, float, float]]:
    """(level, evaluations, value) of a curve, where it can be drawn."""
    points = ((row["level"], row["evaluations"], row.get(name)) for row in losses)
    return [
        (level, evaluations, value)
        for level, evaluations, value in points
        if value is not None and math.isfinite(value) and value > 0
    ]


def _axes(low: int, high: int, last: float, place: _Place) -> str:
    parts = []
    for exponent in range(low, high + 1):
        y = place(0, 10.0**exponent)[1]
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            'stroke="currentColor" stroke-opacity="0.2"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**exponent:g}</text>'
        )
    step = _round_step(last / 5)
    bottom = _HEIGHT - _BOTTOM
    for tick in range(0, int(last) + 1, step):
        x = place(tick, 10.0**high)[0]
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{tick}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">evaluations</text>')
    return "".join(parts)


def _round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, ... that is not below a step."""
    power = 10 ** max(math.floor(math.log10(max(least, 1))), 0)
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _labels(labels: list[tuple[float, str, str]]) -> list[str]:
    """Names of the curves at their right ends, moved apart where they would overlap."""
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
