"""Many at once: a CSV in, checked row by row, sent in the background, a result and a sheet of QR codes out."""

from datetime import UTC, datetime, tzinfo

import streamlit as st

from dashboard.access.viewer import Viewer
from dashboard.fleet.names import masked
from dashboard.fleet.units import duration
from dashboard.invitations import bulk_csv
from dashboard.invitations.bulk import BulkRun, RowOutcome
from dashboard.invitations.bulk_csv import DONE, LOST_ANSWER, MAX_ROWS, BulkFile, BulkRow
from dashboard.invitations.card import Card, sheet_pdf
from dashboard.invitations.csv_records import UnreadableFile
from dashboard.invitations.formatting import row_ranges
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.invitations import form, providers, reach
from dashboard.ui.invitations.card import card_of
from dashboard.ui.invitations.state import page_state
from dashboard.ui.markdown import plain

TICK_SECONDS = 1.0
SHOWN_PROBLEMS = 20


def show() -> None:
    """Show the run this viewer has going, or the way to start one."""
    reach.warn_if_unreachable()
    run = service().bulk_runs.of(sign_in.viewer())
    if run is not None:
        _run(run)
        return
    st.write(
        f"Upload a CSV file with one fleet per row, at most {MAX_ROWS:,}. Every row is checked before anything is sent."
    )
    st.download_button(
        "Download the template",
        bulk_csv.template,
        "invitations.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    file = st.file_uploader(
        "CSV file", type=["csv", "txt"], key=f"bulk-{page_state().bulk_generation}", max_upload_size=20
    )
    if file is None:
        return
    try:
        read = bulk_csv.read(file.getvalue(), form.defaults(), providers.known(), sign_in.viewer().fleet_refs)
    except UnreadableFile as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _checked(read)


def _checked(file: BulkFile) -> None:
    for note in file.notes:
        st.info(plain(note))
    faulty = [row for row in file.rows if row.problem]
    skipped = sum(bool(row.skipped) for row in file.rows)
    st.markdown(
        f"**{len(file.ready):,}** rows can be sent"
        + (f", **{len(faulty):,}** cannot" if faulty else "")
        + (f", **{skipped:,}** skipped" if skipped else "")
        + "."
    )
    _problems([(row, row.problem) for row in faulty])
    _skipped([(row, row.skipped) for row in file.rows if row.skipped])
    again = st.toggle(
        "Also resend to fleets that have an invitation",
        key="bulk-again",
        help="Extends the expiry, renews the tokens of accepted ones and revives declined ones. Off: they are skipped.",
    )
    if not file.ready:
        return
    if st.button(f"Create {len(file.ready):,} invitations", type="primary", icon=":material/send:"):
        run = BulkRun(service().invitations, file.rows, again=again)
        if service().bulk_runs.start(sign_in.viewer(), run):
            page_state().bulk_run = run
        st.rerun()


def _problems(rows: list[tuple[BulkRow, str]]) -> None:
    """List what to correct, if anything, as text that wraps on a phone."""
    lines = [
        f"- **Row {row.number}** {plain(masked(row.cells.get('fleet_ref', '')[:60]))}: {plain(problem)}"
        for row, problem in rows[:SHOWN_PROBLEMS]
    ]
    st.markdown("\n".join(lines))
    if len(rows) > SHOWN_PROBLEMS:
        st.caption(f"… and {len(rows) - SHOWN_PROBLEMS:,} more.")


def _skipped(rows: list[tuple[BulkRow, str]]) -> None:
    """List which rows are not sent although nothing is wrong with them, by the reason, if there are any."""
    numbers: dict[str, list[int]] = {}
    for row, reason in rows:
        numbers.setdefault(reason, []).append(row.number)
    st.markdown(
        "\n".join(
            f"- **{row_ranges(found)}** {'is' if len(found) == 1 else 'are'} skipped: {plain(reason)}."
            for reason, found in numbers.items()
        )
    )


def _run(run: BulkRun) -> None:
    viewer, running = sign_in.viewer(), run.running
    opened_at, zone = reach.opened_at(), viewer_zone()  # read here: downloads run in another thread
    if page_state().bulk_run is not run:
        st.info(
            "This file was sent from another tab, before a reload, or in another browser of yours. One is sent at a "
            "time: nothing was started from here. When it is done, “New file” makes room for yours.",
            icon=":material/content_copy:",
        )
    st.fragment(_progress, run_every=TICK_SECONDS if running else None)(run, running)
    if running:
        if st.button("Pause", icon=":material/pause:", disabled=run.pausing):
            run.pause()
            st.rerun()
        return
    with st.container(horizontal=True):
        if run.left and st.button(
            f"Continue with {run.left:,} rows", type="primary", icon=":material/play_arrow:"
        ):
            service().bulk_runs.start(viewer, run)
            st.rerun()
        st.download_button(
            "Result (CSV)",
            lambda: _result(viewer, run, opened_at, zone),
            "invitations-result.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "QR codes (PDF)",
            lambda: sheet_pdf(_cards(viewer, run, opened_at, zone).values()),
            "invitations.pdf",
            "application/pdf",
            icon=":material/print:",
            on_click="ignore",
        )
        if st.button("New file", icon=":material/restart_alt:"):
            service().bulk_runs.put_away(viewer, run)
            page_state().bulk_generation += 1
            st.rerun()
    outcomes = [(row, outcome) for row in run.rows if (outcome := run.outcome(row))]
    _problems(
        [(row, outcome.message) for row, outcome in outcomes if outcome.result in ("failed", LOST_ANSWER)]
    )
    _skipped([(row, outcome.message) for row, outcome in outcomes if outcome.result == "skipped"])
    st.caption("The result contains the links. Uploading it again later continues where it stopped.")


def _progress(run: BulkRun, running: bool) -> None:
    counts, total = run.counts(), len(run.rows)
    done = sum(counts.values())
    words = ", ".join(f"{number:,} {result}" for result, number in sorted(counts.items())) or "none sent yet"
    st.progress(done / total if total else 1.0, f"{done:,} of {total:,} rows: {words}")
    now = datetime.now(UTC)
    if run.pausing:
        st.caption("Pausing: the requests under way are waited for.")
    elif run.resumes_at is not None and run.resumes_at > now:
        st.caption(
            f"Catena limits the requests. The run goes on in {duration((run.resumes_at - now).total_seconds())}."
        )
    elif running:
        st.caption(
            "The list of invitations is read first, then each reference is looked up right before it is sent: about "
            "two requests a row."
        )
    if run.halted:
        st.error(f"The run paused by itself. {plain(run.halted)}", icon=":material/error:")
    if running and not run.running:
        st.rerun()  # the buttons belong to a run that has stopped


def _cards(viewer: Viewer, run: BulkRun, opened_at: str, zone: tzinfo) -> dict[int, Card]:
    """Return the cards of the invitations that the rows have, as they are now, by the row's number."""
    lists = service().invitations.peek(viewer)
    known = {invitation.handle: invitation for invitation in lists.invitations}
    cards: dict[int, Card] = {}
    for row in run.rows:
        outcome = run.outcome(row)
        invitation = known.get(outcome.handle) if outcome else None
        if invitation is not None and invitation.status != "deleted":
            card = card_of(viewer, invitation, opened_at, zone)
            if card is not None:
                cards[row.number] = card
    return cards


def _result(viewer: Viewer, run: BulkRun, opened_at: str, zone: tzinfo) -> bytes:
    cards = _cards(viewer, run, opened_at, zone)
    rows = []
    for row in run.rows:
        outcome = run.outcome(row) or RowOutcome("not sent")
        card = cards.get(row.number) if outcome.result in DONE else None
        rows.append(
            (
                row,
                {
                    "result": row.done or outcome.result,
                    "message": outcome.message,
                    "link": card.link if card else row.cells.get("link", ""),
                    "expires": card.expires if card else row.cells.get("expires", ""),
                },
            )
        )
    return bulk_csv.result(rows)
