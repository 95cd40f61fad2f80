"""What surrounds every page: its style, and a header for those who are signed in or for guests."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.access.viewer import Viewer
from dashboard.deck import assets
from dashboard.fleet.colours import Theme
from dashboard.service import service
from dashboard.sharing.store import StoreFailed
from dashboard.ui import sign_in
from dashboard.ui.contrast import readable
from dashboard.ui.sharing.words import when

ICON = str(assets.FOLDER / "brand" / "favicon.png")

STYLE = """
<style>
[data-testid="stDecoration"] { display: none; }
/* Streamlit writes white on the primary colour, which cannot be read on the one that dark pages have. */
[data-testid^="stBaseButton-primary"] { color: var(--ground); }
[data-testid="stHeader"], [data-testid="stHeader"] > * { height: 3.25rem; min-height: 3.25rem; }
/* Over Streamlit's own header, whose logo and buttons stay in reach. */
.st-key-header, .st-key-guest_header {
  position: fixed; inset: 0 0 auto; width: auto !important; z-index: 1000000; pointer-events: none;
}
:root:has(.kiosk) :is(.st-key-header, .st-key-guest_header) { display: none; }
.st-key-header { height: 3.25rem; padding: 0 3.75rem; gap: 1rem; flex-wrap: nowrap; }
.st-key-header > *, .st-key-header > * > * { width: auto !important; flex: none; min-width: 0; }
.st-key-header a { pointer-events: auto; }
.st-key-header > :has(> .st-key-pages) { margin-right: auto; }
.st-key-header > :has(.said) { flex: 0 1 auto; }
.st-key-pages { flex-wrap: nowrap; gap: .25rem; }
.st-key-pages a { padding: .2rem .6rem; }
.said { font-size: .85rem; line-height: 1.25; opacity: .8; text-align: right; }
[data-testid="stMainBlockContainer"] { padding: 3.4rem .9rem 1rem; max-width: none; }
.guest {
  display: grid; grid-template-columns: auto 1fr auto; align-items: center; gap: .1rem 1rem; height: 3.25rem;
  padding: 0 4rem 0 1.25rem; border-top: 4px solid var(--brand); line-height: 1.25; pointer-events: none;
}
.guest > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.guest .company { color: var(--brand-text); font-weight: 700; font-size: 1.1rem; max-width: 45vw; }
.guest a { color: inherit; text-decoration: underline; pointer-events: auto; padding: .3rem 0; }
@media (max-width: 900px) {
  /* Beside a table there has to be room for the corner by which it is made larger, of 10 px. */
  [data-testid="stMainBlockContainer"] { padding: 3.4rem .65rem .5rem; }
  .st-key-header { padding: 0 2.75rem 0 3.4rem; gap: .5rem; }
  /* Only their icons are seen; their names are still read out. */
  .st-key-pages a span:has(p) { position: absolute; clip-path: inset(50%); }
  .said { font-size: .75rem; }
  .said span { position: absolute; clip-path: inset(50%); }
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


def header(viewer: Viewer, pages: Sequence[StreamlitPage]) -> None:
    """The logo, links to the pages where there are several, whether the data is simulated, and how to leave."""
    logo()
    settings = service().settings
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        with st.container(horizontal=True, key="pages"):
            for page in pages if len(pages) > 1 else ():
                st.page_link(page)
        if settings.simulated:
            st.html(
                '<div class="said">Simulated data<span>: these fleets and vehicles are made up</span></div>'
            )
        sign_in.way_out(viewer, settings)


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
