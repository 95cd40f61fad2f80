"""Whether a phone can open the links that are made here, and under which address of ours it could."""

import socket
from urllib.parse import SplitResult, urlsplit

import streamlit as st

from dashboard.configuration.checks import is_loopback
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.invitations.state import page_state

ANYWHERE = ("198.51.100.1", 9)
"""An address for documents that nobody has; a datagram socket that is connected to it only chooses its own."""
PROBE_SECONDS = 0.5
NOT_OURS = (
    "They come from Catena as they are: the simulated one makes others with `--host` and `--connect-url`, which "
    "`python -m sandbox --help` explains."
)
ELSEWHERE = "Open the dashboard by the address that its machine has in the network of the phones, and make links there."
NO_NETWORK = "Connect this machine to the network that the phone is in, then reload this page."


def opened_at() -> str:
    """Return the address that links are made for: the one chosen in `warn_if_unreachable`, else the address bar's."""
    return page_state().opened_at or st.context.url or ""


def warn_if_unreachable(link: str = "") -> bool:
    """Say that a phone cannot open `link`, and offer to make links for an address that it can; return whether it did.

    Without a link: of those that would be made now.
    """
    simulated = service().settings.simulated
    parts = urlsplit(link or (opened_at() if simulated else ""))
    if not is_loopback(parts.hostname or ""):
        if page_state().opened_at:
            st.caption(
                f"Links are made for {page_state().opened_at}. A phone in the same network can open them, unless a "
                "firewall keeps it out."
            )
        return False
    warning = (
        f"**A phone cannot open links made here.** They point to “{parts.hostname}”, which on a phone is the phone "
        "itself."
    )
    better, remedy = _better(parts) if simulated else ("", NOT_OURS)
    st.warning(f"{warning} {remedy}".strip(), icon=":material/phonelink_off:")
    if better and st.button(f"Make links for {better}", icon=":material/lan:", key="reach-better"):
        page_state().opened_at = better
        st.rerun()
    return True


def _better(opened: SplitResult) -> tuple[str, str]:
    """Return an address that phones can open, "" without one, and what to do where a click does not do it."""
    settings = service().settings
    for known in filter(None, (settings.public_url, settings.redirect_uri)):
        parts = urlsplit(known)
        if not is_loopback(parts.hostname or ""):
            return f"{parts.scheme}://{parts.netloc}", ""
    if settings.redirect_uri:  # the door is closed to those who come by another name
        return "", "People sign in under this address alone: name another in `redirect_uri`."
    seen_from = sign_in.viewer().address
    if seen_from and not is_loopback(
        seen_from
    ):  # who is elsewhere is not told of this machine's addresses and ports
        return "", ELSEWHERE
    own = own_address()
    if not own:
        return "", NO_NETWORK
    port = opened.port or (443 if opened.scheme == "https" else 80)
    address = f"{opened.scheme}://{own}:{port}"
    if not listens(own, port):
        return "", (
            "The dashboard answers on this machine alone: start it without `--server.address` (uvicorn: with "
            f"`--host 0.0.0.0`), then open {address} here."
        )
    return address, ""


def own_address() -> str:
    """Return the IPv4 address of this machine in its network, "" when it is in none. Nobody is asked or told."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        try:
            chosen.connect(ANYWHERE)
        except OSError:
            return ""
        address = str(chosen.getsockname()[0])
    return "" if is_loopback(address) else address


def listens(address: str, port: int) -> bool:
    """Return whether a port is open at an address of this machine."""
    try:
        socket.create_connection((address, port), PROBE_SECONDS).close()
    except OSError:
        return False
    return True
