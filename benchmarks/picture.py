"""What a tick costs, as a picture: a bar per figure, number of vehicles and kind of page, on logarithmic scales."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import log10

from benchmarks.peers import TITLES
from benchmarks.results import METRICS, Results

COLOURS = dict(zip(TITLES, ("#0072b2", "#d55e00", "#e69f00", "#009e73", "#cc79a7"), strict=True))
WIDTH, HEIGHT, LEFT, GAP = 470, 250, 60, 24
"""Of each of the four pictures in it."""
BASE = 44
"""Below the bars."""
STYLE = """
text { font: 13px Inter, system-ui, sans-serif; fill: #16222e; }
.title { font-weight: 600; }
.small { font-size: 11px; }
.back { fill: #ffffff; }
.line { stroke: #8795a1; stroke-width: 1; opacity: .4; }
@media (prefers-color-scheme: dark) {
  text { fill: #e4ebf1; }
  .back { fill: #0f1722; }
}
"""


def draw(results: Results) -> str:
    """An SVG. A page that could not do a size has a cross in place of its bar."""
    width, height = 2 * (WIDTH + GAP), 2 * (HEIGHT + GAP) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>What a tick costs, by kind of page and number of vehicles</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{width}" height="{height}"/>',
    ]
    for number, (metric, name) in enumerate(METRICS.items()):
        across, down = number % 2 * (WIDTH + GAP), number // 2 * (HEIGHT + GAP)
        parts += [f'<g transform="translate({across} {down})">', *_panel(results, metric, name), "</g>"]
    for number, (kind, title) in enumerate(TITLES.items()):
        x, y = 12 + number * 198, height - 18
        parts.append(f'<rect x="{x}" y="{y - 10}" width="11" height="11" rx="2" fill="{COLOURS[kind]}"/>')
        parts.append(f'<text x="{x + 17}" y="{y}" class="small">{escape(title)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(results: Results, metric: str, name: str) -> Iterator[str]:
    sizes = results.sizes
    values = [value for (_, _, of), found in results.pages.items() if of == metric for value in found.values]
    least = 0 if metric == "cpu_ms" else 1
    most = max(least + 1.0, *(log10(value) for value in values if value > 0), least + 1.0)
    floor = HEIGHT - BASE

    def up(value: float) -> float:
        return max(0.0, (log10(value) - least) / (most - least)) * (floor - 40) if value > 0 else 0.0

    yield f'<text class="title" x="12" y="22">{escape(name)}</text>'
    for power in range(least, int(most) + 1):
        y = floor - up(10.0**power)
        yield f'<line class="line" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="small" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10**power:,}</text>'
    group = (WIDTH - LEFT) / max(1, len(sizes))
    bar = group * 0.8 / len(TITLES)
    for place, vehicles in enumerate(sizes):
        begin = LEFT + place * group + group * 0.1
        middle = begin + group * 0.4
        yield f'<text class="small" x="{middle:.1f}" y="{floor + 18}" text-anchor="middle">{vehicles:,}</text>'
        for number, kind in enumerate(TITLES):
            found, x = results.page(kind, vehicles, metric), begin + number * bar
            if found.values:
                tall = max(1.0, up(found.middle))
                told = f"{TITLES[kind]}, {vehicles:,} vehicles: {found.middle:,.1f}"
                yield (
                    f'<rect x="{x:.1f}" y="{floor - tall:.1f}" width="{bar - 1.5:.1f}" height="{tall:.1f}" '
                    f'fill="{COLOURS[kind]}"><title>{escape(told)}</title></rect>'
                )
            elif found.failed:
                told = f"{TITLES[kind]}, {vehicles:,} vehicles: {found.failed}"
                yield (
                    f'<text x="{x + bar / 2:.1f}" y="{floor - 4}" text-anchor="middle" style="fill: {COLOURS[kind]}">'
                    f"x<title>{escape(told)}</title></text>"
                )
    yield f'<text class="small" x="{(LEFT + WIDTH) / 2}" y="{floor + 36}" text-anchor="middle">vehicles</text>'
