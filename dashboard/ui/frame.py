"""What surrounds every page: style, logo or a guest's header, and the line that says when data is simulated."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.access.viewer import Viewer
from dashboard.deck import assets
from dashboard.fleet.colours import Theme
from dashboard.service import service
from dashboard.sharing.store import StoreFailed
from dashboard.ui.contrast import readable
from dashboard.ui.sharing.words import when

ICON = str(assets.FOLDER / "brand" / "favicon.png")

STYLE = """
<style>
[data-testid="stDecoration"] { display: none; }
/* Right in the header where there is room, a line of its own where there is not. */
.st-key-simulated_notice { position: fixed; top: 1.1rem; right: 4rem; width: auto !important; z-index: 1000000; }
/* Streamlit writes white on the primary colour, which cannot be read on the one that dark pages have. */
[data-testid^="stBaseButton-primary"] { color: var(--ground); }
[data-testid="stMainBlockContainer"] { padding: 3.9rem 1.25rem 1rem; max-width: none; }
/* Over Streamlit's own header, whose buttons stay in reach. */
.st-key-guest_header {
  position: fixed; inset: 0 0 auto; width: auto !important; z-index: 1000000; pointer-events: none;
}
:root:has(.kiosk) .st-key-guest_header { display: none; }
.guest {
  display: grid; grid-template-columns: auto 1fr auto; align-items: center; gap: .1rem 1rem; height: 3.75rem;
  padding: 0 4rem 0 1.25rem; border-top: 4px solid var(--brand); line-height: 1.25; pointer-events: none;
}
.guest > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.guest .company { color: var(--brand-text); font-weight: 700; font-size: 1.1rem; max-width: 45vw; }
.guest a { color: inherit; text-decoration: underline; pointer-events: auto; padding: .3rem 0; }
@media (max-width: 900px) {
  [data-testid="stMainBlockContainer"] { padding: 4rem .75rem .75rem; }
  .st-key-simulated_notice {
    top: .65rem; right: 2.75rem; max-width: calc(100vw - 9.5rem); text-align: right; line-height: 1.25;
  }
  .st-key-simulated_notice p { font-size: .75rem; }
  .guest { grid-template-columns: 1fr auto; padding: 0 2.75rem 0 .75rem; align-content: center; }
  .guest .company { font-size: 1rem; max-width: none; }
  .guest .what { grid-row: 2; grid-column: 1 / -1; font-size: .75rem; white-space: normal; max-height: 2.5em; }
}
</style>
"""


def style() -> None:
    """Add the page's own style."""
    ground = st.get_option(f"theme.{theme()}.backgroundColor")
    st.html(f"<style>:root {{ --ground: {ground}; }}</style>{STYLE}")


def logo() -> None:
    """The product's logo, in the theme's variant."""
    dark = theme() == "dark"
    brand = assets.FOLDER / "brand"
    st.logo(
        str(brand / ("logo-dark.svg" if dark else "logo-light.svg")),
        icon_image=str(brand / "icon.svg"),
        size="large",
    )


def theme() -> Theme:
    """`light` or `dark`, as the viewer sees it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def simulated_notice() -> None:
    """One line that says nothing here is real."""
    with st.container(key="simulated_notice"):
        st.caption("Simulated data: these fleets and vehicles are made up.")


def guest_header(viewer: Viewer) -> None:
    """Who shares this map with a guest, what it is called, until when, and how to leave."""
    settings = service().settings
    ground = str(st.get_option(f"theme.{theme()}.backgroundColor"))
    try:
        share = service().shares.get(viewer.share)
    except StoreFailed:
        share = None
    parts = [
        f"<strong>{escape(viewer.name)}</strong>",
        *([f"until {escape(when(share.expires_at))}"] if share else []),
        *(["simulated data"] if settings.simulated else []),
    ]
    colours = f"--brand:{settings.brand_color};--brand-text:{readable(settings.brand_color, ground)}"
    with st.container(key="guest_header"):
        st.html(
            f'<div class="guest" style="{colours}">'
            f'<span class="company">{escape(settings.company_name or "Catena Live Map")}</span>'
            f'<span class="what">{" · ".join(parts)}</span>'
            f'<a href="{escape(service().prefix)}/signout">Leave</a></div>'
        )
