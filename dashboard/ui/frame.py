"""What surrounds every page: style, logo, and the line that says when data is simulated."""

from __future__ import annotations

import streamlit as st

from dashboard.deck import assets
from dashboard.fleet.colours import Theme

ICON = str(assets.FOLDER / "brand" / "favicon.png")

STYLE = """
<style>
[data-testid="stDecoration"] { display: none; }
/* Right in the header where there is room, a line of its own where there is not. */
.st-key-simulated_notice { position: fixed; top: 1.1rem; right: 4rem; width: auto !important; z-index: 1000000; }
[data-testid="stMainBlockContainer"] { padding: 3.9rem 1.25rem 1rem; max-width: none; }
@media (max-width: 900px) {
  [data-testid="stMainBlockContainer"] { padding: 4rem .75rem .75rem; }
  .st-key-simulated_notice {
    top: .65rem; right: 2.75rem; max-width: calc(100vw - 9.5rem); text-align: right; line-height: 1.25;
  }
  .st-key-simulated_notice p { font-size: .75rem; }
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
