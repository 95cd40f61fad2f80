"""What surrounds every page: style, logo, and the line that says when data is simulated."""

from __future__ import annotations

import streamlit as st

from dashboard import assets

ICON = str(assets.FOLDER / "brand" / "favicon.svg")

STYLE = """
<style>
/* The map is the page: little air around it, and controls that a thumb can reach. */
[data-testid="stMainBlockContainer"] { padding: 4.25rem 1.25rem 1rem; max-width: none; }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding: 4rem .75rem .75rem; } }
[data-testid="stDeckGlJsonChart"] { border-radius: .75rem; overflow: hidden; }
footer, [data-testid="stDecoration"] { display: none; }
</style>
"""


def style() -> None:
    """Add the page's own style."""
    st.html(STYLE)


def logo() -> None:
    """The product's logo, in the theme's variant."""
    dark = theme() == "dark"
    brand = assets.FOLDER / "brand"
    st.logo(
        str(brand / ("logo-dark.svg" if dark else "logo-light.svg")),
        icon_image=str(brand / "icon.svg"),
        size="large",
    )


def theme() -> str:
    """`light` or `dark`, as the viewer sees it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def simulated_notice() -> None:
    """One line that says nothing here is real."""
    st.caption("Simulated data: no Catena credentials are set, so these fleets and vehicles are made up.")
