"""Which map lies under the vehicles: the viewer's choice, kept by the browser, as long as it can be reached."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

import streamlit as st

from dashboard.configuration.map_styles import PLAIN, Basemap
from dashboard.deck import basemap
from dashboard.fleet.colours import Theme
from dashboard.service import service
from dashboard.ui import frame
from dashboard.ui.map.controls import control_value, key_in_popover, set_control
from dashboard.ui.map.window import window
from dashboard.ui.markdown import plain

COOKIE = "basemap"
"""Says nothing of who looks, so it stays when somebody signs out: those named `catena_…` go."""
KEPT_SECONDS = 365 * 86400
CHOSEN, TOLD = "map_basemap_chosen", "map_basemap_told"


def keys() -> list[str]:
    """What links call the maps."""
    return [one.key for one in service().settings.maps]


def open_link(asked: str) -> None:
    """Take the map that a link asks for; "": the one that this browser was last told to show, or the usual one."""
    set_control("basemap", asked or _remembered() or service().settings.usual_map.key)


def asked() -> str:
    """What a link says of the map now; "" for the usual one."""
    chosen = _chosen()
    return "" if chosen == service().settings.usual_map else chosen.key


def control() -> None:
    """Show the control that chooses the map, where there is more than one."""
    names = {one.key: one.name for one in service().settings.maps}
    if len(names) > 1:
        st.segmented_control(
            "Map",
            list(names),
            format_func=lambda name: plain(names[name]),
            required=True,
            key=key_in_popover("basemap"),
            on_change=_keep,
            help="Plain is built in and asks nobody. Others come from the servers of whoever makes them.",
        )


def setting(theme: Theme) -> str:
    """What to draw, as `basemap.style` takes it: the map chosen, or the built-in one where that cannot be reached."""
    return "" if is_down() else _style(_chosen(), theme)


def address(theme: Theme) -> str:
    """The address of the chosen map's style, which the browser checks; "" for the built-in one."""
    return basemap.style(_style(_chosen(), theme), theme)[1] or ""


def cookie() -> str:
    """What the browser is to write down, so that the choice is there the next time; "" while none was made."""
    chosen = st.session_state.get(CHOSEN, "")
    path = service().prefix or "/"
    return f"{COOKIE}={quote(chosen)}; path={path}; max-age={KEPT_SECONDS}; samesite=lax" if chosen else ""


def tell() -> None:
    """Say once whose server a map that somebody chose comes from."""
    chosen, state = _chosen(), st.session_state
    told: set[str] = state.setdefault(TOLD, {PLAIN.key, service().settings.usual_map.key, _remembered()})
    if chosen.key in told:
        return
    told.add(chosen.key)
    host = urlsplit(address(frame.theme())).netloc
    st.toast(
        f"{plain(chosen.name)}: from {plain(host)}, whose operator sees where on the map you look.",
        icon=":material/public:",
        duration="long",
    )


def trouble() -> None:
    """Say that the chosen map cannot be reached, while it cannot."""
    if is_down():
        st.warning(
            f"The map “{plain(_chosen().name)}” cannot be reached from your browser, so the plain one is shown until "
            "it can be; vehicles are not affected.",
            icon=":material/wifi_off:",
        )


def is_down() -> bool:
    """Whether the chosen map cannot be reached."""
    style = address(frame.theme())
    return bool(style) and window().unreachable == style


def _style(chosen: Basemap, theme: Theme) -> str:
    return chosen.dark if theme == "dark" else chosen.light


def _chosen() -> Basemap:
    settings, wanted = service().settings, control_value("basemap")
    return next((one for one in settings.maps if one.key == wanted), settings.usual_map)


def _remembered() -> str:
    kept = st.session_state.get(CHOSEN) or unquote(st.context.cookies.get(COOKIE, ""))
    return kept if kept in keys() else ""


def _keep() -> None:
    st.session_state[CHOSEN] = _chosen().key
