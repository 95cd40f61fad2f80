"""Fleets that join by themselves, as somebody with a phone would do it: opened, accepted, connected, delivering."""

import asyncio
import logging
import random
from collections.abc import Callable

from sandbox.api.errors import ApiError
from sandbox.context import Context
from sandbox.world import names
from sandbox.world.entities import Invitation
from sandbox.world.providers import allowed

log = logging.getLogger(__name__)

MOST = 200
ACCEPT_AFTER, CONNECT_AFTER = 3.0, 8.0  # seconds after the link was opened
LOOK_SECONDS = 1.0


class Joins:
    """Every `every` seconds of the world's clock another fleet joins, until there are `MOST`; 0 is never.

    It takes the oldest open invitation that nobody has opened for `every` seconds, so that a visitor who is about
    to scan one is not forestalled; if there is none, one of its own.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._every = context.config.join_every
        self._due = context.world.clock() + self._every
        self._random = random.Random(context.config.seed)  # noqa: S311  chooses a provider, protects nothing
        self._steps: list[tuple[float, Callable[[], object]]] = []
        self.joined = 0

    async def run(self) -> None:
        """Do what is due, each second, until cancelled."""
        while self._every and (self._steps or self.joined < MOST):
            await asyncio.sleep(LOOK_SECONDS)
            self.step()

    def step(self) -> None:
        """Do what is due by the world's clock. However long ago the last call was, one fleet at most begins."""
        now = self._context.world.clock()
        due = [step for at, step in self._steps if at <= now]
        self._steps = [(at, step) for at, step in self._steps if at > now]
        for step in due:
            try:
                step()
            except ApiError as error:  # meanwhile somebody else has accepted, declined or deleted it
                log.info("A simulated fleet did not join: %s", error)
        if self._every and now >= self._due and self.joined < MOST:
            self._due = now + self._every
            self.joined += 1
            self._open(self._waiting(now) or self._own(), now)

    def _waiting(self, now: float) -> Invitation | None:
        for invitation in self._context.invitations.listed(None):
            waited = now - max(invitation.created_at, invitation.viewed_at) >= self._every
            if waited and invitation.status(now) == "active":
                return invitation
        return None

    def _own(self) -> Invitation:
        """Invite a fleet of a name that nobody has yet."""
        taken = {invitation.ref for invitation in self._context.invitations.listed(None)}
        number = len(self._context.world.fleets)
        while (ref := names.fleet_name(number).lower().replace(" ", "-")) in taken:
            number += 1
        body = {"fleet_ref": ref, "fleet_name": names.fleet_name(number)}
        return self._context.invitations.create(body)[0]

    def _open(self, invitation: Invitation, now: float) -> None:
        self._context.invitations.viewed(invitation)
        self._steps.append((now + ACCEPT_AFTER, lambda: self._accept(invitation, now)))

    def _accept(self, invitation: Invitation, opened: float) -> None:
        fleet = self._context.invitations.accept(invitation.id).fleet
        limit = invitation.fields.get("limit_tsps")
        offered = [one for one in allowed(limit if isinstance(limit, list) else None) if not one.is_sandbox]
        if fleet is not None and offered:
            provider = self._random.choice(offered)
            self._steps.append(
                (opened + CONNECT_AFTER, lambda: self._context.connect_provider(fleet, provider))
            )
