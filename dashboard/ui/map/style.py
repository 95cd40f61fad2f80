"""How the live map's page is laid out, as style sheet."""

import streamlit as st

from dashboard.ui.map import shapes

STYLE = """
<style>
/* The map is the page: it begins under two rows, and its place and height depend on the window alone. What is said
   about it lies over it, in the four corners of the area that it fills. */
:root { --map-top: 6.95rem; --map-height: max(22rem, calc(100dvh - var(--map-top) - 3.25rem)); --list: 0rem; }
[data-testid="stVerticalBlock"]:has(> [data-testid="stLayoutWrapper"] > .st-key-map_toolbar) { gap: .5rem; }
.st-key-map_toolbar, .st-key-map_tools { flex-wrap: nowrap; gap: .5rem; align-items: flex-start; }
/* A control that grows with what is chosen in it lies over the map as well. */
.st-key-map_toolbar { height: 2.5rem; align-items: flex-start; }
.st-key-map_toolbar > :has(> .st-key-map_find) { flex: 2 1 14rem; min-width: 8rem; }
.st-key-map_toolbar > :has(> .st-key-map_tools) { flex: 5 1 30rem; z-index: 950; }
.st-key-map_tools > * { flex: none; }
.st-key-map_tools > :has(.stMultiSelect) { flex: 1 1 9rem; min-width: 7rem; }
.st-key-map_tools button { white-space: nowrap; }
/* The placeholders say the same to who sees them. */
.st-key-map_toolbar :is(.stMultiSelect, .stTextInput) [data-testid="stWidgetLabel"] {
  position: absolute; clip-path: inset(50%);
}
.st-key-map_toolbar > [class*="st-key-map_tools_"] { display: none; }

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

.st-key-map_page { display: grid; grid-template-columns: minmax(0, 1fr); gap: .5rem 1rem; }
/* The grid of the list has a handle that would stick out to the side. */
.st-key-map_list { overflow-x: clip; }
.st-key-map_area {
  display: grid; height: var(--map-height); grid-template: auto 1fr auto / minmax(0, 1fr); gap: 0;
}
.st-key-map_window, .st-key-map_pulse { display: none; }
/* Where the map cannot be drawn, what says so takes its place, and no more than that. */
.st-key-map_area:has(.st-key-map_picture .stAlert) { height: auto; display: flex; }
/* The fragments' own boxes, so that what they show is in the area's corners too. */
.st-key-map_area :is([data-testid="stLayoutWrapper"], [data-testid="stVerticalBlock"]):has(
  .st-key-map_over, .st-key-map_picture, .st-key-map_below
):not(:has(> .st-key-map_over, > .st-key-map_picture, > .st-key-map_below)) { display: contents; }
.st-key-map_area :has(> .st-key-map_picture) { grid-area: 1 / 1 / 4 / 2; min-width: 0; height: 100%; }
.st-key-map_picture, .st-key-map_picture > * { height: 100%; }
[data-testid="stDeckGlJsonChart"] { height: var(--map-height) !important; border-radius: .75rem; overflow: hidden; }
:is(.st-key-map_remarks, .st-key-map_over, .st-key-map_below) { gap: .4rem; align-items: flex-start; }
.st-key-map_area :is(:has(> .st-key-map_remarks), :has(> .st-key-map_over), :has(> .st-key-map_below)) {
  z-index: 20; padding: .6rem .6rem 0; pointer-events: none; justify-self: start; max-width: 100%; width: auto;
}
.st-key-map_area :has(> .st-key-map_remarks) { grid-area: 1 / 1; }
.st-key-map_area :has(> .st-key-map_over) { grid-area: 2 / 1; align-self: start; }
.st-key-map_area :has(> .st-key-map_below) { grid-area: 3 / 1; align-self: end; padding-bottom: .6rem; }
:is(.st-key-map_remarks, .st-key-map_over, .st-key-map_below) > * {
  pointer-events: auto; width: auto !important; max-width: 100%;
}
/* What is said lies on a card, so that it is read over any map. */
:is(.st-key-map_remarks, .st-key-map_over, .st-key-map_below) >
  :is(.stAlert, .stElementContainer:has(.stCaption, .stMarkdown, .swatches)),
.st-key-map_status, .st-key-map_sentence, .st-key-map_legend, .st-key-trail_progress, .st-key-trails,
.st-key-map_empty {
  background: color-mix(in srgb, var(--ground) 93%, transparent); border-radius: .5rem; box-shadow: 0 1px 5px #0004;
}
.st-key-map_status, .st-key-map_sentence { padding: .15rem .7rem; font-variant-numeric: tabular-nums; }
.st-key-map_status { flex-wrap: nowrap; min-height: 2.1rem; }
.st-key-map_status > * { flex: none; }
.st-key-map_status > :has(> .st-key-map_late) { flex: 0 1 auto; min-width: 0; }
.st-key-map_late { flex-wrap: nowrap; }
.st-key-map_late > :has(> .stMarkdown) { flex: 0 1 auto; min-width: 0; }
.st-key-map_late p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.st-key-map_status :is(p, .pulse-age), .st-key-map_sentence p { font-size: .9rem; }
/* What follows it does not move with each second. */
.pulse-age { display: block; min-width: 8.4em; white-space: nowrap; }
.st-key-map_status button, .st-key-map_sentence button { min-height: 1.8rem; padding: 0 .3rem; }
.st-key-map_legend { padding: .1rem .3rem; }
.st-key-map_legend button { min-height: 1.8rem; padding: .1rem .5rem; }
.st-key-map_legend button::before {
  content: ""; flex: none; width: .75rem; height: .75rem; border-radius: 50%; margin-right: .4rem;
}
.swatches { padding: .15rem .7rem; }
.st-key-map_remarks > .stElementContainer:has(.stCaption) { padding: .15rem .7rem; }
.st-key-map_over > .stElementContainer:has(.stAlert) { max-width: min(46rem, 100%); }
.st-key-trails { max-height: calc(var(--map-height) * .42); overflow-y: auto; padding: .6rem .8rem; }

/* What is found lies over the map too. */
.st-key-map_find { position: relative; }
.st-key-map_find input { text-overflow: ellipsis; }
.st-key-map_results {
  position: absolute; top: calc(100% + .25rem); z-index: 1000; max-width: none;
  width: min(26rem, calc(100vw - 1.5rem)) !important;
  background: var(--ground); box-shadow: 0 8px 28px #0004;
}
.st-key-map_results button { min-height: 2.1rem; justify-content: flex-start; text-align: left; }

/* The chosen vehicle. It never leaves the window, not even beside the list: following can be let go at any time. */
.st-key-map_area :has(> .st-key-map_side) { display: contents; }
.st-key-map_side {
  position: fixed; z-index: 960; top: calc(var(--map-top) + .6rem); right: calc(1.5rem + var(--list)); width: 20rem;
  gap: 0; max-height: calc(var(--map-height) - 1.2rem); overflow-y: auto; border-radius: .6rem;
  background: var(--ground); box-shadow: 0 4px 18px #0005;
}
.st-key-map_chosen { padding: .6rem .75rem 0; position: sticky; top: 0; background: var(--ground); z-index: 1; }
.st-key-map_panel { padding: .6rem .75rem .75rem; border: none; }
.st-key-map_chosen .stCheckbox label { align-items: center; }
.st-key-map_chosen button { min-height: 2rem; padding: .1rem .55rem; }
/* The way to close it is in its corner, as a cross. */
.st-key-map_chosen { padding-right: 2.75rem; column-gap: .6rem; row-gap: .4rem; }
.st-key-map_chosen > .st-key-close_panel { position: absolute; top: .5rem; right: .4rem; width: auto !important; }
.st-key-close_panel p { position: absolute; clip-path: inset(50%); }
.facts {
  display: grid; grid-template-columns: auto 1fr; gap: .25rem .75rem; margin: 0 !important;
  padding: 0 !important; font-size: .875rem;
}
.facts dt { opacity: .75; margin: 0 !important; font-weight: 400; }
.facts dd { margin: 0 !important; overflow-wrap: anywhere; }
@media (min-width: 901px) {
  .st-key-map_page:has(.st-key-map_chosen) :is(.st-key-map_over, .st-key-map_remarks, .st-key-map_below) {
    max-width: calc(100vw - var(--list) - 24rem);
  }
  /* What is behind is said in full where there is room. */
  .st-key-map_page:has(.st-key-map_chosen) .st-key-map_late > :has(> .stMarkdown) { display: none; }
}
@media (min-width: 901px) and (max-width: 1599px) {
  .st-key-map_page:has(.st-key-map_chosen) .st-key-map_list { padding-right: 20.5rem; }
}
@media (min-width: 1600px) {
  :root { --list: 37rem; --map-height: max(22rem, calc(100dvh - var(--map-top) - .75rem)); }
  .st-key-map_page { grid-template-columns: minmax(0, 1fr) 36rem; }
  .st-key-map_list { height: var(--map-height); overflow-y: auto; }
  .st-key-list_controls { flex-wrap: wrap; }
  .st-key-list_controls > :has(.stTextInput) { flex: 1 1 100%; }
}
@media (max-width: 1150px) {
  .st-key-map_tools :is(.st-key-fit, .st-key-share) p { position: absolute; clip-path: inset(50%); }
}
@media (max-width: 900px) {
  .st-key-map_area :is(:has(> .st-key-map_remarks), :has(> .st-key-map_over), :has(> .st-key-map_below)) {
    padding: .35rem .35rem 0;
  }
  /* One search bar; the rest is a sheet behind one switch, which looks like a button. */
  .st-key-map_toolbar > [class*="st-key-map_tools_"] { display: block; flex: none; }
  [class*="st-key-map_tools_"] label {
    height: 2.5rem; margin: 0; padding: 0 .8rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent);
    border-radius: .5rem; align-items: center; cursor: pointer;
  }
  [class*="st-key-map_tools_"] label > div:not([data-testid="stWidgetLabel"]) { display: none; }
  [class*="st-key-map_tools_"] label:has(input:checked) { background: color-mix(in srgb, currentColor 12%, #0000); }
  [class*="st-key-map_tools_"] label:has(input:focus-visible) { outline: 2px solid; }
  .st-key-map_toolbar > :has(> .st-key-map_tools) { display: none; }
  .st-key-map_toolbar:has([class*="st-key-map_tools_"] input:checked) > :has(> .st-key-map_tools) {
    display: block; position: fixed; inset: auto 0 0; z-index: 990; padding: 1rem; width: 100% !important;
    background: var(--ground); border-radius: 1rem 1rem 0 0; box-shadow: 0 -6px 30px #0006;
  }
  .st-key-map_tools { flex-wrap: wrap; }
  .st-key-map_tools > :has(.stMultiSelect) { flex: 1 1 100%; }
  .st-key-map_tools :is(.st-key-fit, .st-key-share) p { position: static; clip-path: none; }
  .st-key-map_status { gap: .1rem .5rem; padding: .1rem .5rem; flex-wrap: wrap; }
  .st-key-map_status :is(p, .pulse-age), .st-key-map_sentence p { font-size: .77rem; }
  /* What is long has a line of its own, after what has room beside others. */
  .st-key-map_status > .st-key-suggest_hexagons { order: 1; }
  .st-key-map_late > :has(> .stMarkdown) { display: none; }
  .st-key-map_status > :has(> .st-key-map_late), .st-key-map_late { width: auto; }
  .st-key-map_legend { flex-wrap: nowrap; overflow-x: auto; max-width: calc(100vw - 4rem); }
  .st-key-map_legend > * { flex: none; }
  .st-key-map_side {
    inset: auto 0 0; width: auto !important; max-height: 42dvh; border-radius: 1rem 1rem 0 0;
  }
  .st-key-map_page:has(.st-key-map_chosen) .st-key-map_list { padding-bottom: 42dvh; }
  /* There is no room for both what is known of a vehicle and what steers its trail. */
  .st-key-map_area:has(.st-key-trails) .st-key-map_panel { display: none; }
  .st-key-map_area:has(.st-key-trails):has(.st-key-map_chosen) :has(> .st-key-map_below) { padding-bottom: 4.5rem; }
  .swatches ul { flex: 1 1 8rem; flex-wrap: nowrap; overflow-x: auto; }
}
</style>
"""


def style() -> None:
    """Add it to the page."""
    st.html(STYLE)
    st.html(shapes.STYLE)
