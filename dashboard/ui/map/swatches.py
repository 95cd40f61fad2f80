"""A legend that only explains: colours and what they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from dashboard.fleet.colours import Rgb

STYLE = """
<style>
.swatches, .swatches ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: center; margin: 0;
  padding: 0; list-style: none; font-size: .9rem; }
.swatches { min-height: 1.9rem; }
.swatches li { margin: 0; white-space: nowrap; }
.swatches i { display: inline-block; width: .75rem; height: .75rem; margin-right: .4rem; border-radius: 2px; }
</style>
"""


def show(text: str, label: str, entries: Iterable[tuple[Rgb, str]]) -> None:
    """Show `text`, then each colour with its meaning; `label` names the list for screen readers."""
    items = "".join(
        f'<li><i style="background:rgb{colour}"></i>{escape(meaning)}</li>' for colour, meaning in entries
    )
    st.html(
        f'{STYLE}<div class="swatches"><span>{escape(text)}</span><ul aria-label="{escape(label)}">{items}</ul></div>'
    )
