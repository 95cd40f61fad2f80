"""The map page's controls that the script sets too: a filter that a link sets, a search box that a choice empties.

A browser sends all the values that it shows with whatever it sends. One too busy to show yet what the script has set
sends the old value back, which counts as chosen by hand. So a control that the script has set gets a new key, and
what still comes for the old one goes nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

NUMBER = re.compile(r" \([\d,]+\)$")
"""How many an option has, behind its label."""


def key(name: str) -> str:
    """The key of a control, to be given to Streamlit."""
    return f"map_{name}_{st.session_state.get(_turn(name), 0)}"


def key_in_popover(name: str) -> str:
    """The same for a control in a popover: opened in a later run, it would begin with its default if told once only."""
    if (current_key := key(name)) in st.session_state:
        st.session_state[current_key] = st.session_state[current_key]
    return current_key


def control_value(name: str) -> Any:
    """What a control says; None while it has said nothing."""
    return st.session_state.get(key(name))


def remember_labels(kind: str, labels: Mapping[str, str]) -> None:
    """Know what is meant by a label of a control's options, also when they have others."""
    known = st.session_state.setdefault(_labels(kind), {})
    known.update((label, option) for option, label in labels.items())
    known.update((option, option) for option in labels)


def chosen_options(kind: str) -> list[str]:
    """The options that a control of several says.

    A browser names each by its label, with a number behind it that changes. Where it says one that is not the newest,
    Streamlit does not know what is meant, and gives the label.
    """
    labels = st.session_state.get(_labels(kind), {})
    said = control_value(kind) or []
    return list(dict.fromkeys(labels.get(NUMBER.sub("", value), value) for value in said))


def set_control(name: str, new: object) -> None:
    """Set a control before it is shown."""
    state, before = st.session_state, key(name)
    if before in state:
        if state[before] == new:
            return
        del state[before]
    state[_turn(name)] = state.get(_turn(name), 0) + 1
    state[key(name)] = new


def _labels(kind: str) -> str:
    return f"map_{kind}_labels"


def _turn(name: str) -> str:
    return f"map_{name}_turn"
