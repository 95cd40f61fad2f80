"""What the invitations page remembers for one viewer between two runs of its script."""

from dataclasses import dataclass, field

import streamlit as st

from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.models import AlreadyInvited
from dashboard.invitations.rules import Problems

INVITE_TAB = "Invite"


@dataclass
class PageState:
    """The state of one browser tab. Invitations are named by handle, never by id or link."""

    generation: int = 0
    """Part of the form's widget keys; raising it empties the form."""
    problems: Problems = field(default_factory=dict)
    """By field; what concerns the whole form is under ``""``."""
    question: AlreadyInvited | None = None
    """Live invitations exist for what was asked: send again?"""
    limit_tsps: tuple[str, ...] = ()
    """The providers chosen for the next invitation; none means all."""
    go_to: str = ""
    """The tab to open in the next run."""
    shown: str = ""
    """Handle of the invitation whose card is on the page."""
    note: str = ""
    """What just happened to it, in words."""
    opened_at: str = ""
    """The address that links are made for, if it is not the one in the address bar."""
    bulk_generation: int = 0
    """Part of the uploader's key; raising it forgets the uploaded file."""
    bulk_run: BulkRun | None = None
    """The run that this tab has started last; the one on the page may be another."""
    celebrated: set[str] = field(default_factory=set)
    """Handles whose first vehicle was announced."""


def page_state() -> PageState:
    """Return this tab's state, a new one at first."""
    return st.session_state.setdefault("invitations", PageState())  # type: ignore[no-any-return]
