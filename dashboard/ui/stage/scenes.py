"""What stands on the stage, as HTML in which every text is escaped."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache

import streamlit as st

from dashboard.fleet.names import masked
from dashboard.invitations import qr
from dashboard.invitations.joined import JoinedFleet
from dashboard.invitations.models import UNKNOWN, Standing
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.contrast import readable
from dashboard.ui.invitations import reach
from dashboard.ui.invitations.card import card_of

OVER = {
    "declined": "The fleet has declined. Go on to the next fleet.",
    "expired": "This code has expired. Go on to the next fleet.",
    "deleted": "This invitation was withdrawn. Go on to the next fleet.",
}
NO_LINK = "Catena has sent no link of this invitation that can be read. Go on to the next fleet."
OUTAGE = "Catena cannot be read just now. The steps go on by themselves as soon as it can."
"""Without the reason, which is not for a room."""
SCAN = "Scan the code with your phone"
WAITING = "Waiting for the first vehicle to report."
WALL_ROWS = 12


def before(standing: Standing | None, problem: str, wall: str, *, used: bool) -> str:
    """The code with the steps beside it; once it is `used`, the steps alone."""
    settings = service().settings
    if standing is None:
        return _stage("code", settings.brand_color, _words(OVER["deleted"]) + wall)
    invitation = standing.invitation
    fleet = masked(invitation.fleet_name or invitation.fleet_ref) or UNKNOWN
    card = None if used else card_of(sign_in.viewer(), invitation, reach.opened_at(), viewer_zone())
    words = "" if used else OVER.get(invitation.status, "" if card else NO_LINK)
    picture = ""
    if card and not words:
        picture = f'<div class="qr"><img alt="QR code of this invitation" src="{_picture(card.link)}"></div>'
    side = (
        f'<div class="say"><p class="from">{html.escape(settings.inviter)} invites</p>'
        f'<p class="fleet">{html.escape(fleet)}</p>'
        + (f'<p class="from">{SCAN}</p></div>' if picture else "</div>")
        + (
            _words(words)
            if words
            else f'<div role="status"><ol class="steps">{"".join(_steps(standing))}</ol></div>'
        )
        + (_words(WAITING) if used and standing.connections else "")
        + (_words(OUTAGE) if standing.problem else "")
        + no_code(problem)
        + wall
    )
    return _stage(
        "used" if used else "code", settings.brand_color, f'{picture}<div class="side">{side}</div>'
    )


def live(name: str, vehicles: int, problem: str, wall: str) -> str:
    """The words over the map when a fleet's first vehicle has reported."""
    trucks = "1 truck" if vehicles == 1 else f"{vehicles:,} trucks"
    words = f'<p class="arrived" role="status"><b>{html.escape(name)}</b> is live: {trucks}</p>'
    words = f"<div>{words}{no_code(problem)}</div>"
    return _stage("live", service().settings.brand_color, words + wall)


def no_code(problem: str) -> str:
    """Why there is no next code; nothing where there is no problem."""
    return _words(f"There is no next code yet: {problem}") if problem else ""


def wall(fleets: Sequence[JoinedFleet], zone: tzinfo) -> str:
    """The fleets that joined today, the newest first."""
    rows = [
        f'<li class="{"on" if fleet.live else ""}"><b>{html.escape(fleet.name)}</b>'
        f"<span>{html.escape(_of(fleet))}</span><time>{fleet.at.astimezone(zone):%H:%M}</time></li>"
        for fleet in fleets[:WALL_ROWS]
    ]
    count = f"{len(fleets):,} joined today" if fleets else "Nobody has joined yet today"
    return f'<section class="wall"><h2>{count}</h2><ul>{"".join(rows)}</ul></section>'


def _of(fleet: JoinedFleet) -> str:
    """A fleet's sources and trucks, or that it is under way."""
    trucks = "1 truck" if fleet.vehicles == 1 else f"{fleet.vehicles:,} trucks"
    return " · ".join((*fleet.sources, trucks)) if fleet.live else " · ".join((*fleet.sources, "on its way"))


def _steps(standing: Standing) -> list[str]:
    """The steps as list items; those that are done say so in words too."""
    invitation, connections = standing.invitation, standing.connections
    accepted = invitation.status == "accepted"
    names = service().invitations.peek(sign_in.viewer()).providers
    source = next((names.get(row.tsp_id or "") or row.source_name or "" for row in connections), "")
    steps = [("Accepted", accepted, ""), ("Provider connected", bool(connections), source)]
    steps.append(("On the map", False, ""))  # then it is another scene
    if service().hears_of_openings:
        steps.insert(0, ("Link opened", standing.opened or accepted, ""))
    return [
        f'<li class="{"done" if done else ""}"><i aria-hidden="true">{"✓" if done else number}</i>'
        f'<span>{name}<em class="unseen">{": done" if done else ": not yet"}</em>'
        f"{f'<small>{html.escape(note)}</small>' if note else ''}</span></li>"
        for number, (name, done, note) in enumerate(steps, 1)
    ]


def _words(text: str) -> str:
    return f'<p class="words" role="status">{html.escape(text)}</p>'


def _stage(kind: str, brand: str, body: str) -> str:
    ground = str(st.get_option(f"theme.{st.context.theme.type or 'light'}.backgroundColor"))
    colours = f"--brand:{html.escape(brand, quote=True)};--brand-text:{readable(brand, ground)}"
    return f'<section class="stage {kind}" style="{colours}">{body}</section>'


@lru_cache(16)  # drawn anew twice a second
def _picture(link: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(qr.svg(link)).decode()
