"""The shapes vehicles are drawn with: an SVG atlas per theme, each shape in each colour of the palettes.

Each shape says something by its outline alone, so that colour is never the only sign. The colours are in the
pictures, not in the layer: Streamlit repaints the colours of a layer while something in it is selected. Pointing
shapes point north; deck.gl turns counter-clockwise, so `get_angle` is minus the heading.
"""

from __future__ import annotations

import json
from typing import NamedTuple, TypedDict

from dashboard.fleet.colours import PALETTES, Theme


class Cell(TypedDict):
    """Where one icon lies in the atlas, in pixels."""

    x: int
    y: int
    width: int
    height: int
    anchorX: int
    anchorY: int


class Area(NamedTuple):
    """A filled outline in a 96 by 96 cell."""

    element: str

    def draw(self, colour: str, halo: int) -> str:
        """SVG of the area, grown by `halo` pixels on each side."""
        return f'<{self.element} fill="{colour}" stroke="{colour}" stroke-width="{2 * halo}" stroke-linejoin="round"/>'


class Line(NamedTuple):
    """A stroke in a 96 by 96 cell."""

    element: str
    width: int

    def draw(self, colour: str, halo: int) -> str:
        """SVG of the stroke, widened by `halo` pixels on each side."""
        return f'<{self.element} fill="none" stroke="{colour}" stroke-width="{self.width + 2 * halo}"/>'


CELL = 96
"""Side of one icon in atlas pixels; drawn at 13 to 26 px on screen."""
HALO = 5
"""Pixels around each shape in the colour of the ground, so that neighbours stay apart."""
TOUCH = 'circle cx="48" cy="48" r="30" fill-opacity="0.07"'
"""Below each shape that can be pointed at: hardly seen, but above deck.gl's cut-off (0.05), so that a pointer in the
middle of a hollow one is on it."""

# Around the centre (48, 48), with some pixels left empty around for smooth edges.
SHAPES: dict[str, tuple[Area | Line, ...]] = {
    # On the move with a known heading: the arrowhead known from navigation.
    "moving": (Area('path d="M48 10 L80 82 Q81 86 77 84 L48 71 L19 84 Q15 86 16 82 Z"'),),
    # On the move, heading not known yet: a full dot.
    "moving_unknown": (Area('circle cx="48" cy="48" r="26"'),),
    # Standing: a rounded square.
    "stopped": (Area('rect x="23" y="23" width="50" height="50" rx="13"'),),
    # No speed known: a ring around a dot.
    "unknown": (Line('circle cx="48" cy="48" r="27"', 10), Area('circle cx="48" cy="48" r="10"')),
    # Last fix is older than it should be: the outline alone, broken.
    "late": (Line('circle cx="48" cy="48" r="26" stroke-dasharray="16.6 10.6"', 12),),
    # Late while it was moving: the arrowhead, hollow.
    "moving_late": (Line('path d="M48 20 L72 74 L48 63 L24 74 Z" stroke-linejoin="round"', 9),),
    # Nothing heard for long: a thin ring, struck through.
    "silent": (
        Line('circle cx="48" cy="48" r="26"', 8),
        Line('path d="M29 67 L67 29" stroke-linecap="round"', 8),
    ),
    # A fix dated in the future: an exclamation mark in a ring, for a clock that is wrong.
    "clock": (
        Line('circle cx="48" cy="48" r="29"', 7),
        Line('path d="M48 33 V50" stroke-linecap="round"', 9),
        Area('circle cx="48" cy="62" r="4"'),
    ),
    # A trailer: a box with its axle.
    "trailer": (
        Area('rect x="14" y="28" width="68" height="34" rx="5"'),
        Area('circle cx="34" cy="72" r="8"'),
        Area('circle cx="58" cy="72" r="8"'),
    ),
    # Drawn around the chosen vehicle, larger than it.
    "selected": (Line('circle cx="48" cy="48" r="38"', 7),),
}
GROUNDS: dict[Theme, str] = {"light": "#ffffff", "dark": "#0f1722"}
MARK: dict[Theme, str] = {"light": "#111827", "dark": "#ffffff"}
"""The colour of what is drawn around a chosen vehicle."""


def colours(theme: Theme) -> list[str]:
    """All colours of a theme's atlas, as hex text, in the order of its rows."""
    palette = PALETTES[theme]
    every = (*palette.categories, *palette.steps, *palette.states, palette.other, palette.wrong, MARK[theme])
    return list(dict.fromkeys(every))


def name(shape: str, colour: str) -> str:
    """The name of a shape in a colour such as #330088."""
    return f"{shape}-{colour.removeprefix('#')}"


def atlas(theme: Theme) -> str:
    """The atlas of a theme as SVG text: a column for each shape, a row for each colour."""
    rows = colours(theme)
    width, height = CELL * len(SHAPES), CELL * len(rows)
    # All but transparent, below deck.gl's cut-off: without it the smoothed edges would blend into black.
    ground = f'<rect width="{width}" height="{height}" fill="{GROUNDS[theme]}" fill-opacity="0.012"/>'
    cells = "".join(
        f'<g transform="translate({column * CELL} {row * CELL})">'
        + (f'<{TOUCH} fill="{GROUNDS[theme]}"/>' if shape != "selected" else "")
        + _drawn(shape, colour, theme)
        + "</g>"
        for row, colour in enumerate(rows)
        for column, shape in enumerate(SHAPES)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">{ground}{cells}</svg>'
    )


def _drawn(shape: str, colour: str, theme: Theme) -> str:
    parts = SHAPES[shape]
    return "".join(part.draw(GROUNDS[theme], HALO) for part in parts) + "".join(
        part.draw(colour, 0) for part in parts
    )


def mapping(theme: Theme) -> dict[str, Cell]:
    """`icon_mapping` for deck.gl's IconLayer: icon name to its cell."""
    return {
        name(shape, colour): Cell(
            x=column * CELL, y=row * CELL, width=CELL, height=CELL, anchorX=CELL // 2, anchorY=CELL // 2
        )
        for row, colour in enumerate(colours(theme))
        for column, shape in enumerate(SHAPES)
    }


def files() -> dict[str, bytes]:
    """The atlases and their mappings as files to serve, by path."""
    contents: dict[str, bytes] = {}
    for theme in GROUNDS:
        contents[f"icons/{theme}.svg"] = atlas(theme).encode()
        contents[f"icons/{theme}.json"] = json.dumps(mapping(theme), separators=(",", ":")).encode()
    return contents
