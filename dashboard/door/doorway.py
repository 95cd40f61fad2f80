"""What the door decides with: everything that settings and other parts say of who may come in."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cachetools import TTLCache
from starlette.concurrency import run_in_threadpool

from dashboard.access.session import Refused, Session, Way
from dashboard.configuration.settings import Settings
from dashboard.deck import assets
from dashboard.door import streamlit_internals, streamlit_loop
from dashboard.door.asked import Asked
from dashboard.door.caller import PROXY, address_of, host_name, is_local
from dashboard.door.connections import HEADER, Connections
from dashboard.door.first_page import files, first_page
from dashboard.door.headers import AnswerHeaders
from dashboard.door.limits import Limits
from dashboard.door.packed import StaticFiles
from dashboard.door.paths import HEALTH, READY, UP
from dashboard.door.sessions import EndedSessions, Sessions
from dashboard.door.signed_in import Roles, everybody, signed_in
from dashboard.door.start_key import StartKey
from dashboard.door.traffic import Traffic
from dashboard.runtime import preview
from dashboard.runtime.audit import Audit
from dashboard.sharing.shares import COOKIE as GUEST

log = logging.getLogger(__name__)

NOTED_SECONDS = 60.0
"""How long the same refusal of the same caller is not written down again."""
PICTURE = "brand/favicon.png"


class Doorway:
    """The way in to one dashboard. One per process."""

    def __init__(
        self,
        settings: Settings,
        prefix: str,
        audit: Audit,
        refs: Callable[[], Mapping[str, str]],
        *,
        roles: Roles,
        guests: Way,
        ended: EndedSessions,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`roles`: what those who signed in may. `guests`: the way in by share links, asked first.

        `refs`: each fleet's reference as known now, by fleet id. `clock`: seconds since 1970.
        """
        self.prefix = prefix
        self.providers = [provider.name for provider in settings.sign_in]
        self.simulated = settings.simulated
        self.audit = audit
        self.limits = Limits()
        self.traffic = Traffic()
        self.key: StartKey | None = None
        """Of real data without sign-in, which only this machine is shown."""
        own: Way
        if settings.simulated:
            own = everybody
        elif settings.sign_in:
            own = signed_in(roles, settings.session_hours)
        else:
            self.key = StartKey(clock)
            own = self.key.way
        idle_seconds = settings.idle_minutes * 60.0
        self.sessions = Sessions([guests, own], ended, idle_seconds, clock, self._begun)
        self.connections = Connections(self.sessions, refs, lambda one: streamlit_loop.rerun(HEADER, one))
        page = streamlit_internals.index_html()
        self.files = StaticFiles(streamlit_internals.static_folder())
        self.page = self._first_page(page, settings).encode()
        script = (Path(__file__).parent / "static" / "door.js").read_text()
        themes = json.dumps(streamlit_internals.first_themes())
        self.script = f"window.__streamlit = {themes};\n{script}".encode()
        self.headers = AnswerHeaders(page, settings.map_origins, settings.embed_origins)
        self._trusted = settings.trusted_proxies
        self._proxy_said = False
        known = [urlsplit(url) for url in (settings.redirect_uri, settings.public_url)]
        self._hosts = (
            {parts.hostname for parts in known if parts.hostname} if settings.redirect_uri else set()
        )
        self._secure_hosts = {_as_sent(parts.netloc) for parts in known if parts.scheme == "https"}
        self._noted: TTLCache[tuple[str, ...], None] = TTLCache(1000, NOTED_SECONDS, clock)

    @staticmethod
    def _first_page(page: str, settings: Settings) -> str:
        icon = assets.url("./assets/", PICTURE)
        image = assets.url(f"{settings.public_url}/assets/", PICTURE) if settings.public_url else ""
        named = set(files(page))
        ahead = [path for path in streamlit_internals.map_files() if path not in named]
        return first_page(page, preview.head(settings.title, image=image), icon, ahead)

    def prepare(self) -> None:
        """Pack what each first visit asks for, beside all else."""
        self.files.prepare(files(self.page.decode()))

    def asked(self, scope: Mapping[str, object]) -> Asked:
        """A request, with where it came from."""
        asked = Asked.of(dict(scope), self.prefix)
        asked.address = address_of(asked.client, asked.headers, self._trusted)
        if asked.address == PROXY and not self._trusted and not self._proxy_said:
            self._proxy_said = True
            log.warning(
                "Requests come through a proxy. Name it in CATENA_TRUSTED_PROXIES: until then all of them have one "
                "address, in the record and for the limits."
            )
        host = _as_sent(asked.headers.get("host", ""))
        asked.secure = scope.get("scheme") in ("https", "wss") or host in self._secure_hosts
        return asked

    async def found(self, asked: Asked, kind: str = "") -> Session | Refused | None:
        """Who asks, as `Sessions.of` finds them; for guests the store of links may be waited for, beside all else."""
        if GUEST in asked.cookies:
            return await run_in_threadpool(self.sessions.of, asked.cookies, asked.address, kind=kind)
        return self.sessions.of(asked.cookies, asked.address, kind=kind)

    def is_for_us(self, asked: Asked) -> bool:
        """Whether a request names a host that is ours, as far as we know which these are.

        A web page elsewhere whose name was made to point here would be ours to a browser otherwise. Those who ask
        whether we live do so by any name.
        """
        if not self._hosts or asked.path in (HEALTH, UP, READY):
            return True
        if host_name(asked.headers.get("host", "")) in self._hosts:
            return True
        return self.is_local(asked)

    @staticmethod
    def is_local(asked: Asked) -> bool:
        """Whether it was made on this machine, to this machine, without a proxy between."""
        return is_local(asked.client, asked.headers)

    def note_refusal(self, asked: Asked, reason: str, who: str = "") -> None:
        """Write down that somebody was refused, once in a while."""
        noted = (who, asked.address, reason)
        if noted not in self._noted:
            self._noted[noted] = None
            self.audit.record("refused", who, asked.address, reason)

    def start_address(self) -> str:
        """The address to open on this machine: with the key, if one is needed. "" where it is no secret."""
        return f"{streamlit_internals.address()}/?key={self.key.text}" if self.key else ""

    def _begun(self, session: Session, address: str) -> None:
        if session.kind in ("signed_in", "key"):
            how = "the key of the start" if session.kind == "key" else ""
            self.audit.record("signed in", session.grant.name, address, how)


def _as_sent(host: str) -> str:
    """A host behind https as browsers send it, however somebody has written it into the settings."""
    return host.lower().removesuffix(":443")
