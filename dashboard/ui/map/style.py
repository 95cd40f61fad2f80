"""How the live map's page is laid out, as style sheet."""

import streamlit as st

STYLE = """
<style>
/* The map is the page: all the height that the window has. */
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
.st-key-map_window { display: none; }
/* Whose map it is can be read in both themes, and on a phone without a click. */
.mapboxgl-ctrl.mapboxgl-ctrl-attrib {
  background: color-mix(in srgb, var(--ground) 75%, transparent) !important; width: auto !important;
  margin: 0 !important; min-height: 0 !important; padding: 0 .3rem !important; visibility: visible !important;
}
.mapboxgl-ctrl-attrib, .mapboxgl-ctrl-attrib a { color: inherit !important; }
.mapboxgl-ctrl-attrib .mapboxgl-ctrl-attrib-inner { display: block !important; }
.mapboxgl-ctrl-attrib .mapboxgl-ctrl-attrib-button, .mapboxgl-ctrl-attrib::after { display: none !important; }
/* A wall screen has its numbers there. */
body:has(.kiosk) .mapboxgl-ctrl-bottom-right { inset: 0 0 auto auto; }
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
@media (max-width: 900px) {
  .st-key-map_toolbar { gap: .5rem; }
  .st-key-map_toolbar > :has(> .st-key-map_find) { flex: 1 1 100%; }
  .st-key-map_toolbar button { padding: .25rem .6rem; }
  /* The placeholders say the same to who sees them. */
  .st-key-map_toolbar [data-testid="stWidgetLabel"] { position: absolute; clip-path: inset(50%); }
  /* Only its icon is seen, so that the row is no longer than before. */
  .st-key-share p { position: absolute; clip-path: inset(50%); }
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
    """Add it to the page."""
    st.html(STYLE)
