"""What surrounds every page: style, logo, and the line that says when data is simulated."""

from __future__ import annotations

import streamlit as st

from dashboard.deck import assets
from dashboard.fleet.colours import Theme

ICON = str(assets.FOLDER / "brand" / "favicon.png")

GROUND = {"light": "#ffffff", "dark": "#0f1722"}
"""Background of the page, as in `.streamlit/config.toml`."""
STYLE = """
<style>
/* The map is the page: little air around it, and all the height that the window has. */
[data-testid="stMainBlockContainer"] { padding: 3.9rem 1.25rem 1rem; max-width: none; }
[data-testid="stVerticalBlock"]:has(> [data-testid="stLayoutWrapper"] > .st-key-map_toolbar) { gap: .5rem; }
/* All parts of the page stand in one column, so that what is sticky above the map stays over the list too. */
.st-key-map_over,
:has(> .st-key-map_over), :has(> [data-testid="stLayoutWrapper"] > .st-key-map_over),
:has(> [data-testid="stVerticalBlock"] > [data-testid="stLayoutWrapper"] > .st-key-map_over) { display: contents; }
.st-key-map_body { flex-wrap: nowrap; align-items: flex-start; gap: .75rem; }
.st-key-map_body > :has(> .st-key-map_beside) { flex: 1 1 0; min-width: 0; }
.st-key-map_body > :has(> .st-key-map_panel) { flex: none; width: 20rem; }
[data-testid="stDeckGlJsonChart"] {
  height: calc(100dvh - 17.5rem) !important; min-height: 22rem; border-radius: .75rem; overflow: hidden;
}
.st-key-map_legend { margin-left: -.5rem; }
.st-key-map_legend button { min-height: 1.9rem; padding: .1rem .5rem; }
.st-key-map_legend button::before {
  content: ""; flex: none; width: .75rem; height: .75rem; border-radius: 50%; margin-right: .4rem;
}
/* One row, whatever the numbers in it: a row more or less would move the map at a tick. */
.st-key-map_status { flex-wrap: nowrap; row-gap: 0; min-height: 2.2rem; font-variant-numeric: tabular-nums; }
.st-key-map_status > * { flex: none; }
.st-key-map_status > :has(> .st-key-map_late) { flex: 1 1 0; min-width: 0; }
.st-key-map_late { flex-wrap: nowrap; }
.st-key-map_late > :has(> .stMarkdown) { flex: 0 1 auto; min-width: 0; }
.st-key-map_late p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.st-key-map_status p, .st-key-map_sentence p { font-size: .9rem; }
/* What was found lies over the map instead of pushing it down. */
.st-key-map_find { position: relative; }
.st-key-map_results {
  position: absolute; top: calc(100% + .25rem); z-index: 1000; max-width: none;
  width: min(26rem, calc(100vw - 1.5rem)) !important;
  background: var(--ground); box-shadow: 0 8px 28px #0004;
}
.st-key-map_results button { min-height: 2.1rem; justify-content: flex-start; text-align: left; }
/* Following can be let go at any time: its switch never leaves the window, not even beside the list below. */
[data-testid="stLayoutWrapper"]:has(> .st-key-map_chosen) {
  position: sticky; top: 3.6rem; z-index: 900; background: var(--ground); padding: .1rem 0;
}
.facts {
  display: grid; grid-template-columns: auto 1fr; gap: .25rem .75rem; margin: 0 !important;
  padding: 0 !important; font-size: .875rem;
}
.st-key-map_panel { padding: .75rem; }
.facts dt { opacity: .75; margin: 0 !important; font-weight: 400; }
.facts dd { margin: 0 !important; overflow-wrap: anywhere; }
[data-testid="stDecoration"] { display: none; }
/* Right in the header where there is room, a line of its own where there is not. */
.st-key-simulated_notice { position: fixed; top: 1.1rem; right: 4rem; width: auto !important; z-index: 1000000; }
@media (max-width: 900px) {
  [data-testid="stMainBlockContainer"] { padding: 4rem .75rem .75rem; }
  .st-key-simulated_notice {
    top: .65rem; right: 2.75rem; max-width: calc(100vw - 9.5rem); text-align: right; line-height: 1.25;
  }
  .st-key-simulated_notice p { font-size: .75rem; }
  .st-key-map_toolbar { gap: .5rem; }
  .st-key-map_toolbar > :has(> .st-key-map_find) { flex: 1 1 100%; }
  .st-key-map_toolbar button { padding: .25rem .6rem; }
  /* The placeholders say the same to who sees them. */
  .st-key-map_toolbar [data-testid="stWidgetLabel"] { position: absolute; clip-path: inset(50%); }
  .st-key-map_status { flex-wrap: wrap; gap: .1rem .5rem; }
  .st-key-map_status p { font-size: .77rem; }
  .st-key-map_status > :has(> .st-key-map_late) { flex: none; width: auto; }
  .st-key-map_late { width: auto; }
  .st-key-map_chosen { gap: .3rem .6rem; }
  .st-key-map_chosen button { padding: .1rem .5rem; min-height: 2rem; }
  .st-key-map_late > :has(> .stMarkdown) { display: none; }
  .st-key-map_body { flex-wrap: wrap; }
  .st-key-map_body > :is(:has(> .st-key-map_beside), :has(> .st-key-map_panel)) { flex: 1 1 100%; }
  .st-key-map_legend { flex-wrap: nowrap; overflow-x: auto; }
  .st-key-map_legend > * { flex: none; }
  [data-testid="stDeckGlJsonChart"] { height: calc(100dvh - 13rem) !important; }
}
</style>
"""


def style() -> None:
    """Add the page's own style."""
    st.html(f"<style>:root {{ --ground: {GROUND[theme()]}; }}</style>{STYLE}")


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
