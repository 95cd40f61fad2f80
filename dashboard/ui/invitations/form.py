"""The form that creates an invitation: the fleet reference first, everything else under "More"."""

from collections.abc import Sequence

import streamlit as st

from catena_client import CatenaError, InvitationCreate, ValidationFailed
from dashboard.configuration.settings import Settings
from dashboard.invitations.formatting import local_time, status_label
from dashboard.invitations.models import (
    DEAD_STATUSES,
    UNKNOWN,
    AlreadyInvited,
    AnswerLost,
    CreateResult,
    InvitationSummary,
    NotSent,
)
from dashboard.invitations.permissions import BUNDLES
from dashboard.invitations.rules import Draft, check, problems_from_api
from dashboard.invitations.sender import MayRefresh
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.invitations import providers
from dashboard.ui.invitations.state import PageState, page_state
from dashboard.ui.markdown import plain

LABELS = {
    "fleet_ref": "Fleet reference",
    "fleet_name": "Fleet name",
    "fleet_email": "E-mail",
    "fleet_phone": "Phone",
    "fleet_regulatory_id": "Regulatory number",
    "fleet_regulatory_id_type": "Kind of number",
    "fleet_website": "Website",
    "fleet_country_code": "Country (three letters)",
    "success_redirect_url": "After success, send the fleet to",
    "failure_redirect_url": "After a failure, send the fleet to",
    "callback_url": "Webhook of your own for this invitation (https)",
    "permissions": "What the fleet is asked to share",
    "expires_in_hours": "Hours until it expires (1 to 672)",
}
HINTS = {
    "fleet_ref": "e.g. POLICY-4711",
    "fleet_name": "Letters, digits and spaces",
    "fleet_email": "dispatch@example.com",
    "fleet_phone": "+1 312 555 0142",
    "fleet_regulatory_id": "e.g. 1234567",
    "fleet_regulatory_id_type": "DOT, MC …",
    "fleet_website": "https://example.com",
    "fleet_country_code": "USA, CAN, MEX …",
    "success_redirect_url": "https://example.com/thanks",
    "failure_redirect_url": "https://example.com/help",
    "callback_url": "https://example.com/hook",
}
PAIRS = (
    ("fleet_name", "fleet_email"),
    ("fleet_phone", "fleet_country_code"),
    ("fleet_regulatory_id", "fleet_regulatory_id_type"),
    ("fleet_website", "expires_in_hours"),
)


def show() -> None:
    """Show the form with the objections of the last try; create the invitation when asked to."""
    state = page_state()
    with st.form(f"invite-{state.generation}", border=True):
        # The Enter key presses a form's first button, so it comes before that of the providers, out of sight.
        with st.container(key="invite-enter"):
            entered = st.form_submit_button("Create", key="invite-entered")
        draft, limit = _fields(state, service().settings)
        providers.show_chosen()
        _objection(state, "limit_tsps")
        sent = st.form_submit_button("Create invitation", type="primary", icon=":material/add_link:")
        if problem := state.problems.get(""):
            st.error(plain(problem))
    if entered or sent:
        checked = check(draft)
        state.question, state.problems = None, checked.problems
        if checked.create is not None:
            with st.spinner("Creating the invitation …"):
                _create(checked.create, state)
        st.rerun()
    if limit:
        providers.pick()
    if state.question:
        _ask(state.question, state)


def _create(request: InvitationCreate, state: PageState, agreed: Sequence[InvitationSummary] = ()) -> None:
    """Create, or refresh what was agreed to, and leave what came of it in the state: a card, a question, problems."""
    state.question = None
    try:
        result = service().invitations.create(sign_in.viewer(), request, may_refresh=as_agreed(agreed))
    except AlreadyInvited as question:
        state.question = question
    except ValidationFailed as error:
        state.problems = problems_from_api(error)
    except (CatenaError, NotSent, AnswerLost) as error:
        state.problems = {"": str(error)}
    else:
        state.problems, state.limit_tsps, state.generation = {}, (), state.generation + 1
        state.shown, state.note = result.invitation.handle, outcome(result)


def as_agreed(invitations: Sequence[InvitationSummary]) -> MayRefresh:
    """Agree to refresh these invitations, as long as they stand where they stood when the operator agreed."""
    stood = {(invitation.handle, invitation.status) for invitation in invitations}
    return lambda invitation: (invitation.handle, invitation.status) in stood


def outcome(result: CreateResult) -> str:
    """Say in words whether the invitation is new or an existing one was refreshed."""
    ref = plain(result.invitation.fleet_ref)
    if result.created:
        return f"**Created** a new invitation for {ref}."
    if result.meant_new:
        return (
            f"**Refreshed**, although a new one was meant: Catena had an invitation of {ref} that was not live, or not "
            "there, a moment before."
        )
    return f"**Refreshed** the invitation that {ref} already had."


def _fields(state: PageState, settings: Settings) -> tuple[Draft, bool]:
    """Show the fields; return what is in them, and whether the providers are to be limited."""
    values: dict[str, str] = {}

    def text(name: str, value: str = "") -> None:
        values[name] = st.text_input(
            LABELS[name],
            value,
            key=f"invite-{state.generation}-{name}",
            placeholder=HINTS.get(name),
            autocomplete="off",
        )
        _objection(state, name)

    text("fleet_ref")
    st.caption("Your own number or name for this fleet. It comes back with all of its data.")
    in_more = any(name and name != "fleet_ref" for name in state.problems)
    with st.expander("More", expanded=in_more, icon=":material/tune:"):
        for pair in PAIRS:  # row by row, so that a narrow screen keeps them together
            for column, name in zip(st.columns(2), pair, strict=True):
                with column:
                    text(name, str(settings.invite_expires_hours) if name == "expires_in_hours" else "")
        chosen = st.radio(
            LABELS["permissions"],
            list(BUNDLES),
            index=list(BUNDLES).index(settings.invite_permissions),
            format_func=lambda key: BUNDLES[key].label,
            captions=[bundle.agrees.replace("your ", "", 1).capitalize() for bundle in BUNDLES.values()],
            key=f"invite-{state.generation}-permissions",
        )
        _objection(state, "permissions")
        text("success_redirect_url", settings.invite_success_url)
        text("failure_redirect_url", settings.invite_failure_url)
        text("callback_url")
        limit = st.form_submit_button("Limit providers", icon=":material/filter_list:")
    return Draft(**values, limit_tsps=state.limit_tsps, permissions=chosen), limit


def defaults() -> Draft:
    """Return what empty cells and an empty form stand for."""
    settings = service().settings
    return Draft(
        permissions=settings.invite_permissions,
        expires_in_hours=str(settings.invite_expires_hours),
        success_redirect_url=settings.invite_success_url,
        failure_redirect_url=settings.invite_failure_url,
    )


def _objection(state: PageState, name: str) -> None:
    if problem := state.problems.get(name):
        st.markdown(f":red[:material/error: {plain(problem)}]")


def _ask(question: AlreadyInvited, state: PageState) -> None:
    """Ask before live invitations are sent again: it has consequences."""
    with st.container(border=True):
        stand = ", ".join(
            f"{plain(status_label(invitation.status).lower())}, from "
            f"{plain(local_time(invitation.created_at, viewer_zone()) or UNKNOWN)}"
            for invitation in question.live
        )
        st.warning(
            f"**{plain(question.request.fleet_ref)} has an invitation already** ({stand}). Nothing was sent yet. "
            f"{' '.join(dict.fromkeys(map(consequence, question.live)))} The options set now apply."
        )
        with st.container(horizontal=True):
            if st.button("Send it again", type="primary", key="again-yes"):
                with st.spinner("Refreshing the invitation …"):
                    _create(question.request, state, question.live)
                st.rerun()
            if st.button("Show the one there is", key="again-show"):
                state.question, state.shown, state.note = None, question.live[0].handle, ""
                st.rerun()
            if st.button("Cancel", key="again-no"):
                state.question = None
                st.rerun()


def consequence(invitation: InvitationSummary) -> str:
    """Say what sending an invitation again does, given where it stands."""
    if invitation.status == "accepted":
        return (
            "The fleet has accepted. Sending again renews its sign-up tokens, so a sign-up under way may have to "
            "start over, and extends the expiry."
        )
    if invitation.status == "declined":
        reason = f" (“{plain(invitation.decline_reason)}”)" if invitation.decline_reason else ""
        return f"The fleet has declined{reason}. Sending again revives the invitation: they can accept after all."
    if invitation.status == "active":
        return "Sending again extends its expiry."
    if invitation.status not in DEAD_STATUSES:
        return (
            "Where it stands is not known. Sending again extends its expiry, and if the fleet has answered, renews its "
            "sign-up tokens or revives what it has declined."
        )
    return "Sending again asks Catena for a working link."
