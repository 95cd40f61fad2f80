"""Why a link is not made, or lets nobody in: each error's text says it in a sentence."""

OVER = "It was made for a time that is over, or was taken back. Ask whoever sent it to you for a new one."
"""What guests are told of a link that has ended, whether they come by it or were in."""


class NotShared(ValueError):
    """A link cannot be made or changed so; the text says why, in a sentence."""


class NotAllowed(NotShared):
    """They may not share this."""


class NotOpened(Exception):
    """A link lets nobody in; the text says why, in a sentence."""


class LinkUnknown(NotOpened):
    """There is no link of this token."""


class LinkOver(NotOpened):
    """It was revoked, or its time is over."""


class WrongCode(NotOpened):
    """The pass code is not the link's."""


class TooManyCodes(NotOpened):
    """So many wrong codes were tried that no other is looked at for a time."""


class TooManyGuests(NotOpened):
    """So many came by the link from one address that no other is let in from there for a time."""
