"""A soak as a picture: what went wrong with Catena, and what became of memory and of the age of the positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

WIDTH, LEFT, RIGHT = 960, 70, 20
HEIGHT, TOP, GAP = 170, 46, 50
"""Of each of the two curves."""
STYLE = """
text { font: 13px Inter, system-ui, sans-serif; fill: #16222e; }
.title { font-weight: 600; }
.back { fill: #ffffff; }
.fault { fill: #d55e00; opacity: .16; }
.axis { stroke: #8795a1; stroke-width: 1; }
.curve { fill: none; stroke: #0072b2; stroke-width: 1.6; }
@media (prefers-color-scheme: dark) {
  text { fill: #e4ebf1; }
  .back { fill: #0f1722; }
  .fault { opacity: .3; }
  .curve { stroke: #56b4e9; }
}
"""


def picture(found: Mapping[str, Any]) -> str:
    """An SVG of what `benchmarks.soak` has found."""
    samples: Sequence[tuple[float, float, float | None, bool]] = found["samples"]
    seconds = samples[-1][0]

    def across(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(1, at / seconds)

    ages = [(at, age) for at, _, age, _ in samples if age is not None]
    height = 2 * (HEIGHT + GAP) + TOP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Memory of the dashboard and age of its positions while Catena fails in many ways</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{height}"/>',
        *_curve("Memory, MB", [(at, mb) for at, mb, _, _ in samples], TOP, across),
        *_curve("Age of the positions, s", ages, TOP + HEIGHT + GAP, across),
    ]
    for one in found["episodes"]:
        left, right = across(one["at"]), across(one["at"] + one["seconds"])
        parts.append(
            f'<rect class="fault" x="{left:.1f}" y="{TOP}" width="{right - left:.1f}" height="{2 * HEIGHT + GAP}">'
            f"<title>{escape(', '.join(one['faults']))}</title></rect>"
        )
    minutes = seconds / 60
    step = next(step for step in (0.5, 1, 2, 5, 10, 30) if minutes / step <= 10)
    parts += [
        f'<text x="{across(60 * step * n):.1f}" y="{height - 26}" text-anchor="middle">{step * n:g}</text>'
        for n in range(int(minutes / step) + 1)
    ]
    parts.append(
        f'<text x="{LEFT}" y="{height - 6}">minutes; something is wrong with Catena where it is shaded</text>'
    )
    return "\n".join([*parts, "</svg>\n"])


def _curve(
    title: str, points: Sequence[tuple[float, float]], top: float, across: Callable[[float], float]
) -> list[str]:
    most = 1.08 * max(value for _, value in points)
    line = " ".join(f"{across(at):.1f},{top + HEIGHT * (1 - value / most):.1f}" for at, value in points)
    bottom, right = top + HEIGHT, WIDTH - RIGHT
    labels = [
        f'<text x="{LEFT - 8}" y="{top + HEIGHT * (1 - part) + 4:.1f}" text-anchor="end">{most * part:,.0f}</text>'
        for part in (0, 0.5, 1)
    ]
    return [
        f'<text class="title" x="{LEFT}" y="{top - 10}">{title}</text>',
        f'<path class="axis" d="M{LEFT} {top}V{bottom}H{right}" fill="none"/>',
        *labels,
        f'<polyline class="curve" points="{line}"/>',
    ]
