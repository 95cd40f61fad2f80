"""What has been answered: how often, with which status, and how many bytes went out."""

from __future__ import annotations

from collections import Counter

from starlette.types import Message, Send

from dashboard.door.paths import METRICS, READY, SHARES, UP, WEBHOOKS, kind_of

FILES_BELOW = ("/static/", "/app/static/", "/assets/", "/component/", "/_stcore/bidi-components/")
"""Files that are the same for everybody."""


class Traffic:
    """The answers of one process. Counted on the server's event loop alone; read from any thread."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        """How often, by what it was and by status."""
        self.bytes: Counter[str] = Counter()
        """Of bodies, by what it was."""

    def counted(self, path: str, send: Send) -> Send:
        """Send the answer to a request for a path, counted. `path`: from below the base path on."""
        what = what_of(path)

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers[what, message["status"]] += 1
            elif message["type"] == "http.response.body":
                self.bytes[what] += len(message.get("body", b""))
            await send(message)

        return counting


def what_of(path: str) -> str:
    """What a path is of, as one of a few words: a path itself may be a secret, and there is no end of them."""
    if path.startswith("/feed/"):
        return "feed"
    if path.startswith(FILES_BELOW):
        return "file"
    if path.startswith(SHARES):
        return "share link"
    if path.startswith(WEBHOOKS):
        return "webhook"
    if path in (UP, READY, METRICS):
        return "watch"
    return "page" if kind_of(path) == "page" else "other"
