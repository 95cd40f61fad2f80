"""What Connect says when a link cannot be used, and where it sends people afterwards."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class Message(Exception):
    """Ends a request with a page of one heading and one sentence."""

    def __init__(self, status: int, heading: str, text: str, back: str | None = None) -> None:
        super().__init__(heading)
        self.status, self.heading, self.text, self.back = status, heading, text, back


def unknown() -> Message:
    """Return the page for a link that leads nowhere."""
    return Message(
        404, "This link does not work", "It may be incomplete. Ask the company that sent it for a new one."
    )


def lost() -> Message:
    """Return the page for a visit that is over."""
    return Message(410, "This page has timed out", "Open your invitation link again to go on.")


CLOSED = {
    "accepted": (
        "This link has already been used",
        "Your fleet is connected already. To add a provider, ask for the link to be sent again.",
    ),
    "declined": (
        "You declined this invitation",
        "Nothing is shared. If you have changed your mind, ask for the link to be sent again.",
    ),
    "expired": ("This link has expired", "Ask the company that sent it for a new one."),
    "deleted": ("This invitation was withdrawn", "The company that sent it has taken it back."),
}


def with_status(url: str, status: str) -> str:
    """Add `status` to a redirect address, keeping what it holds."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "status"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("status", status)])))
