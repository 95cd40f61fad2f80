"""What the shapes on the map mean."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard.deck import assets, icons
from dashboard.fleet.colours import Theme
from dashboard.fleet.freshness import DEFAULT_THRESHOLDS

LIMITS = DEFAULT_THRESHOLDS


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


MEANINGS = {
    "moving": "moving, and where to",
    "moving_unknown": "moving, direction not known yet",
    "stopped": "standing",
    "unknown": "no speed known",
    "moving_late": f"late: was moving, not heard of for over {_minutes(LIMITS.moving_live)} min",
    "late": "late, direction not known",
    "silent": f"silent: not heard of for over {_minutes(LIMITS.moving_late) // 60} h, "
    f"standing for over {_minutes(LIMITS.stopped_live) // 60} h",
    "clock": "clock problem: dated in the future",
    "trailer": "trailer",
    "selected": "around the vehicle chosen",
}
"""Shape to what it says, in the words of the filters."""
STYLE = """
<style>
.st-key-shapes button::before { content: none !important; }
.shapes { margin: 0 !important; padding: 0 !important; list-style: none; font-size: .875rem; }
.shapes li { display: flex; align-items: center; gap: .6rem; margin: 0 !important; padding: .15rem 0; }
.shapes img { flex: none; width: 1.6rem; height: 1.6rem; }
/* The legend's row is scrolled on a phone: what explains it stands first. */
@media (max-width: 900px) {
  .st-key-map_legend > :is(.st-key-shapes, :has(> .st-key-shapes)) { order: -1; }
}
</style>
"""


def key(theme: Theme) -> None:
    """A button that opens the key. It is said anew at each tick, so its pictures are places in the map's own atlas."""
    atlas, cells = assets.url(assets.FROM_PAGES, f"icons/{theme}.svg"), icons.mapping(theme)
    with st.popover("Shapes", type="tertiary", key="shapes"):
        items = "".join(
            f'<li><img alt="" src="{atlas}#{_place(cells[icons.name(shape, icons.MARK[theme])])}">{meaning}</li>'
            for shape, meaning in MEANINGS.items()
        )
        st.html(f'<ul class="shapes" aria-label="Shapes on the map">{items}</ul>')


def _place(cell: icons.Cell) -> str:
    return f"svgView(viewBox({cell['x']},{cell['y']},{cell['width']},{cell['height']}))"
