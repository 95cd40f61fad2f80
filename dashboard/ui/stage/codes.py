"""Codes for the stage: made in one click, for a fleet that has a reference or for the next visitor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from catena_client import CatenaError
from dashboard.invitations.models import AlreadyInvited, AnswerLost, CreateResult, NotSent
from dashboard.invitations.rules import check
from dashboard.invitations.visitors import next_reference
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.invitations import form
from dashboard.ui.stage.state import seconds, stage_state

log = logging.getLogger(__name__)

OUTAGE = "Catena did not take the invitation just now. Try it again in a moment; the log says why."
"""Without the reason, which is not for a room."""
AGAIN_SECONDS = 30.0
"""After a code could not be made, the next is made by itself this much later at the earliest."""
TRIES = 5
"""Another stage may take the same number at the same moment."""


def show_code(reference: str, name: str) -> None:
    """Put the invitation of a fleet reference on the stage, made now unless there is one; "": the next visitor's."""
    _put_on(lambda: _invited(reference, name) if reference.strip() else _visitor(name))


def show_next() -> None:
    """Put an invitation for the next visitor on the stage, made now."""
    _put_on(lambda: _visitor(""))


def _put_on(make: Callable[[], str]) -> None:
    state = stage_state()
    try:
        with st.spinner("Making the code …"):
            state.put_on(make())  # in here, as the run may be broken off where the spinner ends
    except (CatenaError, NotSent, AnswerLost) as error:
        log.warning("A code for the stage could not be made: %s", error)
        ours = isinstance(error, NotSent) and error.error is None
        state.problem, state.again_at = str(error) if ours else OUTAGE, seconds() + AGAIN_SECONDS


def _invited(reference: str, name: str) -> str:
    try:
        return _create(reference, name).invitation.handle
    except AlreadyInvited as known:
        return known.live[0].handle  # as it stands: showing it changes nothing


def _visitor(name: str) -> str:
    invitations, viewer = service().invitations, sign_in.viewer()
    known = invitations.peek(viewer)
    listed = known.invitations if known.taken_at else invitations.read(viewer)
    for _ in range(TRIES):
        try:
            return _create(next_reference(one.fleet_ref for one in listed), name).invitation.handle
        except AlreadyInvited:
            listed = invitations.read(viewer)
    raise NotSent("The next visitor's number was taken by others again and again; try it once more.")


def _create(reference: str, name: str) -> CreateResult:
    checked = check(replace(form.defaults(), fleet_ref=reference, fleet_name=name))
    if checked.create is None:
        raise NotSent(" ".join(checked.problems.values()))
    return service().invitations.create(sign_in.viewer(), checked.create)
