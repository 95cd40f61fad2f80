"""The shapes vehicles are drawn with: one SVG atlas, tinted by the layer's colour.

Each shape says something by its outline alone, so that colour is never the only sign. All are masks: only their
opacity counts. Pointing shapes point north; deck.gl turns counter-clockwise, so `get_angle` is minus the heading.
"""

import base64
from typing import TypedDict


class Cell(TypedDict):
    """Where one icon lies in the atlas, in pixels."""

    x: int
    y: int
    width: int
    height: int
    anchorX: int
    anchorY: int
    mask: bool


CELL = 96
"""Side of one icon in atlas pixels; drawn at 16 to 32 px on screen."""

# Drawn in a 96 by 96 cell around its centre (48, 48), with some pixels left empty around for smooth edges.
_SHAPES = {
    # On the move with a known heading: the arrowhead known from navigation.
    "moving": '<path d="M48 8 L82 84 Q83 88 79 86 L48 72 L17 86 Q13 88 14 84 Z"/>',
    # On the move, heading not known yet: a full dot.
    "moving_unknown": '<circle cx="48" cy="48" r="27"/>',
    # Standing: a rounded square.
    "stopped": '<rect x="22" y="22" width="52" height="52" rx="13"/>',
    # No speed known: a ring around a dot.
    "unknown": (
        '<circle cx="48" cy="48" r="28" fill="none" stroke="#000" stroke-width="10"/>'
        '<circle cx="48" cy="48" r="10"/>'
    ),
    # Last fix is older than it should be: the outline alone, broken.
    "late": '<circle cx="48" cy="48" r="27" fill="none" stroke="#000" stroke-width="12" stroke-dasharray="17.2 11.1"/>',
    # Late while it was moving: the arrowhead, hollow.
    "moving_late": (
        '<path fill-rule="evenodd" d="M48 8 L82 84 Q83 88 79 86 L48 72 L17 86 Q13 88 14 84 Z'
        ' M48 31 L66 70 L48 62 L30 70 Z"/>'
    ),
    # Nothing heard for long: a thin ring, struck through.
    "silent": (
        '<circle cx="48" cy="48" r="26" fill="none" stroke="#000" stroke-width="8"/>'
        '<path d="M27 69 L69 27" fill="none" stroke="#000" stroke-width="8" stroke-linecap="round"/>'
    ),
    # A trailer: a box with its axle.
    "trailer": (
        '<rect x="14" y="28" width="68" height="34" rx="5"/>'
        '<circle cx="34" cy="73" r="8"/><circle cx="58" cy="73" r="8"/>'
    ),
    # Drawn below the chosen vehicle, larger than it.
    "selected": (
        '<circle cx="48" cy="48" r="36" fill-opacity="0.22"/>'
        '<circle cx="48" cy="48" r="38" fill="none" stroke="#000" stroke-width="6"/>'
    ),
}


def _atlas() -> str:
    cells = "".join(
        f'<g transform="translate({i * CELL} 0)">{shape}</g>' for i, shape in enumerate(_SHAPES.values())
    )
    width = CELL * len(_SHAPES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{CELL}" viewBox="0 0 {width} {CELL}">'
        f"{cells}</svg>"
    )


SVG = _atlas()
"""The atlas as SVG text."""

ATLAS = "data:image/svg+xml;base64," + base64.b64encode(SVG.encode()).decode()
"""The atlas as an address for `icon_atlas`; wrap it in `pdk.types.String`."""

MAPPING: dict[str, Cell] = {
    name: Cell(x=i * CELL, y=0, width=CELL, height=CELL, anchorX=CELL // 2, anchorY=CELL // 2, mask=True)
    for i, name in enumerate(_SHAPES)
}
"""`icon_mapping` for deck.gl's IconLayer: icon name to its cell."""
